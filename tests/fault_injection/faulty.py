"""Makes the system refuse one write of a run, or counts the writes."""

import builtins
import io
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

COUNTED = "writes.txt"


@dataclass
class Fault:
    """Raises an OSError at one of the run's writes below the current folder, as the system would.

    What counts as a write: to open a file for writing, to sync it, to move or link it, to make a folder.
    """

    at: int  #: from 1; 0: none, they are only counted, into `writes.txt`
    code: int  #: of errno
    _writes: int = field(default=0, init=False)
    _folder: str = field(default_factory=os.getcwd, init=False)

    def begin(self) -> None:
        """Put it between the run and the system."""
        for name, place in (("replace", 1), ("rename", 1), ("link", 1), ("mkdir", 0)):
            setattr(os, name, self._between(getattr(os, name), place))
        os.fsync = self._syncing(os.fsync)
        builtins.open = io.open = self._opening(io.open)

    def _between(self, function: Callable[..., Any], place: int) -> Callable[..., Any]:
        def refusing(*arguments: Any, **options: Any) -> Any:
            if not (function.__name__ == "mkdir" and Path(arguments[0]).is_dir()):  # then nothing is written
                self._count(arguments[place], function.__name__)
            return function(*arguments, **options)

        return refusing

    def _syncing(self, function: Callable[..., Any]) -> Callable[..., Any]:
        def refusing(file: int) -> None:
            self._count(Path(f"/proc/self/fd/{file}").readlink(), "fsync", named=False)
            function(file)

        return refusing

    def _opening(self, function: Callable[..., Any]) -> Callable[..., Any]:
        def refusing(file: Any, mode: str = "r", *arguments: Any, **options: Any) -> Any:
            if set(mode) & set("wax+"):
                self._count(file, "open")
            return function(file, mode, *arguments, **options)

        return refusing

    def _count(self, path: Any, how: str, *, named: bool = True) -> None:
        if isinstance(path, int) or not (place := str(Path(os.fsdecode(path)).absolute())).startswith(
            self._folder
        ):
            return
        if "/tensorboard/" in place:  # so many, that no other write would be drawn
            return
        self._writes += 1
        if self._writes == self.at:
            raise OSError(self.code, os.strerror(self.code), *([os.fspath(path)] if named else []))
        if not self.at:
            with os.fdopen(os.open(COUNTED, os.O_WRONLY | os.O_CREAT | os.O_APPEND), "a") as counted:
                counted.write(f"{how} {place}\n")
