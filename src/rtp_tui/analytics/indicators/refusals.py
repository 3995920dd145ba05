"""Why an indicator cannot be computed."""


class LibraryMissing(Exception):
    """TA-Lib is not installed here, cannot be loaded, or does not have a function."""


class ArgumentRefused(ValueError):
    """A function does not take what it is told."""
