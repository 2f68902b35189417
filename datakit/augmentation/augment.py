"""The verb: raise the rare classes of the train split to a target with new texts, or say how far it got."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain
from typing import Any, Literal, Protocol, TypeVar

from datakit.augmentation.filling import (
    Candidate,
    Component,
    Desk,
    NewRow,
    Rejected,
    Request,
    Vacancy,
    expand,
    parts,
    requests_of,
)
from datakit.augmentation.plan import Target, wanted_counts
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
    {"name": "repetition"},
)

#: Parents per shard: enough for the tagger's batches, few enough to spread over workers.
SHARD = 512


class MapShards(Protocol):
    """Applies a function to shards, in processes of its choice."""

    def __call__(self, function: Callable[[A], B], shards: Sequence[A], /) -> Iterable[B]:
        """Yield one result a shard, in the order of the shards; all that crosses over can be pickled."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Shortfall:
    """A class that could not be filled honestly."""

    label: str
    wanted: int  #: new rows asked for
    added: int  #: new rows made
    reason: Literal["exhausted", "max-per-row"]  #: no operator has more to say; rows reached their limit first


@dataclass(frozen=True, kw_only=True)
class Augmented:
    """The train split with its new rows, and how they came about."""

    train: Corpus  #: the rows of train as they were, then the new ones by label, parent and place
    before: Mapping[str, int]  #: rows by label
    wanted: Mapping[str, int]  #: rows by label that the target asks for
    added: Mapping[str, int]  #: new rows by label
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
        UsageError: an unknown component or option, or a target that cannot be met by adding rows.
    """
    _check(operators, filters, max_per_row)
    train = splits.train
    before = dict(sorted(train.label_counts.items()))
    wanted = wanted_counts(before, target)
    if train.multi_label and wanted != before:
        raise UsageError(
            Problem(
                where="augment",
                got="rows with several labels each: a new row would raise common labels along with the rare one",
                fix="this version augments one label a row only; go on with --target none",
            )
        )
    vacancies = {
        label: Vacancy(total - before[label], _parents(train, label), max_per_row, seed)
        for label, total in wanted.items()
        if total > before[label]
    }
    desk = Desk({text for corpus in splits.values() for text in corpus.normalised})
    for operator in operators:
        work = partial(expand, operator=_protecting(operator, before), filters=tuple(filters), seed=seed)
        for vacancy in vacancies.values():
            vacancy.turn_to(parts(operator)[0])
        while asked := list(requests_of(vacancies)):
            answers = chain.from_iterable(_in_shards(work, [request for _, request in asked], map_shards))
            answered = list(zip(asked, answers, strict=True))
            for label, vacancy in vacancies.items():
                vacancy.accept({i: (r, found) for ((of, i), r), found in answered if of == label}, desk)
            if progress is not None:
                done = sum(len(vacancy.new) for vacancy in vacancies.values())
                progress(done, sum(vacancy.lacking for vacancy in vacancies.values()))
    rows = [row for label, vacancy in vacancies.items() for row in _rows(label, vacancy.new)]
    added = {label: len(vacancies[label].new) if label in vacancies else 0 for label in before}
    shortfalls = tuple(_shortfalls(vacancies))
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
                "added": added,
                "rejected": dict(sorted(desk.rejected.items())),
            },
        ),
    )


def _check(operators: Sequence[Component], filters: Sequence[Component], max_per_row: int) -> None:
    problems = []
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


def _parents(train: Corpus, label: str) -> dict[str, str]:
    """Return id and text of the rows that new rows can be made from: no augmented ones, none without text."""
    columns = zip(train.ids, train.texts, train.labels, train.parents, strict=True)
    return {id_: text for id_, text, own, parent in columns if own == label and parent is None and text}


def _protecting(operator: Component, labels: Iterable[str]) -> Component:
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


def _rows(label: str, new: Sequence[NewRow]) -> Iterator[dict[str, Any]]:
    for row in sorted(new, key=lambda row: row.place):
        yield {
            "id": f"{row.parent}~{row.op}-{row.k}",
            "text": row.edit.text,
            "label": label,
            "parent": row.parent,
            "op": row.op,
            "k": row.k,
            "edits": [span._asdict() for span in row.edit.spans],
        }


def _shortfalls(vacancies: Mapping[str, Vacancy]) -> Iterator[Shortfall]:
    for label, vacancy in vacancies.items():
        if len(vacancy.new) < vacancy.lacking:
            yield Shortfall(
                label=label,
                wanted=vacancy.lacking,
                added=len(vacancy.new),
                reason="max-per-row" if vacancy.is_limited else "exhausted",
            )


def _finding(shortfall: Shortfall) -> Finding:
    fix = "add another operator, collect more rows of this class, or weight the classes in training"
    return Finding(
        code="augmentation-shortfall",
        severity=Severity.WARNING,
        message=f"{shortfall.label!r} got {shortfall.added} of {shortfall.wanted} new rows",
        fix=f"raise max_per_row, {fix}" if shortfall.reason == "max-per-row" else fix,
        evidence={"wanted": shortfall.wanted, "added": shortfall.added, "reason": shortfall.reason},
        split="train",
    )
