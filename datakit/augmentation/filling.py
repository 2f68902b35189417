"""Filling classes with new rows, in rounds.

In a round the parents of a class that lacks rows are asked for the next few texts of their streams, those
with the fewest children first; what comes back is accepted a child a parent at a time. Nothing depends on the
order of the rows or on who does the work: parents stand in the order of a seeded hash of their ids, and every
stream is seeded by its parent's id.
"""

import heapq
from collections import Counter, defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import NamedTuple, Self, cast

from msgspec import Struct, structs

from datakit.augmentation.filters._base import BatchFilter, Filter, LearningFilter, Pair
from datakit.augmentation.operators._base import Edit, streams
from datakit.augmentation.registries import Component, any_neural, parts
from datakit.augmentation.registries import filters as filter_registry
from datakit.augmentation.registries import operators as operator_registry
from datakit.core.corpus import Splits
from datakit.core.seeding import rng_for, seed_for
from datakit.core.text import normalise

#: Fewest parents asked in a round, so that the last few rows do not take many rounds.
_LEAST_ASKED = 64

#: Texts of one stream that are looked at, at most, in multiples of the children a row may have.
_LOOKED_AT = 4

#: Rejected texts kept as samples, by reason.
_SAMPLES = 5


class Request(NamedTuple):
    """Asks for the texts from `start` to `stop` of a parent's stream."""

    parent: str
    text: str
    start: int
    stop: int


class Candidate(Struct, frozen=True, array_like=True, gc=False):
    """A text of a stream, and why a filter rejected it, if one did."""

    k: int
    edit: Edit
    reason: str | None


@dataclass(frozen=True, kw_only=True)
class Panel:
    """The filters of a run, each with its name, by where they judge."""

    alone: tuple[tuple[str, Filter], ...] = ()  #: a pair at a time, where the texts are made
    batch: tuple[tuple[str, BatchFilter], ...] = ()  #: a round at a time, in the main process
    made_of: tuple[Component, ...] | None = ()  #: what `alone` was built from; None if it has learnt from rows too

    @classmethod
    def of(cls, filters: Iterable[Component], splits: Splits) -> Self:
        """Build the filters; those that learn do so from the splits."""
        chosen = list(filters)
        names = [parts(component)[0] for component in chosen]
        built = [filter_registry.build(*parts(component)) for component in chosen]
        ready = [one.fit(splits) if isinstance(one, LearningFilter) else one for one in built]
        alone = [i for i, one in enumerate(ready) if not isinstance(one, BatchFilter)]
        return cls(
            alone=tuple((names[i], cast("Filter", ready[i])) for i in alone),
            batch=tuple(
                (name, one) for name, one in zip(names, ready, strict=True) if isinstance(one, BatchFilter)
            ),
            made_of=None if any(ready[i] is not built[i] for i in alone) else tuple(chosen[i] for i in alone),
        )

    @cached_property
    def among_siblings(self) -> tuple[tuple[str, Filter], ...]:
        """Those of `alone` that compare a text with what was made of the same row, too."""
        return tuple((name, one) for name, one in self.alone if getattr(one, "among_siblings", False))

    def verdict(self, source: str, candidate: str) -> str | None:
        """Return why the first filter that judges alone rejects the candidate, or None."""
        return _first_reason(self.alone, source, candidate)

    def beside(self, siblings: Iterable[str], candidate: str) -> str | None:
        """Return why the candidate may not stand beside the texts that were taken for the same row, or None."""
        if not self.among_siblings:
            return None
        reasons = (_first_reason(self.among_siblings, sibling, candidate) for sibling in siblings)
        return next((reason for reason in reasons if reason is not None), None)

    def screen(self, asked: Sequence[Request], answers: Sequence[list[Candidate]]) -> list[list[Candidate]]:
        """Return the answers to requests, with the verdicts of the batch filters on what is not yet rejected."""
        screened = list(answers)
        for name, one in self.batch:
            pairs = [
                Pair(request.parent, request.text, candidate.edit.text)
                for request, candidates in zip(asked, screened, strict=True)
                for candidate in candidates
                if candidate.reason is None
            ]
            reasons = iter(one.keep_many(pairs) if pairs else ())
            screened = [[_judged(candidate, name, reasons) for candidate in candidates] for candidates in screened]
        return screened


