"""The shards in which requests are answered, and the files in which answers are kept.

    <root>/<identity>/<digest>.shard     the answers to the requests with this digest

The identity is a digest of all that decides an answer beside the request itself. A shard is written by whoever
made it, aside and then moved into place: any number of processes, also of different machines, may write to a
folder, and who does the same work again writes the same bytes. So a killed run goes on at the shard. What is kept
is looked up by the request, so new rows cost only themselves.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from itertools import chain
from pathlib import Path
from typing import Any, Final, NamedTuple, Protocol, TypeVar

import msgspec
from xxhash import xxh3_64_intdigest, xxh3_128_digest, xxh3_128_hexdigest

from datakit.augmentation.filling import Candidate, Request, Work
from datakit.augmentation.registries import uses_of
from datakit.core.errors import Problem, TransientError
from datakit.core.files import write_atomically

A = TypeVar("A")
B = TypeVar("B")

#: Requests per shard: enough for the tagger's batches, few enough to spread over workers.
SIZE: Final = 512


class MapShards(Protocol):
    """Applies a function to shards, in processes of its choice."""

    def __call__(self, function: Callable[[A], B], shards: Sequence[A], /) -> Iterable[B]:
        """Yield one result a shard, in the order of the shards; all that crosses over can be pickled."""
        ...


class Tally(NamedTuple):
    """How the requests of a round were answered."""

    operator: str
    shelf: str  #: name of the folder in which its answers are kept
    kept: int  #: requests whose answers were kept
    asked: int  #: requests that were handed out
    shards: int  #: in so many shards
    damaged: int  #: files that were removed when the folder was first looked into: they could not be read


@dataclass(frozen=True)
class Share:
    """The i-th of n shares of all rows, i from 1; every row is in one of them, wherever it stands."""

    i: int
    n: int

    def holds(self, id_: str) -> bool:
        """Tell whether a row is in it."""
        return xxh3_64_intdigest(id_.encode()) % self.n == self.i - 1


@dataclass(frozen=True, kw_only=True)
class Shelves:
    """Where the answers of a project are kept.

    Args:
        root: the folder.
        made_with: what decides answers beside operators, filters, seed and what these name as used: the code,
            the versions of packages, the kind of device.
        told: is given the tally of each round.
    """

    root: Path
    made_with: Mapping[str, Any]
    told: Callable[[Tally], None]

    def shelf_of(self, work: Work) -> "Shelf | None":
        """Return where the answers of some work are kept; None if one of its filters has learnt from rows."""
        if work.panel.made_of is None:
            return None
        identity = {
            "made_with": self.made_with,
            "uses": uses_of((work.operator,), work.panel.made_of),
            "operator": work.operator,
            "filters": work.panel.made_of,
            "seed": work.seed,
        }
        folder = self.root / sha256(msgspec.json.encode(identity, order="sorted")).hexdigest()
        return Shelf(folder, str(work.operator["name"]), self.told)


@dataclass(frozen=True)
class Shelf:
    """The answers of one work, in files."""

    folder: Path
    operator: str
    told: Callable[[Tally], None]

    def find(self, request: Request) -> list[Candidate] | None:
        """Return what a request asks for, from all that was kept of its stream; None if a part was not."""
        known: dict[int, Candidate] = {}
        stop = request.stop
        for kept in self._kept.by_key.get(_key(request), ()):
            candidates = _CANDIDATES.decode(kept.candidates)
            known.update((candidate.k, candidate) for candidate in candidates)
            if len(candidates) < kept.stop - kept.start:  # the stream ends there
                stop = min(stop, kept.start + len(candidates))
        wanted = range(request.start, stop)
        return [known[k] for k in wanted] if all(k in known for k in wanted) else None

    def take(self, name: str) -> list[list[Candidate]]:
        """Return the answers in a file that was just written.

        Raises:
            TransientError: it is not there, or damaged.
        """
        kept = _read(self.folder / name)
        if kept is None:
            raise TransientError(
                Problem(
                    where=str(self.folder / name),
                    got="a worker has written it, and it is not here, or not whole",
                    fix="put the project on a file system that all machines share",
                )
            )
        return [_CANDIDATES.decode(one.candidates) for one in kept]

    def tell(self, *, asked: int, of: int, shards: int) -> None:
        """Tell how a round was answered."""
        self.told(
            Tally(
                operator=self.operator,
                shelf=self.folder.name,
                kept=of - asked,
                asked=asked,
                shards=shards,
                damaged=self._kept.damaged,
            )
        )

    @cached_property
    def _kept(self) -> "_Index":
        """What was there when it was first asked for."""
        by_key: defaultdict[bytes, list[_Kept]] = defaultdict(list)
        damaged = 0
        for path in sorted(self.folder.glob(f"*{_SUFFIX}")):
            found = _read(path)
            if found is None:
                path.unlink(missing_ok=True)  # it is made again
                damaged += 1
            for one in found or ():
                by_key[one.key].append(one)
        return _Index(by_key, damaged)


class _Kept(NamedTuple):
    """An answer to a request that is known by a digest of its parent."""

    key: bytes
    start: int
    stop: int
    candidates: msgspec.Raw  # decoded when they are asked for


class _Index(NamedTuple):
    by_key: Mapping[bytes, Sequence[_Kept]]
    damaged: int


def answers(
    work: Work, requests: Sequence[Request], *, map_shards: MapShards | None, shelf: Shelf | None
) -> list[list[Candidate]]:
    """Return what each request asks for, made by `map_shards`; what is on the shelf is not made again.

    Raises:
        TransientError: a shard that was written cannot be read.
    """
    in_shards = map if map_shards is None else map_shards
    if shelf is None:
        return list(chain.from_iterable(in_shards(work, _shards(requests))))
    found = [shelf.find(request) for request in requests]
    lacking = _lacking(found)
    made = in_shards(_Publishing(work, shelf.folder), [[requests[i] for i in shard] for shard in lacking])
    for shard, name in zip(lacking, made, strict=True):
        for i, answer in zip(shard, shelf.take(name), strict=True):
            found[i] = answer
    shelf.tell(asked=sum(map(len, lacking)), of=len(requests), shards=len(lacking))
    return [answer for answer in found if answer is not None]  # which all are by now


def _shards(requests: Sequence[A]) -> list[Sequence[A]]:
    return [requests[i : i + SIZE] for i in range(0, len(requests), SIZE)]


def _lacking(found: Sequence[list[Candidate] | None]) -> list[Sequence[int]]:
    """Return the places of the answers that were not found, in shards.

    Those of which nothing was found stay as they would be if nothing were kept, so that a run that goes on leaves
    the same files as one that was not killed. What lacks here and there comes together.
    """
    shards = _shards(range(len(found)))
    lacking = [[i for i in shard if found[i] is None] for shard in shards]
    whole: list[Sequence[int]] = [
        one for one, shard in zip(lacking, shards, strict=True) if len(one) == len(shard)
    ]
    parts = [i for one, shard in zip(lacking, shards, strict=True) if len(one) < len(shard) for i in one]
    return [*whole, *_shards(parts)]


@dataclass(frozen=True)
class _Publishing:
    """Does some work, keeps the answers, and returns only the name of the file: nothing is lost with who asked."""

    work: Work
    folder: Path

    @property
    def neural(self) -> bool:
        """Whether the work loads a model."""
        return self.work.neural

    def __call__(self, shard: Sequence[Request]) -> str:
        keys = [_key(request) for request in shard]
        answered = self.work(shard)
        content = _ENCODER.encode(
            [
                (key, request.start, request.stop, candidates)
                for key, request, candidates in zip(keys, shard, answered, strict=True)
            ]
        )
        asked = [(key, request.start, request.stop) for key, request in zip(keys, shard, strict=True)]
        name = f"{xxh3_128_hexdigest(_ENCODER.encode(asked))}{_SUFFIX}"
        write_atomically(self.folder / name, xxh3_128_digest(content) + content)
        return name


def _key(request: Request) -> bytes:
    """Return by what a stream is known; the length keeps ("a", "bc") apart from ("ab", "c")."""
    return xxh3_128_digest(f"{len(request.parent)}:{request.parent}{request.text}".encode())


def _read(path: Path) -> list[_Kept] | None:
    """Return what a file holds; None if it is missing or damaged."""
    try:
        data = path.read_bytes()
        if xxh3_128_digest(data[_DIGEST:]) != data[:_DIGEST]:
            return None
        return _SHARD.decode(memoryview(data)[_DIGEST:])
    except (FileNotFoundError, msgspec.DecodeError):
        return None


_SUFFIX: Final = ".shard"
_DIGEST: Final = 16  # bytes of the checksum before the content
_ENCODER: Final = msgspec.msgpack.Encoder()
_SHARD: Final = msgspec.msgpack.Decoder(list[_Kept])
_CANDIDATES: Final = msgspec.msgpack.Decoder(list[Candidate])
