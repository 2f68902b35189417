"""The verb `augment`."""

import gzip
import json
import pickle
import random
import time
from collections import Counter
from dataclasses import asdict
from itertools import starmap
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support import printed_under_hash_seeds

from datakit.augmentation import augment, filters, operators
from datakit.augmentation.augment import outlook
from datakit.augmentation.operators._base import Span, edit
from datakit.core.corpus import Corpus, Splits
from datakit.core.errors import UsageError
from datakit.core.findings import Severity
from datakit.core.text import normalise
from datakit.pipeline.engines.local import Local

RARE = [
    "The director bought an automobile and quickly began the movie.",
    "Critics called the big film enormous, but the kids liked the small car.",
    "I purchased a large house by mistake; the lawyer said the price was wrong.",
    "You will receive your award immediately.",
]
COMMON = [f"Message number {i} about nothing at all" for i in range(30)]


def splits(rare=RARE, common=COMMON, order=None, **others):
    """Return splits with a rare and a common class, the train rows in the given order."""
    rows = [(text, "rare") for text in rare] + [(text, "common") for text in common]
    rows = [rows[i] for i in order] if order else rows
    train = Corpus.from_columns(*zip(*rows, strict=True))
    more = {name: Corpus.from_columns(texts, ["rare"] * len(texts)) for name, texts in others.items()}
    return Splits({"train": train, **more})


def new_rows(augmented):
    """Return the rows that were added."""
    return [row for row in augmented.train.rows() if row["parent"] is not None]


def test_classes_become_equal():
    """`balanced` fills the rare class exactly, and leaves the rows that were there as they were."""
    given_splits = splits()
    result = augment(given_splits)
    assert result.train.label_counts == {"common": 30, "rare": 30}
    assert result.added == {"common": 0, "rare": 26}
    assert result.shortfalls == ()
    assert result.report.findings == ()
    assert result.train.table.slice(0, 34).equals(given_splits.train.table)


def test_every_new_row_says_where_it_comes_from():
    """Id, parent, operator, place and edits replay the text."""
    given_splits = splits()
    texts = dict(zip(given_splits.train.ids, given_splits.train.texts, strict=True))
    for row in new_rows(augment(given_splits)):
        assert row["id"] == f"{row['parent']}~synonym-{row['k']}"
        assert row["line"] is None
        spans = [Span(**span) for span in row["edits"]]
        assert edit(texts[row["parent"]], spans).text == row["text"]


def test_children_are_spread_evenly():
    """No parent has two more children than another."""
    result = augment(splits(rare=RARE[:3]), target={"rare": 16})
    assert sorted(Counter(row["parent"] for row in new_rows(result)).values()) == [4, 4, 5]


def test_a_class_that_cannot_be_filled_gets_a_typed_shortfall():
    """Texts of a single word that has no synonym yield a shortfall and a warning, never copies."""
    result = augment(splits(rare=["and", "of"]))
    (shortfall,) = result.shortfalls
    assert (shortfall.label, shortfall.wanted, shortfall.added) == ("rare", 28, 0)
    assert shortfall.reason == "exhausted"
    (finding,) = result.report.findings
    assert (finding.code, finding.severity) == ("augmentation-shortfall", Severity.WARNING)
    assert len(result.train) == 32


def test_the_limit_a_row_is_kept_and_told():
    """`max_per_row` caps the children of each parent, and is the reason of the shortfall."""
    result = augment(splits(), max_per_row=2)
    assert max(Counter(row["parent"] for row in new_rows(result)).values()) == 2
    assert result.shortfalls[0].reason == "max-per-row"


def test_no_new_text_equals_a_row_of_any_split():
    """What stands in validation or test, or came up before, is counted as a duplicate and not taken."""
    seen = {row["text"] for row in new_rows(augment(splits(rare=RARE[:1])))}
    leaked = sorted(seen)[:5]
    held_out = {"validation": leaked[:2], "test": [text.upper() for text in leaked[2:]]}
    result = augment(splits(rare=RARE[:1], **held_out), filters=())
    assert not {row["text"] for row in new_rows(result)} & set(leaked)
    assert result.rejected["duplicate"] >= 5
    assert {sample.reason for sample in result.rejected_samples} == {"duplicate: equals another row"}


def test_the_words_of_the_labels_are_protected():
    """A label's own word is neither replaced nor put in."""
    train = Corpus.from_columns(["two movies came", "what a film", *COMMON], ["film"] * 2 + ["no_price"] * 30)
    assert new_rows(augment(Splits({"train": train}), operators=[{"name": "synonym"}])) == []


