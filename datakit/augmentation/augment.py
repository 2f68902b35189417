"""The verb: raise the rare classes of the train split to a target with new texts, or say how far it got."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import partial
from itertools import chain
from typing import Any, Literal, Protocol, TypeAlias, TypeVar

from datakit.augmentation.filling import (
    Candidate,
    Component,
    Desk,
    NewRow,
    Panel,
    Rejected,
    Request,
    Vacancy,
    expand,
    parts,
)
from datakit.augmentation.plan import (
    Kind,
    Stock,
    Target,
    carrying,
    quotas,
    room_left,
    wanted_counts,
)
from datakit.augmentation.registries import filters as filter_registry
from datakit.augmentation.registries import operators as operator_registry
from datakit.core.corpus import Corpus, Splits
from datakit.core.errors import Problem, UsageError
from datakit.core.findings import Finding, Report, Severity

A = TypeVar("A")
B = TypeVar("B")

DEFAULT_OPERATORS: tuple[Component, ...] = ({"name": "synonym"}, {"name": "insert-punctuation"})
DEFAULT_FILTERS: tuple[Component, ...] = (
    {"name": "identical"},
    {"name": "protected-token-lost"},
    {"name": "negation-flipped"},
    {"name": "repetition"},
    {"name": "length-ratio"},
    {"name": "near-held-out"},
)

#: Parents per shard: enough for the tagger's batches, few enough to spread over workers.
SHARD = 512


class MapShards(Protocol):
    """Applies a function to shards, in processes of its choice."""

    def __call__(self, function: Callable[[A], B], shards: Sequence[A], /) -> Iterable[B]:
        """Yield one result a shard, in the order of the shards; all that crosses over can be pickled."""
        ...


#: Why a label fell short: no operator has more to say; rows reached their limit first; the rows that could give
#: more also carry a label that has as many rows as it may have.
Reason: TypeAlias = Literal["exhausted", "max-per-row", "shared-labels"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Shortfall:
    """A class that could not be filled honestly."""

    label: str
    wanted: int  #: new rows asked for
    added: int  #: new rows made
    reason: Reason


@dataclass(frozen=True, kw_only=True)
class Augmented:
    """The train split with its new rows, and how they came about."""

    train: Corpus  #: the rows of train as they were, then the new ones by labels, parent and place
    before: Mapping[str, int]  #: rows by label
    wanted: Mapping[str, int]  #: rows by label that the target asks for
    added: Mapping[str, int]  #: new rows by label; a row with several counts for each
    shortfalls: tuple[Shortfall, ...]
    rejected: Mapping[str, int]  #: texts not taken, by filter, or `duplicate`
    rejected_samples: tuple[Rejected, ...]  #: the first few of each
    report: Report


def augment(
    splits: Splits,
    *,
    target: Target = "balanced",
    operators: Sequence[Component] = DEFAULT_OPERATORS,
    filters: Sequence[Component] = DEFAULT_FILTERS,
    max_per_row: int = 20,
    seed: int = 13,
    map_shards: MapShards | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Augmented:
    """Add new texts to the train split until each class has the rows that `target` asks for.

    Validation and test are only read, so that no new text equals one of theirs. The new rows are the same for
    any order of the rows and any `map_shards`.

    A new row carries all labels of its parent. Where rows have several, parents are chosen so that labels that
    lack nothing grow as little as possible, by a tenth at most (`plan.quotas`); `added` tells how far they did.

    Args:
        splits: at least `train`.
        target: see `plan.wanted_counts`.
        operators: `name` and options of each; a later one fills what the earlier ones could not.
        filters: `name` and options of each; a text is taken if all keep it.
        max_per_row: most children of one row.
        seed: the run's seed.
        map_shards: works on shards of parents, by default in this process.
        progress: called after every round with the new rows so far and those wanted.

    Raises:
        UsageError: no train split, an unknown component or option, or a target that cannot be met by adding
            rows.
    """
    _check(splits, operators, filters, max_per_row)
    train = splits.train
    before = dict(sorted(train.label_counts.items()))
    wanted = wanted_counts(before, target)
    parents = _parents(train, before, wanted)
    vacancies = {kind: Vacancy(0, texts, max_per_row, seed) for kind, texts in parents.items()}
    # What learns from the rows need not, where no text is going to be judged.
    panel = Panel.of(filters, splits) if vacancies else Panel()
    desk = Desk({text for corpus in splits.values() for text in corpus.normalised}, panel)

    def quotas_without(spent: AbstractSet[Kind]) -> Mapping[Kind, int]:
        stocks = {
            kind: Stock(rows=len(parents[kind]), made=len(vacancy.new), spent=kind in spent)
            for kind, vacancy in vacancies.items()
        }
        return quotas(stocks, before, wanted, max_per_row)

    spent: set[Kind] = set()
    for operator in operators:
        work = partial(expand, operator=protecting(operator, before), panel=panel, seed=seed)
        for vacancy in vacancies.values():
            vacancy.turn_to(parts(operator)[0])
        go_round = partial(_rounds, work=work, desk=desk, map_shards=map_shards, progress=progress)
        spent = _fill(vacancies, quotas_without, go_round)
    labels_of = dict(zip(train.ids, train.label_sets, strict=True))
    rows = [row for vacancy in vacancies.values() for row in _rows(vacancy.new, labels_of, train.multi_label)]
    new = {kind: len(vacancy.new) for kind, vacancy in vacancies.items()}
    added, room = carrying(new, before), room_left(new, before, wanted)
    limited = {kind for kind, vacancy in vacancies.items() if vacancy.is_limited}
    shortfalls = tuple(
        Shortfall(
            label=label,
            wanted=wanted[label] - before[label],
            added=added[label],
            reason=_reason(label, new.keys() - spent, limited, room),
        )
        for label in before
        if added[label] < wanted[label] - before[label]
    )
    return Augmented(
        train=train.extend(Corpus.from_rows(rows)),
        before=before,
        wanted=wanted,
        added=added,
        shortfalls=shortfalls,
        rejected=dict(sorted(desk.rejected.items())),
        rejected_samples=tuple(desk.samples),
        report=Report(
            stage="augment",
            findings=tuple(map(_finding, shortfalls)),
            figures={
                "target": target,
                "before": before,
                "wanted": wanted,
                "new_rows": len(rows),
                "added": added,
                "rejected": dict(sorted(desk.rejected.items())),
            },
        ),
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class Outlook:
    """What is planned for one label."""

    label: str
    before: int  #: rows that carry it
    wanted: int  #: rows that the target asks for
    planned: int  #: new rows that would carry it, if the operators have enough to say
    parents: int  #: rows that they can be made from
    #: why fewer are planned than it lacks
    reason: Reason | None


def outlook(splits: Splits, *, target: Target = "balanced", max_per_row: int = 20) -> tuple[Outlook, ...]:
    """Return what `augment` would set out to do, by label; no text is made.

    Raises:
        UsageError: a target that cannot be met by adding rows.
    """
    _check(splits, (), (), max_per_row)
    before = dict(sorted(splits.train.label_counts.items()))
    wanted = wanted_counts(before, target)
    stocks = {kind: Stock(rows=len(texts)) for kind, texts in _parents(splits.train, before, wanted).items()}
    new = quotas(stocks, before, wanted, max_per_row)
    planned, room = carrying(new, before), room_left(new, before, wanted)
    rows = carrying({kind: stock.rows for kind, stock in stocks.items()}, before)
    limited = {kind for kind, stock in stocks.items() if new[kind] >= max_per_row * stock.rows}
    return tuple(
        Outlook(
            label=label,
            before=n,
            wanted=wanted[label],
            planned=planned[label],
            parents=rows[label],
            reason=_reason(label, new.keys(), limited, room) if planned[label] < wanted[label] - n else None,
        )
        for label, n in before.items()
    )


def _check(splits: Splits, operators: Sequence[Component], filters: Sequence[Component], max_per_row: int) -> None:
    problems = []
    if "train" not in splits:
        problems.append(
            Problem(
                where="splits",
                got=f"no train among {list(splits)}",
                fix="split first: only the rows to learn from are augmented",
            )
        )
    if max_per_row < 1:
        problems.append(Problem(where="max_per_row", got=str(max_per_row), fix="a whole number from 1"))
    names = [parts(operator)[0] for operator in operators]
    problems += [
        Problem(where="operators", got=f"{name!r} more than once", fix="name each operator once")
        for name in sorted({name for name in names if names.count(name) > 1})
    ]
    if problems:
        raise UsageError(*problems)
    for operator in operators:
        operator_registry.build(*parts(operator))
    for component in filters:
        filter_registry.build(*parts(component))


def _parents(train: Corpus, before: Mapping[str, int], wanted: Mapping[str, int]) -> dict[Kind, dict[str, str]]:
    """Return id and text of the rows that new rows can be made from, by kind, sorted.

    They carry a label that lacks rows; no augmented ones, none without text.
    """
    lacking = {label for label, n in before.items() if wanted[label] > n}
    found: dict[Kind, dict[str, str]] = {}
    for id_, text, labels, parent in zip(train.ids, train.texts, train.label_sets, train.parents, strict=True):
        if text and parent is None and not lacking.isdisjoint(labels):
            found.setdefault(tuple(sorted(set(labels))), {})[id_] = text
    return dict(sorted(found.items()))


def _fill(
    vacancies: Mapping[Kind, Vacancy],
    quotas_without: Callable[[AbstractSet[Kind]], Mapping[Kind, int]],
    go_round: Callable[[Mapping[Kind, Vacancy]], None],
) -> set[Kind]:
    """Fill the quotas with one operator; what a kind could not give, others are asked for. Returns those kinds."""
    spent: set[Kind] = set()
    while True:
        for kind, quota in quotas_without(spent).items():
            vacancies[kind].lacking = quota
        go_round(vacancies)
        dry = {kind for kind, vacancy in vacancies.items() if len(vacancy.new) < vacancy.lacking}
        if not dry:
            return spent
        spent |= dry


def _rounds(
    vacancies: Mapping[Kind, Vacancy],
    *,
    work: Callable[[Sequence[Request]], list[list[Candidate]]],
    desk: Desk,
    map_shards: MapShards | None,
    progress: Callable[[int, int], None] | None,
) -> None:
    """Go round until no kind lacks rows, or none of its parents has more to say."""
    while asked := [(kind, *one) for kind, vacancy in vacancies.items() for one in vacancy.requests().items()]:
        requests = [request for *_, request in asked]
        answers = list(chain.from_iterable(_in_shards(work, requests, map_shards)))
        answered: dict[Kind, dict[int, tuple[Request, list[Candidate]]]] = {}
        for (kind, i, request), candidates in zip(asked, desk.panel.screen(requests, answers), strict=True):
            answered.setdefault(kind, {})[i] = (request, candidates)
        for kind, of_parents in answered.items():
            vacancies[kind].accept(of_parents, desk)
        if progress is not None:
            done = sum(len(vacancy.new) for vacancy in vacancies.values())
            progress(done, sum(vacancy.lacking for vacancy in vacancies.values()))


def _reason(label: str, able: AbstractSet[Kind], limited: AbstractSet[Kind], room: Mapping[str, int]) -> Reason:
    """Say why a label fell short.

    Args:
        label: it.
        able: the kinds whose rows have more to say.
        limited: the kinds with rows that reached `max_per_row`.
        room: how many more new rows may carry each label.
    """
    if any(label in kind for kind in limited):
        return "max-per-row"
    full = {other for other, left in room.items() if left <= 0}
    return "shared-labels" if any(label in kind and full & set(kind) for kind in able) else "exhausted"


def protecting(operator: Component, labels: Iterable[str]) -> Component:
    """Return the operator with the words of the labels among those it protects, where it protects any."""
    kind = operator_registry.get(parts(operator)[0])
    if "protect" not in getattr(kind, "__dataclass_fields__", {}):
        return operator
    words = {word.lower() for label in labels for word in re.findall(r"[^\W\d_]+", label)}
    return {**operator, "protect": sorted({*operator.get("protect", ()), *words})}


def _in_shards(
    work: Callable[[Sequence[Request]], list[list[Candidate]]],
    requests: Sequence[Request],
    map_shards: MapShards | None,
) -> Iterable[list[list[Candidate]]]:
    shards = [requests[i : i + SHARD] for i in range(0, len(requests), SHARD)]
    return map(work, shards) if map_shards is None else map_shards(work, shards)


def _rows(
    new: Sequence[NewRow], labels_of: Mapping[str, tuple[str, ...]], multi_label: bool
) -> Iterator[dict[str, Any]]:
    for row in sorted(new, key=lambda row: row.place):
        labels = labels_of[row.parent]
        yield {
            "id": f"{row.parent}~{row.op}-{row.k}",
            "text": row.edit.text,
            **({"labels": list(labels)} if multi_label else {"label": labels[0]}),
            "parent": row.parent,
            "op": row.op,
            "k": row.k,
            "edits": [span._asdict() for span in row.edit.spans],
        }


#: What to do about a shortfall, by its reason, before what helps always.
_FIXES: Mapping[Reason, str] = {
    "exhausted": "",
    "max-per-row": "raise max_per_row, ",
    "shared-labels": "collect rows that carry this label alone, ",
}


def _finding(shortfall: Shortfall) -> Finding:
    fix = "add another operator, collect more rows of this class, or weight the classes in training"
    return Finding(
        code="augmentation-shortfall",
        severity=Severity.WARNING,
        message=f"{shortfall.label!r} got {shortfall.added} of {shortfall.wanted} new rows",
        fix=_FIXES[shortfall.reason] + fix,
        evidence={"wanted": shortfall.wanted, "added": shortfall.added, "reason": shortfall.reason},
        split="train",
    )
