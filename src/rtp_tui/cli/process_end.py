"""The end of another process, which is not a child of this one."""

import os
import select
from types import TracebackType
from typing import Self


class ProcessEnd:
    """Watches one process, while the block runs; without a number there is nothing to wait for.

    Where the kernel gives a handle, another process that gets the same number later is not taken for it.
    """

    def __init__(self, pid: int | None) -> None:
        self._pid = pid
        self._handle: int | None = None
        self._is_over = pid is None

    def __enter__(self) -> Self:
        if self._pid is not None and hasattr(os, "pidfd_open"):
            try:
                self._handle = os.pidfd_open(self._pid)
            except ProcessLookupError:
                self._is_over = True
            except OSError:
                # A kernel or a sandbox without handles: the number has to do.
                self._handle = None
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._handle is not None:
            os.close(self._handle)

    def has_come(self) -> bool:
        """Whether it is over."""
        if not self._is_over:
            self._is_over = self._is_readable() if self._handle is not None else not self._is_there()
        return self._is_over

    def _is_readable(self) -> bool:
        assert self._handle is not None
        return bool(select.select([self._handle], [], [], 0)[0])

    def _is_there(self) -> bool:
        assert self._pid is not None
        try:
            os.kill(self._pid, 0)
        except ProcessLookupError:
            return False
        except PermissionError:
            return True
        return True