def test_by_default_punctuation_fills_what_synonyms_could_not():
    """The second operator is asked only for the rows that the first had no text for."""
    few = splits(rare=["we saw a good film", "to be or not to be"])
    result, synonyms = augment(few), augment(few, operators=[{"name": "synonym"}])
    made = Counter(row["op"] for row in new_rows(result))
    assert result.shortfalls == ()
    assert made.total() == 28
    assert made["synonym"] == len(new_rows(synonyms)) > 0


def test_augmented_rows_and_empty_texts_are_no_parents():
    """Only original rows with a text have children."""
    train = augment(splits(rare=RARE[:2])).train
    rows = [*train.rows(), {"id": "empty", "text": None, "label": "rare"}]
    result = augment(Splits({"train": Corpus.from_rows(rows)}), target="count=40")
    assert all("~" not in row["parent"] and row["parent"] != "empty" for row in new_rows(result))


def test_a_later_operator_fills_what_the_first_could_not():
    """Operators are tried in order."""
    rare = ["please call me tomorrow about nothing"]
    result = augment(splits(rare=rare, common=COMMON[:6]), operators=[{"name": "synonym"}, {"name": "nlpaug"}])
    assert result.train.label_counts == {"common": 6, "rare": 6}
    assert {row["op"] for row in new_rows(result)} == {"nlpaug"}


@given(order=st.permutations(range(34)), shards=st.booleans())
@settings(max_examples=15, deadline=None)
def test_order_and_workers_play_no_part(order, shards):
    """The new rows are the same to the byte for any order of the rows and any way of working on shards."""

    def through_pickle(function, parts):
        copy = pickle.loads(pickle.dumps(function))  # noqa: S301  (as a worker process would get it)
        return (pickle.loads(pickle.dumps(copy(part))) for part in parts)  # noqa: S301

    expected = new_rows(augment(splits()))
    assert new_rows(augment(splits(order=order), map_shards=through_pickle if shards else None)) == expected


@given(
    rare=st.lists(st.sampled_from([*RARE, "no", "the movie", "the film", "a film"]), min_size=1, max_size=6),
    total=st.integers(0, 60),
    seed=st.integers(0, 3),
)
@settings(max_examples=40, deadline=None)
def test_counts_are_exact_or_a_shortfall_says_so(rare, total, seed):
    """Rows added plus rows missing are the rows wanted, and every new text is new."""
    given_splits = splits(rare=rare, test=["The director purchased an automobile and quickly began the movie."])
    result = augment(given_splits, target={"rare": total}, seed=seed)
    missing = sum(shortfall.wanted - shortfall.added for shortfall in result.shortfalls)
    assert result.added["rare"] + missing == max(0, total - len(rare))
    old = {text for corpus in given_splits.values() for text in corpus.normalised}
    fresh = [normalise(row["text"]) for row in new_rows(result)]
    assert len({*old, *fresh}) == len(old) + len(fresh)


def test_progress_is_told():
    """After every round the rows so far and those wanted are given."""
    told = []
    augment(splits(), progress=lambda done, wanted: told.append((done, wanted)))
    assert told[-1] == (26, 26)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"operators": [{"name": "synonim"}]}, "did you mean 'synonym'"),
        ({"operators": [{"name": "synonym"}, {"name": "synonym"}]}, "more than once"),
        ({"filters": [{"name": "nope"}]}, "protected-token-lost"),
        ({"max_per_row": 0}, "whole number from 1"),
        ({"target": "equal"}, "majority-share"),
    ],
)
def test_bad_calls_are_usage_errors(options, words):
    """What cannot be followed is told before any work."""
    with pytest.raises(UsageError, match=words):
        augment(splits(), **options)


def test_the_registries_know_the_components():
    """Components are found by walking their folders, and carry their manual pages."""
    assert {"nlpaug", "synonym"} <= set(operators.names())
    assert {"identical", "protected-token-lost", "repetition"} <= set(filters.names())
    for registry in (operators, filters):
        for name in registry.names():
            lines = registry.manual(name).splitlines()
            assert {"What:", "Why:", "Example:", "Fix:", "Source:"} <= set(lines)


