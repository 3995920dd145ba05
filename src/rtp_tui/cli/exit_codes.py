"""What the process says to the shell when it ends: the codes of `sysexits.h` where one fits."""

OK = 0
FAILURE = 1
USAGE = 2
UNREACHABLE = 69
CANNOT_CREATE = 73
CANNOT_WRITE = 74
IN_USE = 75
NOT_ALLOWED = 77
BAD_CONFIGURATION = 78
INTERRUPTED = 130
