"""Words that give the label away."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import ClassVar, Literal

from datakit.core.corpus import Corpus
from datakit.core.findings import Finding, Severity
from datakit.core.wording import counted
from datakit.validation.checks._base import Check, percent, sampled, share, shortened
from datakit.validation.checks._labels import folded
from datakit.validation.checks._sample import thinned
from datakit.validation.checks._words import TOKEN, words_in
from datakit.validation.survey import Digest, Survey

Place = Literal["start", "end", "anywhere"]

_EDGE = 80  #: characters at the beginning and at the end of a text that are read
_LONGEST = 8  #: tokens of the longest phrase that is looked for there
_PHRASE = 3  #: words; no honest phrase so long opens or closes half of the texts of a class
_NEARLY_ALL = 0.9  #: share of a label's texts
_READ = 5_000  #: texts that are searched for telling words
_TOLD = 10  #: telling words in a finding

_OPENING, _CLOSING, _NAME = r"\[({<|*", r"\])}>|*", r"[^\[\](){}<>|*:=#\t\n]{1,60}?"
_AT_START = re.compile(rf"\s*(?:[{_OPENING}]*\s*({_NAME})\s*[{_CLOSING}:=\t]|#(\w+))")  # `[spam] `, `spam: `
_AT_END = re.compile(rf"\s*[{_CLOSING}]*\s*({_NAME})\s*[{_OPENING}>:=#\t]")  # the same, read backwards


@dataclass(frozen=True, kw_only=True, slots=True)
class _Phrase:
    """Words that nearly decide a label, and where they stand."""

    place: Place
    words: tuple[str, ...]
    label: str
    rows: tuple[int, ...]  #: indices of the texts that have it
    precision: float  #: share of these that have the label
    coverage: float  #: share of the label's texts that have it

    @property
    def artefact(self) -> bool:
        """Tell whether people do not write so by themselves."""
        if self.place == "anywhere":
            return False
        bracketed = self.words[0] in "[({<"
        long = sum(word[0].isalnum() for word in self.words) >= _PHRASE
        return bracketed or self.coverage >= (0.5 if long else _NEARLY_ALL)

    @property
    def figures(self) -> dict[str, str | float]:
        """Return it as evidence."""
        return {
            "phrase": " ".join(self.words),
            "place": self.place,
            "label": self.label,
            "precision": round(self.precision, 4),
            "coverage": round(self.coverage, 4),
        }


@dataclass(frozen=True, kw_only=True, slots=True)
class ShortcutToken(Check):
    """Words that nearly decide the label, by which it can be told without reading the text.

    What:
        Three things in the rows to learn from. The name of a row's own label, set apart by brackets or a
        sign at the beginning or the end of its text. A phrase at the beginning or the end that a large part
        of one class has and hardly a text of the others, if a bracket stands in front, if it has three words
        or more and half of the class has it, or if nearly the whole class does. Both are warnings. And
        single words or pairs of words that do the same anywhere in the text: a remark, since they may well
        be honest.
    Why:
        The model learns the mark and nothing else. The test figures are splendid, since the test rows have it
        too; texts in use do not.
    Example:
        `[SPAM] Win a prize`; every text of class `sports` begins with `(Reuters Sports Desk)`
    Fix:
        Cut the mark out of the texts, in all splits.
    Source:
        Geirhos et al. 2020 (arXiv 2004.07780) on shortcut learning; Gururangan et al. 2018 (arXiv
        1803.02324) on words that give labels away. The thresholds lie above what honest sets hold: the
        most frequent decisive phrase of three words covers 0.22 of its class (BANKING77, `change my PIN`),
        the most frequent first word 0.46 (TREC, `Who`).
    """

    ends: ClassVar[bool] = True
    min_precision: float = 0.95  # texts with a phrase that have its label; 0: no more than others, 1: all of them
    min_coverage: float = 0.3  # share, 0..1, of a label's texts that have the phrase
    min_marked: float = 0.005  # share, 0..1, of all texts that are marked with the name of their label
    min_rows: int = 10  # texts that have it

    def find(self, survey: Survey) -> Iterator[Finding]:
        """Yield findings about the training split: marks, phrases that are artefacts, telling words."""
        if "train" not in survey or len(survey.train.label_counts) < 2:  # noqa: PLR2004  (one label needs no sign)
            return
        digest = survey.train
        yield from self._marked(digest)
        artefacts = [*self._edges(digest.sample, "start"), *self._edges(digest.sample, "end")]
        for phrase in artefacts:
            yield _boilerplate(phrase, digest)
        known = {word for phrase in artefacts for text in phrase.words for word in words_in(text)}
        yield from self._telling(digest, known)

    def _marked(self, digest: Digest) -> Iterator[Finding]:
        corpus = digest.sample
        names = {folded(label): label for label in reversed(list(corpus.label_counts))}  # the usual spelling last
        marks = {i: mark for i, text in enumerate(corpus.texts) if (mark := _mark(text, names))}
        right = [i for i, label in marks.items() if label in corpus.label_sets[i]]
        if len(right) < max(self.min_rows, self.min_marked * len(corpus)):
            return
        precision = len(right) / len(marks)
        by_chance = sum(corpus.label_counts[label] for label in marks.values()) / len(marks) / len(corpus)
        if not self._precise(precision, by_chance):
            return
        part = share(len(right), len(corpus))
        yield Finding(
            code=self.code,
            severity=Severity.WARNING,
            message=f"{counted(len(right), 'text begins or ends', 'texts begin or end')} with the name of "
            f"{'its' if len(right) == 1 else 'their'} label ({percent(part)}{sampled(digest)})",
            fix="cut the name out of the texts, in all splits",
            evidence={
                "kind": "label",
                "rows": len(right),
                "share": part,
                "precision": round(precision, 4),
                "by_label": dict(sorted(Counter(marks[i] for i in right).items())),
                "looked_at": len(corpus),
                "examples": [shortened(corpus.texts[i]) for i in right[:3]],
            },
            **digest.located(digest.sample_rows[right]),
        )

    def _edges(self, corpus: Corpus, place: Literal["start", "end"]) -> Iterator[_Phrase]:
        """Yield for each label the artefact at one end of its texts: the longest of those about as frequent."""
        tokens = [_edge(text, place) for text in corpus.texts]
        found: defaultdict[str, list[_Phrase]] = defaultdict(list)
        alive: Iterable[int] = range(len(corpus))
        for length in range(1, _LONGEST + 1):
            pairs = ((tokens[i][:length], i) for i in alive if len(tokens[i]) >= length)
            rows = _by_phrase((words[::-1] if place == "end" else words, i) for words, i in pairs)
            frequent = {words: having for words, having in rows.items() if any(self._covered(corpus, having))}
            alive = [i for having in frequent.values() for i in having]
            for phrase in self._decisive(corpus, place, frequent):
                if phrase.artefact:
                    found[phrase.label].append(phrase)
        for _, phrases in sorted(found.items()):
            most = max(phrase.coverage for phrase in phrases)
            as_frequent = (phrase for phrase in phrases if phrase.coverage >= _NEARLY_ALL * most)
            yield max(as_frequent, key=lambda phrase: (len(phrase.words), phrase.coverage, phrase.words))

    def _telling(self, digest: Digest, known: set[str]) -> Iterator[Finding]:
        corpus, _ = thinned(digest, _READ)
        texts = list(map(words_in, corpus.texts))
        singles = _by_phrase(((word,), i) for i, words in enumerate(texts) for word in set(words))
        frequent = {word for (word,), having in singles.items() if any(self._covered(corpus, having))}
        pairs = _by_phrase(
            (pair, i)
            for i, words in enumerate(texts)
            for pair in set(pairwise(words))
            if frequent.issuperset(pair)
        )
        alone = [p for p in self._decisive(corpus, "anywhere", singles) if known.isdisjoint(p.words)]
        told = known.union(*(phrase.words for phrase in alone))
        paired = [p for p in self._decisive(corpus, "anywhere", pairs) if told.isdisjoint(p.words)]
        phrases = sorted([*alone, *paired], key=lambda phrase: (-phrase.coverage, phrase.words))
        if not phrases:
            return
        shown = ", ".join(f"{' '.join(p.words)!r} {p.label!r} ({p.coverage:.0%})" for p in phrases[:3])
        yield Finding(
            code=self.code,
            severity=Severity.INFO,
            message=f"{counted(len(phrases), 'word or pair nearly decides', 'words or pairs nearly decide')} "
            f"a label: {shown}",
            fix="see whether the texts in use have them too; if not, cut them out",
            evidence={
                "kind": "word",
                "phrases": [phrase.figures for phrase in phrases[:_TOLD]],
                "looked_at": len(corpus),
            },
            split=digest.split,
        )

    def _decisive(self, corpus: Corpus, place: Place, rows: dict[tuple[str, ...], list[int]]) -> Iterator[_Phrase]:
        for words, having in rows.items():
            for label, n in self._covered(corpus, having):
                if self._precise(n / len(having), corpus.label_counts[label] / len(corpus)):
                    yield _Phrase(
                        place=place,
                        words=words,
                        label=label,
                        rows=tuple(having),
                        precision=n / len(having),
                        coverage=n / corpus.label_counts[label],
                    )

    def _precise(self, precision: float, by_chance: float) -> bool:
        """Tell whether a share of right labels is far beyond chance, and so better than for a frequent label."""
        return precision - by_chance >= self.min_precision * (1 - by_chance) > 0

    def _covered(self, corpus: Corpus, having: Sequence[int]) -> Iterator[tuple[str, int]]:
        """Yield the labels of which the texts in `having` are a large part, and how many are of each."""
        if len(having) < self.min_rows:
            return
        for label, n in Counter(label for i in having for label in corpus.label_sets[i]).items():
            if n >= max(self.min_coverage * corpus.label_counts[label], self.min_rows):
                yield label, n


def _boilerplate(phrase: _Phrase, digest: Digest) -> Finding:
    shown = shortened(_as_written(phrase, digest.sample.texts))
    return Finding(
        code="shortcut-token",
        severity=Severity.WARNING,
        message=f"{phrase.coverage:.0%} of the texts labelled {phrase.label!r} "
        f"{'begin' if phrase.place == 'start' else 'end'} with {shown!r}, and hardly any others{sampled(digest)}",
        fix="cut it out of the texts, in all splits",
        evidence={"kind": "phrase", "rows": len(phrase.rows), **phrase.figures},
        **digest.located(digest.sample_rows[list(phrase.rows)]),
    )


def _mark(text: str, names: dict[str, str]) -> str | None:
    """Return the label whose name stands, set apart, at the beginning or the end of a text."""
    begins, ends = _AT_START.match(text[:_EDGE]), _AT_END.match(text[-_EDGE:][::-1])
    found = [begins[1] or begins[2]] if begins else []
    found += [ends[1][::-1]] if ends else []
    return next((names[name] for name in map(folded, found) if name in names), None)


def _edge(text: str, place: Place) -> tuple[str, ...]:
    """Return the first tokens of a text, or the last ones from the end backwards."""
    edge = text[:_EDGE] if place == "start" else text[-_EDGE:]
    tokens = TOKEN.findall(edge)
    return tuple(tokens[:_LONGEST] if place == "start" else tokens[: -_LONGEST - 1 : -1])


def _as_written(phrase: _Phrase, texts: Sequence[str]) -> str:
    """Return a phrase with its spaces, from the text with it that is the first by alphabet."""
    text = min(texts[i] for i in phrase.rows)
    spans = [found.span() for found in TOKEN.finditer(text)]
    if phrase.place == "start":
        return text[spans[0][0] : spans[len(phrase.words) - 1][1]]
    return text[spans[-len(phrase.words)][0] : spans[-1][1]]


def _by_phrase(found: Iterable[tuple[tuple[str, ...], int]]) -> dict[tuple[str, ...], list[int]]:
    rows: defaultdict[tuple[str, ...], list[int]] = defaultdict(list)
    for words, i in found:
        rows[words].append(i)
    return rows