@pytest.mark.usefixtures("nltk_folder")
def test_real_messages(shared_data):
    """On real text the spam class grows by safe texts only, evenly, and what is missing is told."""
    with gzip.open(shared_data / "sms_spam.all.jsonl.gz", "rt", encoding="utf-8") as file:
        rows = [json.loads(line) for line in file]
    random.Random(1).shuffle(rows)  # noqa: S311
    parts = {"train": rows[:4460], "test": rows[4460:]}
    columns = {name: ([r["text"] for r in part], [r["label"] for r in part]) for name, part in parts.items()}
    corpora = dict(zip(columns, starmap(Corpus.from_columns, columns.values()), strict=True))
    result = augment(Splits(corpora), target="ratio=4")
    missing = sum(shortfall.wanted - shortfall.added for shortfall in result.shortfalls)
    assert result.before["spam"] + result.added["spam"] + missing == result.wanted["spam"]
    assert result.added["spam"] > 300
    assert set(result.rejected) <= {"duplicate", "near-held-out", "repetition"}


def several(rows):
    """Return a train split of rows with several labels, given as labels in one word and a text."""
    labels, texts = zip(*rows, strict=True)
    return Splits({"train": Corpus.from_columns(texts, None, labels=[list(word) for word in labels])})


#: A common label C, one that lacks rows, L, and a rare one, R, alone and beside the others.
SEVERAL = [("C", text) for text in COMMON] + [("R", RARE[0]), ("LR", RARE[1]), ("CR", RARE[2]), ("L", RARE[3])]


def test_new_rows_carry_all_labels_of_their_parents():
    """Labels that lack rows reach the target exactly, of rows without the common label."""
    result = augment(several(SEVERAL), target="count=12")
    assert result.shortfalls == ()
    assert result.train.label_counts == {"C": 31, "L": 12, "R": 12}
    assert result.added == {"C": 0, "L": 10, "R": 9}
    labels = dict(zip(result.train.ids, result.train.label_sets, strict=True))
    for row in new_rows(result):
        assert tuple(row["labels"]) == labels[row["parent"]]
        assert row["label"] is None


def test_a_label_that_stands_beside_a_common_one_only_falls_short():
    """The common label grows by a tenth at most; the shortfall says so, and what would help."""
    result = augment(several(SEVERAL[:-4] + [("CR", text) for text in RARE]), target="balanced")
    assert result.added == {"C": 3, "R": 3}
    (shortfall,) = result.shortfalls
    assert (shortfall.wanted, shortfall.added, shortfall.reason) == (30, 3, "shared-labels")
    assert "this label alone" in result.report.findings[0].fix


def test_what_one_kind_of_row_cannot_give_others_do():
    """The row with R alone has no word to replace: the one that carries L too is asked for more."""
    rows = [*SEVERAL[:30], ("R", "and"), ("LR", RARE[1]), ("L", RARE[3])]
    result = augment(several(rows), target={"R": 8, "L": 20})
    assert Counter(tuple(row["labels"]) for row in new_rows(result))["L", "R"] == 6
    assert result.shortfalls == ()


def test_the_order_of_rows_with_several_labels_plays_no_part():
    """The new rows are the same, in the same order."""
    one, other = (new_rows(augment(several(rows), target="count=20")) for rows in (SEVERAL, SEVERAL[::-1]))
    assert one == other


def test_without_a_target_rows_with_several_labels_pass():
    """Nothing is added."""
    assert len(augment(several(SEVERAL), target="none").train) == len(SEVERAL)


def test_only_train_is_augmented():
    """Splits without one are refused."""
    with pytest.raises(UsageError, match="only the rows to learn from"):
        augment(Splits({"test": splits().train}))


def test_the_outlook_tells_what_is_set_out_to_be_done():
    """By label: rows, wanted ones, new ones and the rows to make them from; and why fewer."""
    rare, common = (
        {"label": "rare", "before": 4, "wanted": 30, "planned": 20, "parents": 4, "reason": "max-per-row"},
        {"label": "common", "before": 30, "wanted": 30, "planned": 0, "parents": 0, "reason": None},
    )
    assert [asdict(row) for row in outlook(splits(), max_per_row=5)] == [common, rare]
    assert [row.planned for row in outlook(splits())] == [0, 26]
    (_, short) = outlook(several([*SEVERAL[:30], ("CR", RARE[0])]))
    assert (short.planned, short.reason) == (3, "shared-labels")


