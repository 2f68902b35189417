"""The verb: raise the rare classes of the train split to a target with new texts, or say how far it got."""

import math
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import partial
from operator import attrgetter
from typing import Self

from msgspec.structs import astuple

from datakit.augmentation.filling import Candidate, Desk, NewRow, Panel, Rejected, Request, Vacancy, Work
from datakit.augmentation.languages import AUTO, Account, Spoken, language_of
from datakit.augmentation.plan import (
    Kind,
    Stock,
    Target,
    carrying,
    divided,
    quotas,
    room_left,
    wanted_counts,
)
from datakit.augmentation.registries import Component, parts, unweighted
from datakit.augmentation.registries import filters as filter_registry
from datakit.augmentation.registries import operators as operator_registry
from datakit.augmentation.shards import MapShards, Share, Shelf, Shelves, answers
from datakit.augmentation.shortfalls import Reason, Shortfall, finding_of, reason_for, shortfalls
from datakit.core.corpus import Corpus, Splits, edits_array
from datakit.core.errors import Problem, UsageError
from datakit.core.findings import Report

DEFAULT_OPERATORS: tuple[Component, ...] = ({"name": "synonym"}, {"name": "insert-punctuation"})
DEFAULT_FILTERS: tuple[Component, ...] = (
    {"name": "identical"},
    {"name": "protected-token-lost"},
    {"name": "negation-flipped"},
    {"name": "repetition"},
    {"name": "length-ratio"},
    {"name": "near-held-out"},
)


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
    language: str = AUTO,
    seed: int = 13,
    map_shards: MapShards | None = None,
    shelves: Shelves | None = None,
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
        operators: `name` and options of each. Those with a `weight` divide the new rows by it; then, and where
            there are no weights, a later one fills what the earlier ones could not.
        filters: `name` and options of each; a text is taken if all keep it.
        max_per_row: most children of one row.
        language: of the texts, by ISO 639-1, or `auto`: told from the rows. An operator that is made for one
            language is not given rows in another.
        seed: the run's seed.
        map_shards: works on shards of parents, by default in this process.
        shelves: where texts are kept, so that a call that was killed, or knew fewer rows, is gone on from; by
            default nowhere.
        progress: called after every round with the new rows so far and those wanted.

    Raises:
        UsageError: no train split, an unknown component or option, or a target that cannot be met by adding
            rows.
    """
    _check(splits, operators, filters, max_per_row)
    order = _Order.of(splits.train, target, max_per_row)
    spoken, panel = _judges(splits, order, filters, language)
    desk = Desk({text for corpus in splits.values() for text in corpus.normalised}, panel)
    turns = [_Turn.of(operator, order, spoken, panel=panel, seed=seed, shelves=shelves) for operator in operators]
    names = [turn.operator for turn in turns]
    vacancies = {kind: Vacancy(texts, names, max_per_row, seed) for kind, texts in order.parents.items()}
    go_round = partial(_rounds, vacancies=vacancies, desk=desk, map_shards=map_shards, progress=progress)
    _fill_by_weights(turns, order, vacancies, go_round)
    spent = _fill_in_order(turns, order, vacancies, go_round)
    account = _account(turns, order, vacancies, spoken)
    return _augmented(splits.train, order, vacancies, desk, spent=spent, account=account)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Order:
    """What is asked for, and what it can be made from."""

    before: Mapping[str, int]  # rows by label
    wanted: Mapping[str, int]  # by label
    target: Target
    parents: Mapping[Kind, Mapping[str, str]]  # id and text
    max_per_row: int

    @classmethod
    def of(cls, train: Corpus, target: Target, max_per_row: int) -> Self:
        before = dict(sorted(train.label_counts.items()))
        wanted = wanted_counts(before, target)
        parents = _parents(train, before, wanted)
        return cls(before=before, wanted=wanted, target=target, parents=parents, max_per_row=max_per_row)

    def quotas(self, made: Mapping[Kind, int], spent: AbstractSet[Kind] = frozenset()) -> dict[Kind, int]:
        """Return how many new rows each kind should have, given those made and the kinds that can give no more."""
        stocks = {
            kind: Stock(rows=len(rows), made=made.get(kind, 0), spent=kind in spent)
            for kind, rows in self.parents.items()
        }
        return quotas(stocks, self.before, self.wanted, self.max_per_row)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Turn:
    """An operator, and the rows that it can be given."""

    operator: str
    weight: float  # 0: it only fills up
    language: str  # the only one it can be given, by its code; empty where all will do
    able: AbstractSet[str]  # ids of these rows
    work: Work
    shelf: Shelf | None

    @classmethod
    def of(
        cls,
        operator: Component,
        order: _Order,
        spoken: Spoken,
        *,
        panel: Panel,
        seed: int,
        shelves: Shelves | None,
    ) -> Self:
        name, options = parts(unweighted(operator))
        language = language_of(operator_registry.build(name, options))
        rows = {id_: text for texts in order.parents.values() for id_, text in texts.items()}
        work = Work.of(protecting(operator, order.before), panel, seed)
        return cls(
            operator=name,
            weight=operator.get("weight", 0),
            language=language,
            able=spoken.among(rows, language),
            work=work,
            shelf=shelves.shelf_of(work) if shelves else None,
        )


def _judges(splits: Splits, order: _Order, filters: Sequence[Component], language: str) -> tuple[Spoken, Panel]:
    """Return what tells the language of the rows, and what judges new texts.

    What learns from the rows need not, where no text is going to be judged.
    """
    if not order.parents:
        return Spoken.of(None, language), Panel()
    return Spoken.of(splits.train, language), Panel.of(filters, splits)


def work_ahead(
    splits: Splits,
    shelves: Shelves,
    share: Share,
    *,
    target: Target = "balanced",
    operators: Sequence[Component] = DEFAULT_OPERATORS,
    filters: Sequence[Component] = DEFAULT_FILTERS,
    max_per_row: int = 20,
    language: str = AUTO,
    seed: int = 13,
    map_shards: MapShards | None = None,
) -> None:
    """Answer a share of what `augment` is going to ask for first, so that it finds it on the shelves.

    That is the first round of each operator with a weight, or else of the first one: what others are asked for,
    and how often, depends on what becomes of these answers. The options are those of `augment`.

    Raises:
        UsageError: as by `augment`.
    """
    _check(splits, operators, filters, max_per_row)
    order = _Order.of(splits.train, target, max_per_row)
    spoken, panel = _judges(splits, order, filters, language)
    turns = [_Turn.of(one, order, spoken, panel=panel, seed=seed, shelves=shelves) for one in operators]
    for turn, lacking in _openings(turns, order):
        asked: list[Request] = []
        for kind, texts in order.parents.items():
            vacancy = Vacancy(texts, [turn.operator], max_per_row, seed)
            vacancy.lacking = lacking[kind]
            vacancy.turn_to(turn.operator, turn.able)
            asked += vacancy.requests().values()
        mine = [request for request in asked if share.holds(request.parent)]
        answers(turn.work, mine, map_shards=map_shards, shelf=turn.shelf)


def _openings(turns: Sequence[_Turn], order: _Order) -> Iterator[tuple[_Turn, Mapping[Kind, int]]]:
    """Yield the operators whose first round is known beforehand, with the new rows of each kind that they make."""
    quota = order.quotas({})
    if any(turn.weight for turn in turns):
        yield from _shares(turns, quota)
    elif turns:
        yield turns[0], quota


def _made(vacancies: Mapping[Kind, Vacancy]) -> dict[Kind, int]:
    """Return the new rows by kind."""
    return {kind: len(vacancy.new) for kind, vacancy in vacancies.items()}


def _fill_by_weights(
    turns: Sequence[_Turn],
    order: _Order,
    vacancies: Mapping[Kind, Vacancy],
    go_round: Callable[[_Turn, int], None],
) -> None:
    """Let each operator that has a weight make its part of what each kind should have."""
    quota = order.quotas({})
    for turn, shares in _shares(turns, quota):
        for kind, vacancy in vacancies.items():
            vacancy.lacking = len(vacancy.new) + shares[kind]
        go_round(turn, sum(quota.values()))


def _shares(turns: Sequence[_Turn], quota: Mapping[Kind, int]) -> Iterator[tuple[_Turn, Mapping[Kind, int]]]:
    """Yield each operator that has a weight, with its part of the new rows of each kind."""
    weighted = [turn for turn in turns if turn.weight]
    shares = {kind: divided(n, [turn.weight for turn in weighted]) for kind, n in quota.items()}
    for i, turn in enumerate(weighted):
        yield turn, {kind: shares[kind][i] for kind in quota}


def _fill_in_order(
    turns: Sequence[_Turn],
    order: _Order,
    vacancies: Mapping[Kind, Vacancy],
    go_round: Callable[[_Turn, int], None],
) -> AbstractSet[Kind]:
    """Fill the quotas with one operator after the other; what a kind could not give, others are asked for.

    Returns:
        the kinds that the last operator had no more to say about.
    """
    spent: set[Kind] = set()
    for turn in turns:
        spent = set()
        while True:
            quota = order.quotas(_made(vacancies), spent)
            for kind, vacancy in vacancies.items():
                vacancy.lacking = quota[kind]
            go_round(turn, sum(quota.values()))
            dry = {kind for kind, vacancy in vacancies.items() if len(vacancy.new) < vacancy.lacking}
            if not dry:
                break
            spent |= dry
    return spent


def _rounds(
    turn: _Turn,
    total: int,
    *,
    vacancies: Mapping[Kind, Vacancy],
    desk: Desk,
    map_shards: MapShards | None,
    progress: Callable[[int, int], None] | None,
) -> None:
    """Go round until no kind lacks rows, or the operator has nothing more to say about any parent."""
    for vacancy in vacancies.values():
        vacancy.turn_to(turn.operator, turn.able)
    while asked := [(kind, *one) for kind, vacancy in vacancies.items() for one in vacancy.requests().items()]:
        requests = [request for *_, request in asked]
        given = answers(turn.work, requests, map_shards=map_shards, shelf=turn.shelf)
        answered: dict[Kind, dict[int, tuple[Request, list[Candidate]]]] = {}
        for (kind, i, request), candidates in zip(asked, desk.panel.screen(requests, given), strict=True):
            answered.setdefault(kind, {})[i] = (request, candidates)
        for kind, of_parents in answered.items():
            vacancies[kind].accept(of_parents, desk)
        if progress is not None:
            progress(sum(_made(vacancies).values()), total)


def _augmented(
    train: Corpus,
    order: _Order,
    vacancies: Mapping[Kind, Vacancy],
    desk: Desk,
    *,
    spent: AbstractSet[Kind],
    account: Account,
) -> Augmented:
    """Return the train split with its new rows, and the account of them."""
    labels_of = dict(zip(train.ids, train.label_sets, strict=True))
    rows = [row for vacancy in vacancies.values() for row in sorted(vacancy.new, key=attrgetter("place"))]
    made = _made(vacancies)
    limited = {kind for kind, vacancy in vacancies.items() if vacancy.is_limited}
    short = tuple(shortfalls(made, order.before, order.wanted, able=made.keys() - spent, limited=limited))
    added = carrying(made, order.before)
    rejected = dict(sorted(desk.rejected.items()))
    return Augmented(
        train=train.extend(_corpus(rows, labels_of, multi_label=train.multi_label)),
        before=order.before,
        wanted=order.wanted,
        added=added,
        shortfalls=short,
        rejected=rejected,
        rejected_samples=tuple(desk.samples),
        report=Report(
            stage="augment",
            findings=(*map(finding_of, short), *account.findings()),
            figures={
                "target": order.target,
                "before": order.before,
                "wanted": order.wanted,
                "new_rows": len(rows),
                "added": added,
                "made_by": account.made_by,
                "language": account.common,
                "rejected": rejected,
            },
        ),
    )


def _account(turns: Sequence[_Turn], order: _Order, vacancies: Mapping[Kind, Vacancy], spoken: Spoken) -> Account:
    rows = sum(map(len, order.parents.values()))
    made = Counter(row.op for vacancy in vacancies.values() for row in vacancy.new)
    return Account(
        common=spoken.common,
        rows=rows,
        withheld={
            turn.operator: (turn.language, rows - len(turn.able)) for turn in turns if len(turn.able) < rows
        },
        made_by={turn.operator: made[turn.operator] for turn in turns},
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
    order = _Order.of(splits.train, target, max_per_row)
    new = order.quotas({})
    planned, room = carrying(new, order.before), room_left(new, order.before, order.wanted)
    stock = {kind: len(texts) for kind, texts in order.parents.items()}
    rows = carrying(stock, order.before)
    limited = {kind for kind, n in stock.items() if new[kind] >= max_per_row * n}
    return tuple(
        Outlook(
            label=label,
            before=n,
            wanted=order.wanted[label],
            planned=planned[label],
            parents=rows[label],
            reason=reason_for(label, new.keys(), limited, room)
            if planned[label] < order.wanted[label] - n
            else None,
        )
        for label, n in order.before.items()
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
    problems += _problems_of(operators)
    if problems:
        raise UsageError(*problems)
    for operator in operators:
        operator_registry.build(*parts(unweighted(operator)))
    for component in filters:
        filter_registry.build(*parts(component))


def _problems_of(operators: Sequence[Component]) -> Iterator[Problem]:
    names = [parts(operator)[0] for operator in operators]
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield Problem(where="operators", got=f"{name!r} more than once", fix="name each operator once")
    for name, operator in zip(names, operators, strict=True):
        weight = operator.get("weight", 1)
        if not isinstance(weight, int | float) or not 0 < weight < math.inf:
            yield Problem(
                where=f"operators.{name}",
                got=f"weight: {weight!r}",
                fix="a number above 0; leave it out for an operator that only fills up",
            )


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


def protecting(operator: Component, labels: Iterable[str]) -> Component:
    """Return the operator as it is built: with the words of the labels among those it protects, if any."""
    operator = unweighted(operator)
    kind = operator_registry.get(parts(operator)[0])
    if "protect" not in getattr(kind, "__dataclass_fields__", {}):
        return operator
    words = {word.lower() for label in labels for word in re.findall(r"[^\W\d_]+", label)}
    return {**operator, "protect": sorted({*operator.get("protect", ()), *words})}


def _corpus(rows: Sequence[NewRow], labels_of: Mapping[str, tuple[str, ...]], *, multi_label: bool) -> Corpus:
    """Return the new rows, each with the labels of its parent."""
    labels = [labels_of[row.parent] for row in rows]
    return Corpus.from_arrays(
        {
            "id": [f"{row.parent}~{row.op}-{row.k}" for row in rows],
            "text": [row.edit.text for row in rows],
            **({"labels": labels} if multi_label else {"label": [label for (label,) in labels]}),
            "parent": [row.parent for row in rows],
            "op": [row.op for row in rows],
            "k": [row.k for row in rows],
            "edits": edits_array([list(map(astuple, row.edit.spans)) for row in rows]),
        }
    )
