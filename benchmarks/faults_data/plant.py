"""Faults that real labelled files have, planted by seed into a clean one.

A fault is one small function from the rows of a file and a generator to the same rows with the flaw in some of
them. Its docstring says what it plants. Everything is scaled to the file: labels, texts and counts come from it.
"""

import json
import random
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import cycle, permutations
from operator import itemgetter
from statistics import median
from types import MappingProxyType
from typing import Any

from datakit.core.seeding import rng_for
from datakit.core.text import normalise

Row = dict[str, Any]
Line = Row | str  #: a string is written as it is, with its own end of line

ANCHOR_WORDS = 8  #: a copy with one word changed is a copy only where most of the words stay
FILLERS = ("also", "today", "new", "report", "said")
PLACEHOLDERS = ("N/A", "lorem ipsum dolor sit amet", "test", "TODO", "null")
ACCENTED = ("café – naïve “quote”", "it’s 5 € – déjà vu", "Zoë’s jalapeño… “olé”", "über 20 °C – señor’s")  # noqa: RUF001  (the marks that cp1252 tells from ASCII)
FOREIGN = (
    "Le président a annoncé hier une nouvelle réforme des retraites devant le parlement.",
    "Nous avons attendu le train pendant deux heures sous la pluie.",
    "Pourriez-vous me dire où se trouve la gare la plus proche ?",
    "Ma sœur travaille depuis trois ans dans un hôpital de Marseille.",
    "Il faut ajouter le beurre avant de verser la farine dans le saladier.",
    "Les voisins ont repeint leur maison en bleu pendant les vacances.",
    "Je n'ai pas encore reçu le colis que vous m'avez envoyé lundi.",
    "Cette année, les vendanges ont commencé plus tôt que d'habitude.",
    "Quand est-ce que la bibliothèque ferme ses portes le samedi ?",
    "Son dernier roman raconte l'enfance d'un pêcheur breton.",
    "Der Bundestag hat gestern ein neues Gesetz zur Steuerreform verabschiedet.",
    "Können Sie mir bitte sagen, wann der nächste Bus nach Köln fährt?",
    "Die Forscher haben eine neue Methode zur Behandlung der Krankheit entdeckt.",
    "Meine Großmutter backt jeden Sonntag einen Kuchen mit frischen Äpfeln.",
    "Wir konnten gestern Abend wegen des Nebels nicht weiterfahren.",
    "Das Paket ist leider beschädigt bei uns angekommen.",
    "Warum wurde die Brücke über den Fluss noch nicht repariert?",
    "Er hat seinen Schlüssel schon wieder im Büro liegen lassen.",
    "Im Winter öffnet das Museum erst um elf Uhr vormittags.",
    "Sie lernt seit zwei Jahren Geige und spielt inzwischen im Orchester.",
    "Bitte überweisen Sie den Betrag bis zum Ende des Monats.",
    "Nach dem Gewitter standen mehrere Keller in der Altstadt unter Wasser.",
    "Die Mannschaft hat in der letzten Minute den Ausgleich erzielt.",
    "Ohne Brille kann ich die kleine Schrift auf der Packung nicht lesen.",
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Clean:
    """The rows of a training and a test file as every fault finds them, with the keys id, text and label."""

    train: Sequence[Row]
    test: Sequence[Row]


@dataclass(frozen=True, kw_only=True, slots=True)
class Planted:
    """A training and a test file with a fault in them, and where it is."""

    train: Sequence[Line]
    test: Sequence[Line]
    #: planted line numbers (from 1) by split; under both where a pair of rows is at fault and either one shows it;
    #: empty where the fault lies in no single row
    lines: Mapping[str, tuple[int, ...]] = field(default_factory=dict)


Plant = Callable[[Clean, random.Random], Planted]


@dataclass(frozen=True, kw_only=True, slots=True)
class Fault:
    """One kind of flaw, how it is planted, and what datakit calls it."""

    name: str
    group: str
    plant: Plant
    named_by: tuple[str, ...]  #: codes of datakit's findings that name this fault; any one is right

    @property
    def magnitude(self) -> str:
        """What is planted, in one line."""
        return " ".join((self.plant.__doc__ or "").split())


_FAULTS: dict[str, Fault] = {}
FAULTS: Mapping[str, Fault] = MappingProxyType(_FAULTS)  #: all faults by name, in the order of the table


def fault(group: str, *named_by: str) -> Callable[[Plant], Plant]:
    """Enter a function into the table of faults, under its own name."""

    def enter(plant: Plant) -> Plant:
        name = plant.__name__.replace("_", "-")
        _FAULTS[name] = Fault(name=name, group=group, plant=plant, named_by=named_by)
        return plant

    return enter


# ---------------------------------------------------------------------------------------------- the clean files


def clean(train: Iterable[Row], test: Iterable[Row] | None, seed: int) -> Clean:
    """Return the rows as every fault finds them: id, text and label only, shuffled by `seed`.

    Shuffled, since a published file may stand sorted by label (banking77 does), which is one of the faults.
    Without `test`, a fifth of the texts is held out by hash, all copies of a text on one side.
    """
    rows = [{key: row[key] for key in ("id", "text", "label")} for row in train]
    if test is None:
        held_out = [_fifth(row["text"]) for row in rows]
        tested = [row for row, out in zip(rows, held_out, strict=True) if out]
        rows = [row for row, out in zip(rows, held_out, strict=True) if not out]
    else:
        tested = [{key: row[key] for key in ("id", "text", "label")} for row in test]
    for name, side in (("train", rows), ("test", tested)):
        rng_for(seed, "order", name).shuffle(side)
    return Clean(train=rows, test=tested)


def planted(files: Clean, name: str, seed: int) -> Planted:
    """Return `files` with one fault in them."""
    return FAULTS[name].plant(files, rng_for(seed, "fault", name))


def serialised(lines: Iterable[Line]) -> bytes:
    """Return lines as a file of JSON Lines, one row a line."""
    return "".join(
        line if isinstance(line, str) else f"{json.dumps(line, ensure_ascii=False)}\n" for line in lines
    ).encode()


def _fifth(text: str) -> bool:
    return int.from_bytes(sha256(normalise(text).encode()).digest()[:8], "big") % 5 == 0


# ---------------------------------------------------------------------------------------------- how to plant


def _picked(
    files: Clean, rng: random.Random, share: float, *, split: str = "train", where: Callable[[str], bool] = bool
) -> list[int]:
    """Return the positions of a share of a split's rows, in order, among texts that satisfy `where`.

    Texts that stand more than once are passed over, so that a fault brings no second one along.
    """
    counts = Counter(normalise(row["text"]) for row in (*files.train, *files.test))
    rows = getattr(files, split)
    free = [i for i, row in enumerate(rows) if counts[normalise(row["text"])] == 1 and where(row["text"])]
    return sorted(rng.sample(free, min(round(share * len(rows)), len(free))))


def _altered(files: Clean, picked: Sequence[int], edit: Callable[[Row], Line]) -> Planted:
    """Return `files` with the picked rows of train edited in place."""
    train: list[Line] = list(files.train)
    for i in picked:
        train[i] = edit(files.train[i])
    return Planted(train=train, test=files.test, lines={"train": tuple(i + 1 for i in picked)})


def _copied(files: Clean, rng: random.Random, picked: Sequence[int], edit: Callable[[Row], Row]) -> Planted:
    """Return `files` with an edited copy of each picked row of train, anywhere after it.

    After it, since the later one of two equal rows is the copy.
    """
    train = files.train
    keyed = [(float(i), row) for i, row in enumerate(train)]
    copies = [(rng.uniform(i, len(train)), edit({**train[i], "id": f"{train[i]['id']}-copy"})) for i in picked]
    places = {place for place, _ in copies}
    merged = sorted(keyed + copies, key=lambda placed: placed[0])
    lines = tuple(line for line, (place, _) in enumerate(merged, 1) if place in places)
    return Planted(train=[row for _, row in merged], test=files.test, lines={"train": lines})


def _leaked(files: Clean, rng: random.Random, share: float, edit: Callable[[Row], Row]) -> Planted:
    """Return `files` with a share of the test rows replaced by edited rows of train."""
    places = _picked(files, rng, share, split="test")
    sources = rng.sample(_picked(files, rng, 1.0, where=_long_enough), len(places))
    test = list(files.test)
    for place, source in zip(places, sources, strict=True):
        test[place] = {**edit(files.train[source]), "id": test[place]["id"]}
    lines = {"train": tuple(i + 1 for i in sorted(sources)), "test": tuple(i + 1 for i in places)}
    return Planted(train=files.train, test=test, lines=lines)


def _text(edit: Callable[[str], str | None]) -> Callable[[Row], Row]:
    return lambda row: {**row, "text": edit(row["text"])}


def _label(edit: Callable[[str], Any]) -> Callable[[Row], Row]:
    return lambda row: {**row, "label": edit(row["label"])}


def _one_word_changed(rng: random.Random) -> Callable[[str], str]:
    def edit(text: str) -> str:
        words = text.split()
        words[rng.randrange(len(words))] = rng.choice(FILLERS)
        return " ".join(words)

    return edit


def _wrong(files: Clean, rng: random.Random) -> Callable[[str], str]:
    labels = sorted({row["label"] for row in files.train})
    return lambda label: rng.choice([other for other in labels if other != label])


def _long_enough(text: str) -> bool:
    return len(text.split()) >= ANCHOR_WORDS


def _by_size(rows: Sequence[Row]) -> list[str]:
    """Return the labels, the largest class first."""
    counts = Counter(row["label"] for row in rows)
    return sorted(counts, key=lambda label: (-counts[label], label))


def _kept(rows: Sequence[Row], label: str, share: float) -> list[Row]:
    """Return the rows with only the first `share` of a class."""
    own = [i for i, row in enumerate(rows) if row["label"] == label]
    dropped = set(own[round(share * len(own)) :])
    return [row for i, row in enumerate(rows) if i not in dropped]


# ---------------------------------------------------------------------------------------------- duplicates


@fault("duplicates", "duplicate-text")
def exact_copies(files: Clean, rng: random.Random) -> Planted:
    """5% of the rows stand twice."""
    return _copied(files, rng, _picked(files, rng, 0.05), dict)


@fault("duplicates", "duplicate-text", "near-duplicate-text")
def case_and_space_copies(files: Clean, rng: random.Random) -> Planted:
    """5% of the rows stand again in upper case with doubled spaces."""
    return _copied(files, rng, _picked(files, rng, 0.05), _text(lambda text: text.upper().replace(" ", "  ")))


@fault("duplicates", "near-duplicate-text")
def edited_copies(files: Clean, rng: random.Random) -> Planted:
    """5% of the rows (of 8 words or more) stand again with one word replaced."""
    return _copied(files, rng, _picked(files, rng, 0.05, where=_long_enough), _text(_one_word_changed(rng)))


@fault("duplicates", "conflicting-labels")
def conflicting_copies(files: Clean, rng: random.Random) -> Planted:
    """3% of the rows stand again with another label."""
    return _copied(files, rng, _picked(files, rng, 0.03), _label(_wrong(files, rng)))


@fault("duplicates", "near-conflicting-labels", "conflicting-labels")
def edited_conflicting_copies(files: Clean, rng: random.Random) -> Planted:
    """3% of the rows (of 8 words or more) stand again with one word replaced and another label."""
    text, label = _text(_one_word_changed(rng)), _label(_wrong(files, rng))
    return _copied(files, rng, _picked(files, rng, 0.03, where=_long_enough), lambda row: label(text(row)))


# ---------------------------------------------------------------------------------------------- labels


@fault("labels", "suspect-label")
def flipped_labels(files: Clean, rng: random.Random) -> Planted:
    """8% of the rows have another label of the file."""
    return _altered(files, _picked(files, rng, 0.08), _label(_wrong(files, rng)))


@fault("labels", "class-imbalance", "rare-class")
def minority_collapse(files: Clean, _: random.Random) -> Planted:
    """The second largest class is cut to 3% of its rows."""
    return Planted(train=_kept(files.train, _by_size(files.train)[1], 0.03), test=files.test)


@fault("labels", "unseen-label", "single-class")
def absent_class(files: Clean, _: random.Random) -> Planted:
    """The second largest class is absent from train."""
    return Planted(train=_kept(files.train, _by_size(files.train)[1], 0), test=files.test)


@fault("labels", "untested-label", "rare-class")
def new_label(files: Clean, rng: random.Random) -> Planted:
    """1% of the rows have a label of their own, Misc, which the test file does not know."""
    return _altered(files, _picked(files, rng, 0.01), _label(lambda _: "Misc"))


@fault("labels", "label-variants")
def label_variants(files: Clean, rng: random.Random) -> Planted:
    """2% of the labels are written in other case, with a space at the end."""
    recased = _label(lambda label: f"{label.capitalize() if label.islower() else label.lower()} ")
    return _altered(files, _picked(files, rng, 0.02), recased)


@fault("labels", "missing-label")
def null_labels(files: Clean, rng: random.Random) -> Planted:
    """2% of the labels are null."""
    return _altered(files, _picked(files, rng, 0.02), _label(lambda _: None))


# ---------------------------------------------------------------------------------------------- text


@fault("text", "empty-text")
def null_texts(files: Clean, rng: random.Random) -> Planted:
    """2% of the texts are null."""
    return _altered(files, _picked(files, rng, 0.02), _text(lambda _: None))


@fault("text", "empty-text")
def empty_texts(files: Clean, rng: random.Random) -> Planted:
    """2% of the texts are empty."""
    return _altered(files, _picked(files, rng, 0.02), _text(lambda _: ""))


@fault("text", "empty-text")
def blank_texts(files: Clean, rng: random.Random) -> Planted:
    """2% of the texts are white space."""
    return _altered(files, _picked(files, rng, 0.02), _text(lambda _: "  \t "))


@fault("text", "placeholder-text")
def placeholders(files: Clean, rng: random.Random) -> Planted:
    """2% of the texts are one of N/A, lorem ipsum dolor sit amet, test, TODO, null."""
    return _altered(files, _picked(files, rng, 0.02), _text(lambda _: rng.choice(PLACEHOLDERS)))


@fault("text", "mojibake")
def mojibake(files: Clean, rng: random.Random) -> Planted:
    """3% of the texts hold accented letters and curly quotes, as UTF-8 read as cp1252."""

    def edit(text: str) -> str:
        return f"{text} {rng.choice(ACCENTED)}".replace("'", "\u2019").encode().decode("cp1252", "replace")

    return _altered(files, _picked(files, rng, 0.03), _text(edit))


@fault("text", "html-markup")
def html_markup(files: Clean, rng: random.Random) -> Planted:
    """3% of the texts stand in HTML tags and entities."""
    page = '<p class="x">{}</p>&nbsp;<br/><a href="http://x.example">more</a>'
    return _altered(files, _picked(files, rng, 0.03), _text(page.format))


@fault("text", "invisible-characters")
def zero_width_spaces(files: Clean, rng: random.Random) -> Planted:
    """3% of the texts have zero-width spaces for their first six spaces."""
    return _altered(
        files,
        _picked(files, rng, 0.03, where=lambda text: " " in text),
        _text(lambda text: text.replace(" ", "\u200b", 6)),
    )


@fault("text", "homoglyphs")
def homoglyphs(files: Clean, rng: random.Random) -> Planted:
    """3% of the texts have Cyrillic letters for a and e."""
    cyrillic = str.maketrans("ae", "\u0430\u0435")
    return _altered(
        files,
        _picked(files, rng, 0.03, where=lambda text: bool({"a", "e"} & set(text))),
        _text(lambda text: text.translate(cyrillic)),
    )


@fault("text", "repeated-passage", "overlong-text")
def too_long_texts(files: Clean, rng: random.Random) -> Planted:
    """2% of the texts (of 8 words or more) are repeated twelve times in themselves."""
    picked = _picked(files, rng, 0.02, where=_long_enough)
    return _altered(files, picked, _text(lambda text: " ".join([text] * 12)))


@fault("text", "short-text")
def too_short_texts(files: Clean, rng: random.Random) -> Planted:
    """3% of the texts (of 8 words or more) are cut to their first two words."""
    picked = _picked(files, rng, 0.03, where=_long_enough)
    return _altered(files, picked, _text(lambda text: " ".join(text.split()[:2])))


@fault("text", "foreign-language")
def foreign_language(files: Clean, rng: random.Random) -> Planted:
    """5% of the texts are two French or German sentences (552 pairs, each once in files of up to 11,040 rows)."""
    picked = _picked(files, rng, 0.05)
    pairs = [" ".join(pair) for pair in permutations(FOREIGN, 2)]
    rng.shuffle(pairs)
    texts = cycle(pairs)
    return _altered(files, picked, _text(lambda _: next(texts)))


@fault("text", "personal-data")
def personal_data(files: Clean, rng: random.Random) -> Planted:
    """3% of the texts end in an e-mail address and a telephone number."""

    def edit(text: str) -> str:
        return (
            f"{text} Contact john.doe{rng.randrange(999)}@example.com or +1 415 555 {rng.randrange(1_000, 10_000)}"
        )

    return _altered(files, _picked(files, rng, 0.03), _text(edit))


# ---------------------------------------------------------------------------------------------- shortcut, order


@fault("shortcut", "label-in-text", "shortcut-token")
def label_prefix(files: Clean, rng: random.Random) -> Planted:
    """20% of the texts begin with their label in square brackets and capitals."""
    return _altered(
        files, _picked(files, rng, 0.20), lambda row: {**row, "text": f"[{row['label'].upper()}] {row['text']}"}
    )


@fault("shortcut", "shortcut-token", "label-in-text")
def class_boilerplate(files: Clean, _: random.Random) -> Planted:
    """Every text of the second largest class begins with the same three words, in brackets."""
    label = _by_size(files.train)[1]
    train = [
        {**row, "text": f"(Evening Service Desk) {row['text']}"} if row["label"] == label else row
        for row in files.train
    ]
    return Planted(train=train, test=files.test)


@fault("order", "sorted-by-label")
def sorted_by_label(files: Clean, _: random.Random) -> Planted:
    """Train stands sorted by label."""
    train = sorted(files.train, key=itemgetter("label"))
    return Planted(train=train, test=files.test)


# ---------------------------------------------------------------------------------------------- splits


@fault("splits", "label-drift")
def label_drift(files: Clean, _: random.Random) -> Planted:
    """The test file has a quarter of its rows of some classes: of train's largest that make up a quarter of it."""
    test, seen = list(files.test), 0
    for label in _by_size(files.train):
        seen += sum(row["label"] == label for row in files.test)
        test = _kept(test, label, 0.25)
        if seen >= len(files.test) / 4:
            break
    return Planted(train=files.train, test=test)


@fault("splits", "text-drift")
def text_drift(files: Clean, _: random.Random) -> Planted:
    """The test texts are in lower case, without full stops, and cut after half their median length."""
    length = round(median(len(row["text"]) for row in files.test) / 2)
    edit = _text(lambda text: text.lower().replace(".", "")[:length])
    return Planted(train=files.train, test=[edit(row) for row in files.test])


@fault("splits", "split-leakage")
def exact_leakage(files: Clean, rng: random.Random) -> Planted:
    """5% of the test rows are copies of train rows (of 8 words or more)."""
    return _leaked(files, rng, 0.05, dict)


@fault("splits", "near-split-leakage", "split-leakage")
def edited_leakage(files: Clean, rng: random.Random) -> Planted:
    """5% of the test rows are copies of train rows (of 8 words or more) with one word replaced."""
    return _leaked(files, rng, 0.05, _text(_one_word_changed(rng)))


# ---------------------------------------------------------------------------------------------- file, lineage


@fault("file", "duplicate-key")
def duplicate_keys(files: Clean, rng: random.Random) -> Planted:
    """1% of the objects have the key "label" twice, with two values."""
    wrong = _wrong(files, rng)

    def edit(row: Row) -> str:
        return f"{json.dumps(row, ensure_ascii=False)[:-1]}, {json.dumps({'label': wrong(row['label'])})[1:]}\n"

    return _altered(files, _picked(files, rng, 0.01), edit)


@fault("file", "note: BOM removed")
def byte_order_mark(files: Clean, _: random.Random) -> Planted:
    """Train begins with a byte order mark."""
    first, *others = files.train
    return Planted(train=[f"\ufeff{serialised([first]).decode()}", *others], test=files.test)


@fault("file", "mixed-label-types")
def numeric_label(files: Clean, rng: random.Random) -> Planted:
    """One label is the number 3."""
    return _altered(files, [rng.randrange(len(files.train))], _label(lambda _: 3))


@fault("file", "unreadable-line")
def truncated_last_line(files: Clean, _: random.Random) -> Planted:
    """The file ends in the middle of its last line."""

    def edit(row: Row) -> str:
        line = json.dumps(row, ensure_ascii=False)
        return line[: len(line) // 2]

    return _altered(files, [len(files.train) - 1], edit)


@fault("lineage", "near-split-leakage", "split-leakage")
def child_of_test_row(files: Clean, rng: random.Random) -> Planted:
    """Train holds augmented children (one word replaced, `parent` names the row) of 5% of the test rows."""
    parents = _picked(files, rng, 0.05, split="test", where=_long_enough)
    edit = _text(_one_word_changed(rng))
    children = [
        {**edit(row), "id": f"{row['id']}~synonym-0", "parent": row["id"], "op": "synonym", "k": 0}
        for row in (files.test[i] for i in parents)
    ]
    first = len(files.train) + 1
    lines = {"train": tuple(range(first, first + len(children))), "test": tuple(i + 1 for i in parents)}
    return Planted(train=[*files.train, *children], test=files.test, lines=lines)
