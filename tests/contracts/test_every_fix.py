"""What every fix promises, ours and those that are yet to be written."""

import pytest

from datakit.core.corpus import Corpus
from datakit.core.quarantine import Reject
from datakit.testing import corpus
from datakit.validation import checks
from datakit.validation.clean import chosen, clean, fixes, left
from datakit.validation.fixes._base import Action, Step

CLEAN = corpus([(f"plain text number {i}", "ab"[i % 2]) for i in range(40)])
LONG = "the quick brown fox jumps over the lazy dog while seven grey geese fly slowly past our old red {}"
DIRTY = corpus(
    [
        *[(f"plain text number {i}", "ab"[i % 2]) for i in range(40)],
        *[("", "a"), (None, "b"), ("<br>", "a"), ("no label", None), ("blank label", " ")],
        *[("twice", "a"), ("TWICE", "b"), ("twice", "a"), ("even", "a"), ("even", "b")],
        *[(LONG.format("barn"), "a"), (LONG.format("house"), "b")],
        *[("variant one", "A "), ("variant two", "A ")],
        *[*[(f"rather long label {i}", "other") for i in range(20)], ("slip", "othre")],
        *[("fr\u200bee &lt;b&gt;pri&#8203;ze&lt;/b&gt;", "a"), ("caf\u00c3\u00a9 \u00e5\u00a3100", "b")],
        *[("that\x92s\x00 it", "a"), ("&acirc;&euro;&trade; and <!-- so --> on", "b"), ("a<b\x07r>b", "a")],
    ]
)
REJECT = Reject(line=99, code="unreadable-line", reason="cut off", raw="{")

every_fix = pytest.mark.parametrize("name", fixes.names())


def one(name):
    """Return a fix with its default options, ready to be applied."""
    return chosen([name])


def contents(rows):
    """Return all rows."""
    return list(rows.rows())


@every_fix
def test_it_leaves_clean_rows_alone(name):
    """Nothing is changed without need."""
    cleaned = clean(CLEAN, one(name))
    assert cleaned.log == ()
    assert contents(cleaned.rows) == contents(CLEAN)


@every_fix
def test_it_mends_something_in_rows_with_every_fault(name):
    """A third party's fix may mend what is not there."""
    if not type(fixes.build(name)).__module__.startswith("datakit."):
        pytest.skip("not one of ours")
    assert clean(DIRTY, one(name), [REJECT]).log


@every_fix
def test_the_check_of_its_name_finds_nothing_afterwards(name):
    """What can be mended is; the rows here can."""
    assert not clean(DIRTY, one(name), [REJECT]).log or name not in checks.names() or left(DIRTY, [name])
    assert left(clean(DIRTY, one(name)).rows, [name]) == ()


@every_fix
def test_a_second_time_it_changes_nothing(name):
    """Nor do all of them together."""
    assert clean(clean(DIRTY, one(name)).rows, one(name)).log == ()


def test_all_fixes_together_leave_nothing_to_do():
    """Neither for themselves nor for the checks of their names, whatever one has brought to light for another."""
    every = chosen(fixes.names())
    cleaned = clean(DIRTY, every)
    assert clean(cleaned.rows, every).log == ()
    assert left(cleaned.rows, every) == ()


@every_fix
def test_its_log_says_what_became_of_every_row(name):
    """Played over the rows it was given, the log gives the rows that stay."""
    cleaned = clean(DIRTY, one(name))
    rows = {row["id"]: row for row in DIRTY.rows()}
    for entry in cleaned.log:
        assert entry.fix == name
        assert entry.because.strip()
        assert entry.line == rows[entry.id]["line"]
        if entry.action is Action.DROP:
            assert (entry.before, entry.after) == (rows.pop(entry.id)["text"], None)
        else:
            assert entry.before == rows[entry.id][entry.action]
            assert entry.before != entry.after
            rows[entry.id][entry.action] = entry.after
    assert list(rows.values()) == contents(cleaned.rows)


@every_fix
def test_it_leaves_the_rows_that_it_is_given_as_they_are(name):
    """It works on a copy, and does the same twice."""
    before = contents(DIRTY)
    assert clean(DIRTY, one(name)).log == clean(DIRTY, one(name)).log
    assert contents(DIRTY) == before


@every_fix
def test_it_survives_an_empty_corpus_and_several_labels(name):
    """With no rows there is nothing to mend; labels of a row are a list in the log."""
    assert clean(Corpus.from_columns([], []), one(name)).log == ()
    several = corpus([{"text": row["text"], "labels": [row["label"] or "c"]} for row in DIRTY.rows()])
    for entry in clean(several, one(name)).log:
        assert entry.action is not Action.LABEL or isinstance(entry.after, list)


@every_fix
def test_it_takes_its_turn(name):
    """Every fix says when."""
    assert fixes.build(name).step in Step
