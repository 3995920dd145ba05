"""`python -m tests.accept.without_executable_memory PROGRAM ARGUMENTS…`: run it where no memory becomes executable.

As systemd's MemoryDenyWriteExecute=, by the kernel's own means (prctl PR_SET_MDWE, Linux 6.3); exit 77 where absent.
"""

import ctypes
import os
import sys

PR_SET_MDWE, PR_MDWE_REFUSE_EXEC_GAIN = 65, 1
ABSENT = 77

if __name__ == "__main__":
    if ctypes.CDLL(None).prctl(PR_SET_MDWE, PR_MDWE_REFUSE_EXEC_GAIN, 0, 0, 0) != 0:
        sys.exit(ABSENT)
    os.execvp(sys.argv[1], sys.argv[1:])