def _first_reason(judges: Iterable[tuple[str, Filter]], source: str, candidate: str) -> str | None:
    for name, one in judges:
        if (reason := one.keep(source, candidate)) is not None:
            return f"{name}: {reason}"
    return None


def _judged(candidate: Candidate, name: str, reasons: Iterator[str | None]) -> Candidate:
    """Return the candidate with the next reason, where none has rejected it before."""
    if candidate.reason is not None or (reason := next(reasons)) is None:
        return candidate
    return structs.replace(candidate, reason=f"{name}: {reason}")


def expand(shard: Sequence[Request], *, operator: Component, panel: Panel, seed: int) -> list[list[Candidate]]:
    """Return what each request asks for, less where a stream ends. Can run in any process."""
    name, options = parts(operator)
    edits = streams(
        operator_registry.build(name, options),
        [request.text for request in shard],
        [rng_for(seed, request.parent, name) for request in shard],
        [request.stop for request in shard],
    )
    return [
        [
            Candidate(k, edit, panel.verdict(request.text, edit.text))
            for k, edit in enumerate(stream)
            if k >= request.start
        ]
        for request, stream in zip(shard, edits, strict=True)
    ]


@dataclass(frozen=True, kw_only=True)
class Work:
    """Answers requests to one operator. Can be done in any process."""

    operator: Component  #: with the words that it protects
    panel: Panel  #: the filters that judge alone
    seed: int
    neural: bool  #: whether the operator loads a model

    @classmethod
    def of(cls, operator: Component, panel: Panel, seed: int) -> Self:
        """Return the work of an operator. What judges a round at a time stays behind: it can be large."""
        return cls(
            operator=operator, panel=replace(panel, batch=()), seed=seed, neural=any_neural((operator,), ())
        )

    def __call__(self, shard: Sequence[Request]) -> list[list[Candidate]]:
        """Return what each request asks for."""
        return expand(shard, operator=self.operator, panel=self.panel, seed=self.seed)


@dataclass(frozen=True, kw_only=True, slots=True)
class Rejected:
    """A new text that was not taken."""

    parent: str  #: id of the row it was made from
    op: str
    k: int  #: its place in the operator's stream
    text: str
    reason: str  #: the filter's name, or `duplicate`; then the details


@dataclass
class Desk:
    """What all classes share: the texts that are taken, and what was rejected."""

    taken: set[str]  # normalised texts of all rows of all splits, and of the new rows
    panel: Panel
    children: defaultdict[str, list[str]] = field(default_factory=lambda: defaultdict(list))  # taken, by parent
    rejected: Counter[str] = field(default_factory=Counter)
    samples: list[Rejected] = field(default_factory=list)

    def takes(self, parent: str, op: str, candidate: Candidate) -> bool:
        """Take a text that no filter rejected and that is new; note why not otherwise."""
        text = normalise(candidate.edit.text)
        reason = (
            candidate.reason
            or ("duplicate: equals another row" if text in self.taken else None)
            or self.panel.beside(self.children[parent], candidate.edit.text)
        )
        if reason is None:
            self.taken.add(text)
            self.children[parent].append(candidate.edit.text)
            return True
        kind = reason.partition(":")[0]
        self.rejected[kind] += 1
        if self.rejected[kind] <= _SAMPLES:
            self.samples.append(
                Rejected(parent=parent, op=op, k=candidate.k, text=candidate.edit.text, reason=reason)
            )
        return False


