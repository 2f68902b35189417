"""Translations that are kept from call to call and from run to run."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

import msgspec

from datakit.augmentation.lexicon.wordnet import cache_folder
from datakit.augmentation.translators._base import Translator
from datakit.core.errors import InputError, Problem

#: Texts that are translated between two commits: what an interrupted run loses at most.
_AT_ONCE = 512


def memory_path() -> Path:
    """Return the file that translations are kept in."""
    return cache_folder() / "translations.sqlite"


@dataclass(frozen=True, kw_only=True)
class Remembering:
    """A translator that looks into a file before it asks another one, and writes what that one says into it.

    A translation is known by the identity of engine and model, the direction, the seed where the engine samples,
    and the text. Any number of processes may use the file at once.
    """

    engine: Translator
    path: Path = field(default_factory=memory_path)

    @property
    def samples(self) -> bool:
        """Whether the other one samples."""
        return self.engine.samples

    @property
    def neural(self) -> bool:
        """Whether the other one is."""
        return self.engine.neural

    def pivots(self, language: str) -> tuple[str, ...]:
        """Return those of the other one."""
        return self.engine.pivots(language)

    def identity(self, source: str, target: str) -> str:
        """Return that of the other one."""
        return self.engine.identity(source, target)

    def translate(
        self, texts: Sequence[str], source: str, target: str, seeds: Sequence[int] | None = None
    ) -> list[str]:
        """Return what the other one says, from the file where it has said so before."""
        model = self.identity(source, target)
        drawn = seeds if seeds is not None and self.samples else [None] * len(texts)
        keys = [
            sha256(msgspec.json.encode((model, source, target, seed, text))).digest()
            for text, seed in zip(texts, drawn, strict=True)
        ]
        with self._opened() as memory:
            known = {key: found for key in set(keys) if (found := _recall(memory, key)) is not None}
            new = {key: i for i, key in enumerate(keys) if key not in known}
            places = list(new.values())
            for start in range(0, len(places), _AT_ONCE):
                block = places[start : start + _AT_ONCE]
                block_seeds = None if seeds is None else [seeds[i] for i in block]
                told = self.engine.translate([texts[i] for i in block], source, target, block_seeds)
                with memory:
                    memory.executemany(
                        "insert or ignore into translations values (?, ?)",
                        zip((keys[i] for i in block), told, strict=True),
                    )
                # Read back: another process may have been first, and what is written is what counts.
                known |= {keys[i]: str(_recall(memory, keys[i])) for i in block}
        return [known[key] for key in keys]

    @contextmanager
    def _opened(self) -> Iterator[sqlite3.Connection]:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.path.touch(mode=0o600)  # it holds the users' texts in other words
        with closing(sqlite3.connect(self.path, timeout=_WAIT)) as memory:
            try:
                memory.execute("pragma journal_mode = wal")
                memory.execute(
                    "create table if not exists translations (key blob primary key, text text) without rowid"
                )
                yield memory
            except sqlite3.DatabaseError as error:
                problem = Problem(where=str(self.path), got=str(error), fix="delete the file: it is only a cache")
                raise InputError(problem) from error


#: Seconds to wait for another process that writes.
_WAIT = 60


def _recall(memory: sqlite3.Connection, key: bytes) -> str | None:
    row: tuple[Any] | None = memory.execute("select text from translations where key = ?", (key,)).fetchone()
    return None if row is None else str(row[0])