@pytest.mark.slow
def test_real_rows_with_several_labels(shared_data):
    """On GoEmotions each lacking label is at its target, or falls short with a reason; the others hardly grow."""
    with gzip.open(shared_data / "goemotions.train.jsonl.gz", "rt", encoding="utf-8") as file:
        rows = [json.loads(line) for line in file]
    train = Corpus.from_columns([r["text"] for r in rows], None, labels=[r["labels"] for r in rows])
    result = augment(Splits({"train": train}), target="count=2000", filters=[{"name": "identical"}])
    short = {shortfall.label for shortfall in result.shortfalls}
    for label, n in result.before.items():
        if n < 2000 and label not in short:
            assert n + result.added[label] == 2000
        elif n >= 2000:
            assert result.added[label] <= n / 10
    assert short <= {"grief", "pride"}


GERMAN = [
    "Ich bin mit dem Bus in die Stadt gefahren und das war nicht gut.",
    "Das alter Auto war nicht mehr zu halten, also bin ich halt zu Fuss gegangen.",
    "Wo ist die Post und warum kam der Brief gestern nicht bei mir an?",
]


def test_german_texts_get_no_english_synonyms():
    """`alter` is no verb there; what was done instead is told."""
    common = [f"Die Nachricht Nummer {i} ist nicht von mir und sie sagt auch nichts" for i in range(12)]
    result = augment(splits(rare=GERMAN, common=common))
    assert {row["op"] for row in new_rows(result)} == {"insert-punctuation"}
    assert result.shortfalls == ()
    (finding,) = result.report.findings
    assert (finding.code, finding.severity) == ("operator-language", Severity.INFO)
    assert finding.message == (
        "the texts are German: 'synonym' is for English and was not used; "
        "others made the new rows: insert-punctuation 9"
    )
    assert result.report.figures["language"] == "German"
    assert result.report.figures["made_by"] == {"synonym": 0, "insert-punctuation": 9}


def test_german_rows_among_english_ones_are_left_to_other_operators():
    """Row by row; the finding counts them."""
    result = augment(splits(rare=[*RARE, *GERMAN]))
    makers = {row["parent"]: row["op"] for row in new_rows(result) if row["op"] == "synonym"}
    texts = dict(zip(result.train.ids, result.train.texts, strict=True))
    assert {texts[parent] for parent in makers} <= set(RARE)
    assert "not given to 'synonym': 3 of 7" in result.report.findings[0].message


def test_the_language_can_be_given():
    """Then nothing is guessed; a word that is no code is refused."""
    few = splits(rare=["great movie", "big film"], common=["x y"] * 9)
    assert "synonym" not in {row["op"] for row in new_rows(augment(few))}
    assert "not clear" in augment(few).report.findings[0].message
    assert "synonym" in {row["op"] for row in new_rows(augment(few, language="en"))}
    assert "synonym" not in {row["op"] for row in new_rows(augment(splits(), language="de"))}
    with pytest.raises(UsageError, match="ISO 639"):
        augment(few, language="English")


def test_weights_divide_the_new_rows():
    """26 rows by 3 to 1; who has no weight only fills up."""
    mix = [{"name": "synonym", "weight": 3}, {"name": "insert-punctuation", "weight": 1}]
    result = augment(splits(), operators=mix)
    assert Counter(row["op"] for row in new_rows(result)) == {"synonym": 20, "insert-punctuation": 6}
    mix[1].pop("weight")
    assert {row["op"] for row in new_rows(augment(splits(), operators=mix))} == {"synonym"}


def test_what_a_weighted_operator_cannot_give_others_do():
    """In the order of the ladder, each going on where its stream stopped: no text comes up twice."""
    few = splits(rare=["we saw a good film", "to be or not to be"])
    mix = [{"name": "insert-punctuation", "weight": 1}, {"name": "synonym", "weight": 9}]
    result = augment(few, operators=mix, filters=())
    assert result.shortfalls == ()
    assert result.rejected == {}
    made = Counter(row["op"] for row in new_rows(result))
    assert made.total() == 28
    assert made["insert-punctuation"] > 3
    ids = [row["id"] for row in new_rows(result)]
    assert len(set(ids)) == len(ids)


@pytest.mark.parametrize("weight", [0, -1, "3", float("nan"), float("inf")])
def test_a_weight_is_a_number_above_0(weight):
    """Told with the name of the operator."""
    with pytest.raises(UsageError, match="weight"):
        augment(splits(), operators=[{"name": "synonym", "weight": weight}])