@dataclass
class _Parent:
    id: str
    text: str
    children: int = 0
    looked_at: Counter[str] = field(default_factory=Counter)  # texts of its streams, by operator
    silent: set[str] = field(default_factory=set)  # operators with no more to say about it


class NewRow(NamedTuple):
    """A text that was taken."""

    place: tuple[int, int, int]  # the parent's, the operator's, the text's in its stream
    parent: str
    op: str
    k: int
    edit: Edit


class Vacancy:
    """A class that lacks rows, while it is filled.

    Args:
        rows: id and text of those that new rows can be made from.
        operators: names of all that may be turned to.
        max_per_row: most children of one row.
        seed: orders the rows.
    """

    def __init__(self, rows: Mapping[str, str], operators: Sequence[str], max_per_row: int, seed: int) -> None:
        self.lacking = 0  # new rows wanted, those made included
        self.max_per_row = max_per_row
        self.new: list[NewRow] = []
        ids = sorted(rows, key=lambda id_: (seed_for(seed, id_), id_))
        self._parents = [_Parent(id_, rows[id_]) for id_ in ids]
        self._places = {operator: i for i, operator in enumerate(operators)}

    @property
    def is_limited(self) -> bool:
        """Whether rows reached `max_per_row`."""
        return any(parent.children >= self.max_per_row for parent in self._parents)

    def turn_to(self, operator: str, able: AbstractSet[str]) -> None:
        """Go on with an operator, where its streams stopped; it can be given the rows with the ids `able`."""
        self._operator = operator
        self._able = able

    def requests(self) -> dict[int, Request]:
        """Ask the parents with the fewest children for what is lacking; empty where all is done or said."""
        lacking = self.lacking - len(self.new)
        if lacking <= 0:
            return {}
        ready = sorted((parent.children, i) for i, parent in enumerate(self._parents) if self._is_ready(parent))
        chosen = [i for _, i in ready[: max(lacking, _LEAST_ASKED)]]
        return {i: self._request(self._parents[i], -(-lacking // len(chosen))) for i in chosen}

    def accept(self, answers: Mapping[int, tuple[Request, list[Candidate]]], desk: Desk) -> None:
        """Take new texts, the next one always from the parent with the fewest children, until none lacks."""
        waiting = {i: deque(candidates) for i, (_, candidates) in answers.items()}
        queue = [(self._parents[i].children, i) for i in answers]
        heapq.heapify(queue)
        while queue and len(self.new) < self.lacking:
            _, i = heapq.heappop(queue)
            if self._take_next(i, waiting[i], desk) and self._parents[i].children < self.max_per_row:
                heapq.heappush(queue, (self._parents[i].children, i))
        for i, (request, candidates) in answers.items():
            parent = self._parents[i]
            parent.looked_at[self._operator] = request.start + len(candidates) - len(waiting[i])
            if len(candidates) < request.stop - request.start and not waiting[i]:
                parent.silent.add(self._operator)

    def _is_ready(self, parent: _Parent) -> bool:
        return (
            parent.children < self.max_per_row
            and parent.id in self._able
            and self._operator not in parent.silent
            and parent.looked_at[self._operator] < self._most
        )

    @property
    def _most(self) -> int:
        """Texts of one stream that are looked at, at most."""
        return _LOOKED_AT * self.max_per_row

    def _request(self, parent: _Parent, more: int) -> Request:
        # At least doubled each time, since a stream is made from its start again.
        start = parent.looked_at[self._operator]
        return Request(parent.id, parent.text, start, min(start + max(more, start), self._most))

    def _take_next(self, i: int, waiting: deque[Candidate], desk: Desk) -> bool:
        parent, op = self._parents[i], self._operator
        while waiting:
            candidate = waiting.popleft()
            if desk.takes(parent.id, op, candidate):
                parent.children += 1
                place = (i, self._places[op], candidate.k)
                self.new.append(NewRow(place, parent.id, op, candidate.k, candidate.edit))
                return True
        return False
