"""The one pass over the data: what it keeps of each row is a few numbers, so that a million rows fit anywhere."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple, TypedDict

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from datakit.core.corpus import SCHEMA, SPLIT_NAMES, Corpus, Splits
from datakit.core.errors import Problem, UsageError
from datakit.core.growing import GrowingArray
from datakit.core.near import NearTexts, near_texts
from datakit.core.quarantine import Reject
from datakit.core.strings import integer_array, lengths_and_bytes, string_array
from datakit.core.text import ENDS, ends_of, word_counts

if TYPE_CHECKING:
    from datakit.validation.checks._base import RowCheck

Integers = npt.NDArray[np.integer]

SAMPLE = 20_000  #: texts of a split that are kept for the checks that cannot judge a row by itself
EXAMPLES = 3  #: texts kept of each kind of faulty row


class Size(NamedTuple):
    """How much text there is."""

    rows: int
    chars: int  #: of long texts those of their ends

    def within(self, most: "Size | None") -> bool:
        """Tell whether it is not more than `most`; None is any number."""
        return most is None or (self.rows <= most.rows and self.chars <= most.chars)


class Rows(TypedDict):
    """Where in the data a finding stands; the keyword arguments of `Finding` that say so."""

    rows: tuple[str, ...]
    lines: tuple[int, ...]
    split: str | None


@dataclass(frozen=True, kw_only=True)
class Faulty:
    """The rows of a split in which a check of single rows found its fault."""

    rows: int  #: how many
    ids: tuple[str, ...]
    lines: tuple[int, ...]
    examples: tuple[str, ...]  #: the first few texts
    of: int  #: rows that were looked at


@dataclass(frozen=True, kw_only=True, eq=False)
class Digest:
    """What the pass keeps of the usable rows of one split; arrays are in row order."""

    split: str
    ids: pa.LargeStringArray
    lines: npt.NDArray[np.int64]  #: from 1; 0 for rows that no file holds
    text_keys: npt.NDArray[np.uint64]  #: equal for texts that are equal after normalisation
    chars: npt.NDArray[np.int32]  #: characters
    words: npt.NDArray[np.int32]  #: words between white space
    targets: npt.NDArray[np.int32]  #: index into `target_sets`
    target_sets: tuple[tuple[str, ...], ...]  #: every combination of labels that a row has, sorted
    multi_label: bool
    faulty: Mapping[str, Faulty]  #: by the name of a check of single rows
    sample: Corpus  #: all rows, or those `SAMPLE` whose text keys are smallest; of long texts `ends_of` them
    sample_rows: npt.NDArray[np.int64]  #: their places in the split, ascending

    def __len__(self) -> int:
        return len(self.text_keys)

    @cached_property
    def label_counts(self) -> Mapping[str, int]:
        """Rows per label, the most frequent first, ties by name."""
        counts: Counter[str] = Counter()
        for labels, rows in zip(
            self.target_sets, np.bincount(self.targets, minlength=len(self.target_sets)).tolist(), strict=True
        ):
            counts.update(dict.fromkeys(labels, rows))
        return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))

    @cached_property
    def first_copy(self) -> npt.NDArray[np.int32]:
        """For each row the first row with the same text after normalisation, itself if there is none."""
        return first_occurrence(self.text_keys)

    def rows_with(self, labels: Iterable[str]) -> npt.NDArray[np.int64]:
        """Return the rows, ascending, that carry any of `labels`."""
        wanted = set(labels)
        return np.flatnonzero(np.array([bool(wanted.intersection(s)) for s in self.target_sets])[self.targets])

    def text_of(self, row: int) -> str | None:
        """Return the text of a row, of a long one the ends, if it is in the sample."""
        at = int(np.searchsorted(self.sample_rows, row))
        return self.sample.texts[at] if at < len(self.sample_rows) and self.sample_rows[at] == row else None

    def located(self, indices: Iterable[int] | Integers) -> Rows:
        """Return the ids and lines of the rows at `indices`, ready to be passed on to `Finding`."""
        chosen = np.asarray(list(indices), np.int64)
        lines = self.lines[chosen]
        return Rows(
            rows=tuple(self.ids.take(integer_array(chosen)).to_pylist()),
            lines=tuple(lines[lines > 0].tolist()),
            split=self.split,
        )


@dataclass(frozen=True, kw_only=True, eq=False)
class Survey(Mapping[str, Digest]):
    """All that checks look at: digests by split, in the order of the splits."""

    digests: Mapping[str, Digest]
    corpora: Splits | None  #: all usable rows, for the deep checks; None where there are too many of them
    quarantined: Mapping[str, tuple[Reject, ...]]  #: by split: rows that nobody can learn from
    unusable: Mapping[str, Mapping[str, Faulty]]  #: by split, then check
    reference: Digest | None = None  #: rows of old that these are compared with

    @cached_property
    def near(self) -> NearTexts:
        """Which texts are nearly the same, over all splits in their order; for deep checks."""
        return near_texts(list((self.corpora or {}).values()))

    def rows_of(self, split: str) -> slice:
        """Return where the rows of a split stand among those of all splits."""
        sizes = [len(digest) for digest in self.values()]
        place = list(self).index(split)
        return slice(sum(sizes[:place]), sum(sizes[: place + 1]))

    def __getitem__(self, split: str) -> Digest:
        return self.digests[split]

    def __iter__(self) -> Iterator[str]:
        return iter(self.digests)

    def __len__(self) -> int:
        return len(self.digests)

    @property
    def train(self) -> Digest:
        """The rows to learn from."""
        return self["train"]

    @property
    def held_out(self) -> Iterator[Digest]:
        """The splits that are not learnt from."""
        return (digest for name, digest in self.items() if name != "train")


def gathered(
    surveyors: Mapping[str, "Surveyor"], *, reference: Digest | None = None, most: Size | None = None
) -> Survey:
    """Return what the surveyors of all splits have got; texts only where they are not more than `most`.

    Raises:
        UsageError: there is no train split to compare the others with.
    """
    if "train" not in surveyors:
        raise UsageError(
            Problem(where="validate", got="no train split", fix="give the rows to learn from as `train`")
        )
    in_order = {name: surveyors[name] for name in SPLIT_NAMES if name in surveyors}
    sizes = [surveyor.size for surveyor in in_order.values()]
    few = Size(sum(size.rows for size in sizes), sum(size.chars for size in sizes)).within(most)
    return Survey(
        digests={name: surveyor.digest() for name, surveyor in in_order.items()},
        corpora=Splits({name: surveyor.corpus() for name, surveyor in in_order.items()}) if few else None,
        quarantined={name: tuple(surveyor.rejects) for name, surveyor in in_order.items()},
        unusable={name: surveyor.unusable() for name, surveyor in in_order.items()},
        reference=reference,
    )


def first_occurrence(keys: npt.NDArray[np.uint64]) -> npt.NDArray[np.int32]:
    """Return for each key the index of the first one that equals it; of up to 2 ** 31 keys."""
    order = np.argsort(keys, kind="stable").astype(np.int32)
    ascending = keys[order]
    begins = np.flatnonzero(ascending[1:] != ascending[:-1]) + 1
    del ascending
    begins = np.concatenate([np.zeros(min(1, len(keys)), np.int64), begins])
    first = np.empty(len(keys), np.int32)
    first[order] = np.repeat(order[begins], np.diff(begins, append=len(keys)))
    return first


def conflicting(digest: Digest) -> npt.NDArray[np.int64]:
    """Return the rows, ascending, whose text occurs with other labels too."""
    differs = digest.targets != digest.targets[digest.first_copy]
    torn = np.zeros(len(digest), bool)
    torn[digest.first_copy[differs]] = True
    return np.flatnonzero(torn[digest.first_copy])


@dataclass(kw_only=True)
class _Hits:
    """What a check of single rows has found so far."""

    ids: list[str] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    examples: list[str] = field(default_factory=list)

    def add(self, rows: Corpus, indices: Sequence[int]) -> None:
        self.ids += [rows.ids[i] for i in indices]
        self.lines += [line for i in indices if (line := rows.lines[i]) is not None]
        self.examples += [rows.texts[i] for i in indices[: EXAMPLES - len(self.examples)]]

    def told(self, of: int) -> Faulty:
        return Faulty(
            rows=len(self.ids), ids=tuple(self.ids), lines=tuple(self.lines), examples=tuple(self.examples), of=of
        )


_COLUMNS: Mapping[str, type[np.generic]] = {
    "id_lengths": np.int32,
    "lines": np.int64,
    "text_keys": np.uint64,
    "chars": np.int32,
    "words": np.int32,
    "targets": np.int32,
}


class Surveyor:
    """Takes the rows of one split piece by piece.

    Args:
        split: its name.
        checks: those that judge each row by itself; the rows that an `unusable` one finds are set aside.
        keep: the most texts that are kept; None for all.
    """

    def __init__(self, split: str, checks: Sequence["RowCheck"], keep: Size | None = None) -> None:
        self.split = split
        self._checks = checks
        self._keep = keep
        self.begin()

    def begin(self) -> None:
        """Forget all rows taken so far."""
        self._unusable = [(check, _Hits()) for check in self._checks if check.unusable]
        self._others = [(check, _Hits()) for check in self._checks if not check.unusable]
        self._kept: list[Corpus] | None = []
        self._sample = _Sample()
        self._columns = {name: GrowingArray(kind) for name, kind in _COLUMNS.items()}
        self._ids = GrowingArray(np.uint8)
        self._targets: dict[tuple[str, ...], int] = {}
        self._multi_label = False
        self.rejects: list[Reject] = []
        self.rows = 0
        self._chars = 0

    def take(self, rows: Corpus) -> Corpus:
        """Look at the next rows and return those that can be used."""
        usable = self._screened(rows)
        for check, hits in self._others:
            if len(indices := check.faulty(usable)):
                hits.add(usable, list(indices))
        self._note(usable)
        self.rows += len(usable)
        if self._kept is not None:
            self._kept.append(Corpus(usable.table))  # without what it has cached
            if not self.size.within(self._keep):
                self._kept = None
        return usable

    @property
    def size(self) -> Size:
        """How much usable text was taken."""
        return Size(self.rows, self._chars)

    def corpus(self) -> Corpus:
        """Return all usable rows.

        Raises:
            ValueError: there were too many to be kept.
        """
        if self._kept is None:
            raise ValueError(f"{self.rows} rows were not kept")
        return Corpus.join(self._kept)

    def unusable(self) -> Mapping[str, Faulty]:
        """Return the rows that were set aside, by the check that found them."""
        return {check.code: hits.told(self.rows + len(self.rejects)) for check, hits in self._unusable}

    def digest(self) -> Digest:
        """Return what was kept of the usable rows."""
        sets = sorted(self._targets)
        place = {labels: i for i, labels in enumerate(sets)}
        recoded = np.array([place[labels] for labels in self._targets], np.int32)
        columns: dict[str, Any] = {name: column.view() for name, column in self._columns.items()}
        codes = columns.pop("targets")
        sample, sample_rows = self._sample.rows()
        return Digest(
            split=self.split,
            ids=_string_array(self._ids.view(), columns.pop("id_lengths")),
            **columns,
            targets=recoded[codes] if sets else codes,
            target_sets=tuple(sets),
            multi_label=self._multi_label,
            faulty={check.code: hits.told(self.rows) for check, hits in self._others},
            sample=sample,
            sample_rows=sample_rows,
        )

    def _screened(self, rows: Corpus) -> Corpus:
        reasons: dict[int, str] = {}
        for check, hits in self._unusable:
            if len(indices := check.faulty(rows)):
                hits.add(rows, list(indices))
                reasons = {**dict.fromkeys(indices, check.code), **reasons}
        if not reasons:
            return rows
        labels = rows.label_sets if rows.multi_label else rows.labels
        self.rejects += [
            Reject(
                line=rows.lines[i],
                code=reasons[i],
                reason=reasons[i].replace("-", " "),
                raw=f"{rows.texts[i]!r} labelled {labels[i]!r}",
            )
            for i in sorted(reasons)
        ]
        return rows.without(set(reasons))

    def _note(self, rows: Corpus) -> None:
        id_lengths, ids = lengths_and_bytes(rows.table["id"])
        self._ids.append(ids)
        columns: dict[str, npt.NDArray[Any]] = {
            "id_lengths": id_lengths,
            "lines": _lines(rows),
            "text_keys": rows.text_keys,
            "chars": np.array(
                [*map(len, rows.texts)] if None not in rows.texts else [len(t or "") for t in rows.texts]
            ),
            "words": word_counts(rows.normalised_bytes),
            "targets": self._target_codes(rows),
        }
        for name, values in columns.items():
            self._columns[name].append(values)
        self._multi_label = self._multi_label or rows.multi_label
        self._chars += int(np.minimum(columns["chars"], ENDS).sum())
        self._sample.add(rows, columns["chars"], self.rows)

    def _target_codes(self, rows: Corpus) -> npt.NDArray[np.int32]:
        codes: dict[Any, int] = {}
        of_rows: Sequence[Any] = rows.label_sets if rows.multi_label else rows.labels
        for label in set(of_rows):
            labels = label if rows.multi_label else () if label is None else (label,)
            codes[label] = self._targets.setdefault(labels, len(self._targets))
        return np.fromiter(map(codes.__getitem__, of_rows), np.int32, len(rows))


def _string_array(data: npt.NDArray[np.uint8], lengths: npt.NDArray[np.int32]) -> pa.LargeStringArray:
    ends = np.zeros(len(lengths) + 1, np.int64)
    np.cumsum(lengths, out=ends[1:])
    return pa.LargeStringArray.from_buffers(len(lengths), pa.py_buffer(ends), pa.py_buffer(data))


def _lines(rows: Corpus) -> npt.NDArray[np.int64]:
    column = rows.table["line"]
    if column.null_count:
        return np.array([line or 0 for line in rows.lines], np.int64)
    return np.concatenate([np.empty(0, np.int64), *map(np.from_dlpack, column.chunks)])


def _cut(rows: Corpus) -> Corpus:
    """Return the rows with the ends of their long texts."""
    texts = string_array([text and ends_of(text) for text in rows.texts])
    return Corpus(rows.table.set_column(SCHEMA.get_field_index("text"), SCHEMA.field("text"), texts))


class _Sample:
    """The rows with the smallest text keys: a random sample that does not depend on the order of the rows."""

    def __init__(self) -> None:
        self._pieces: list[Corpus] = []
        self._keys = np.empty(0, np.uint64)
        self._places = np.empty(0, np.int64)
        self._limit = np.iinfo(np.uint64).max

    def add(self, rows: Corpus, chars: Integers, before: int) -> None:
        chosen = np.flatnonzero(rows.text_keys <= self._limit)
        piece = rows.take(chosen)  # without what `rows` has cached
        self._pieces.append(_cut(piece) if (chars[chosen] > ENDS).any() else piece)
        self._keys = np.concatenate([self._keys, rows.text_keys[chosen]])
        self._places = np.concatenate([self._places, before + chosen])
        if len(self._keys) > 2 * SAMPLE:
            self._thin()

    def rows(self) -> tuple[Corpus, npt.NDArray[np.int64]]:
        if len(self._keys) > SAMPLE:
            self._thin()
        return Corpus.join(self._pieces), self._places

    def _thin(self) -> None:
        smallest = np.sort(np.argsort(self._keys, kind="stable")[:SAMPLE])
        self._pieces = [Corpus.join(self._pieces).take(smallest)]
        self._keys, self._places = self._keys[smallest], self._places[smallest]
        self._limit = self._keys.max()