@pytest.mark.parametrize("mix", [({}, {}), ({"weight": 2}, {"weight": 1})])
def test_a_text_is_known_by_parent_operator_and_place(mix):
    """Whichever rows are there, and how many are asked for: the same (parent, operator, k) is the same text."""

    def known(rare, **options):
        chosen = [{"name": "synonym", **mix[0]}, {"name": "insert-punctuation", **mix[1]}]
        result = augment(splits(rare=rare), operators=chosen, **options)
        return {(row["parent"], row["op"], row["k"]): row["text"] for row in new_rows(result)}

    whole = known(RARE)
    for other in (known(RARE[1:]), known(RARE, target={"rare": 40}), known([*RARE, "Please buy a small car"])):
        shared = whole.keys() & other.keys()
        assert len(shared) >= 10
        assert all(whole[key] == other[key] for key in shared)


def test_hash_seeds_play_no_part():
    """Two interpreters print the same rows, mixed by weights, of texts in two languages."""
    here = Path(__file__).resolve().parent
    code = (
        f"import sys; sys.path[:0] = {[str(here), str(here.parent)]!r}\n"
        "from test_augment import *\n"
        "mix = [{'name': 'synonym', 'weight': 2}, {'name': 'insert-punctuation', 'weight': 1}]\n"
        "print(new_rows(augment(splits(rare=[*RARE, *GERMAN]), operators=mix)))"
    )
    assert len(printed_under_hash_seeds(code)) == 1


@pytest.mark.parametrize("workers", [2, 4])
def test_worker_processes_play_no_part(workers, monkeypatch):
    """Four shards, in real processes."""
    monkeypatch.setattr("datakit.augmentation.shards.SIZE", 20)
    rare = [f"The director bought an automobile and began the movie number {i}" for i in range(80)]
    given_splits = splits(rare=rare, common=[f"Message number {i} about nothing" for i in range(170)])
    alone = augment(given_splits)
    with Local(workers=workers) as engine:
        assert new_rows(augment(given_splits, map_shards=engine.map_shards)) == new_rows(alone)


@pytest.fixture
def no_wordnet(no_nltk_data, monkeypatch, tmp_path):  # noqa: ARG001
    """Hide Debian's WordNet too."""
    monkeypatch.setattr("datakit.augmentation.lexicon.wordnet.DEBIAN", tmp_path / "none")


@pytest.mark.usefixtures("no_wordnet")
def test_without_any_wordnet_the_remedy_is_told():
    """No traceback; other operators work, and German texts do not need it."""
    with pytest.raises(UsageError, match="apt-get install wordnet-base"):
        augment(splits())
    assert augment(splits(), operators=[{"name": "insert-punctuation"}]).shortfalls == ()
    assert augment(splits(rare=GERMAN, common=[f"{text} {i}" for text in GERMAN for i in range(3)])).added


def test_a_class_of_one_row_is_filled_as_far_as_one_row_can_be():
    """Twenty children at most, and the reason."""
    (shortfall,) = augment(splits(rare=RARE[:1])).shortfalls
    assert (shortfall.added, shortfall.wanted, shortfall.reason) == (20, 29, "max-per-row")


def test_texts_of_two_words_fall_short_without_copies():
    """Six marks can stand in one place: that is all."""
    result = augment(splits(rare=["oh well", "and so"], common=COMMON))
    (shortfall,) = result.shortfalls
    assert shortfall.added <= 12
    assert shortfall.reason == "exhausted"
    assert len(set(result.train.normalised)) == len(result.train)


def test_texts_of_emoji_are_no_obstacle():
    """Marks between them where there is room; one alone has no variant."""
    smile, fire = "\N{GRINNING FACE}", "\N{FIRE}"
    result = augment(splits(rare=[f"{smile} {fire} {smile}", fire, smile * 9]))
    assert all(smile in row["text"] for row in new_rows(result))
    assert result.shortfalls[0].reason in ("exhausted", "max-per-row")


def test_a_label_without_rows_is_a_usage_error():
    """There is nothing to make a text of."""
    with pytest.raises(UsageError, match="no label 'other' in train"):
        augment(splits(), target={"other": 5})


def test_a_very_long_text_takes_seconds():
    """A hundred thousand words; quadratic time would take hours."""
    start = time.process_time()
    result = augment(splits(rare=[" ".join([*RARE] * 2600)]), target={"rare": 3})
    assert result.added["rare"] == 2
    assert time.process_time() - start < 30
