"""What every filter promises, ours and those that are yet to be written."""

import pickle

import pytest

from datakit.augmentation import filters
from datakit.augmentation.filling import Candidate, Panel, Request
from datakit.augmentation.operators._base import Edit
from datakit.core.corpus import Corpus, Splits
from datakit.core.seeding import rng_for
from datakit.testing import corpus

_WORDS = {
    "shop": ["refund", "money", "order", "parcel", "broken", "return", "invoice", "charge", "card", "payment"],
    "life": ["dinner", "film", "friend", "party", "music", "dance", "walk", "beach", "summer", "holiday"],
}
_SOURCE = "where is the refund for the broken parcel that you sent to me"
_HELD_OUT = "your old invoice says that the charge on my card was made before noon on friday"


def _rows(n):
    """Return rows whose words tell the label."""
    rng = rng_for(13, "filters")
    return [(" ".join(rng.sample(_WORDS[label], 6)), label) for label in ("shop", "life") for _ in range(n)]


SPLITS = Splits(
    {
        "train": corpus([{"id": "row", "text": _SOURCE, "label": "shop"}, *_rows(60)]),
        "test": corpus([(_HELD_OUT, "shop")]),
    }
)

FAIR = ["where is the money for the damaged parcel that you sent to me"]
POOR = [
    _SOURCE.upper(),
    "where is the refund for the broken parcel that you did not send to me",
    "where is the the refund for the broken parcel that you sent to me",
    "where is the refund",
    "wo ist das Geld für das kaputte Paket und warum ist es nicht bei mir",
    f"{_HELD_OUT} sharp",
    "where is the summer dance for the holiday party that you sent to me",
    "a hundred farmers were promised aid by their government after the flood",
]
NUMBERED = ("1", "call 0800 100 now", "call 0800 now")

every_filter = pytest.mark.parametrize("name", filters.names())


def verdicts(name, candidates, splits=SPLITS, source=_SOURCE, parent="row"):
    """Return the verdicts of a filter on new texts of one row, as in a run."""
    panel = pickle.loads(pickle.dumps(Panel.of([{"name": name}], splits)))  # noqa: S301  (as a worker gets it)
    asked = [Request(parent, source, 0, len(candidates))]
    made = [
        Candidate(k, Edit(text=text, spans=()), panel.verdict(source, text)) for k, text in enumerate(candidates)
    ]
    (judged,) = panel.screen(asked, [made])
    return [candidate.reason for candidate in judged]


@every_filter
def test_it_keeps_a_fair_text(name):
    """One that says the same in other words."""
    assert verdicts(name, FAIR) == [None]


@every_filter
def test_it_rejects_some_poor_text(name):
    """A third party's filter may look for what is not there."""
    if not filters.get(name).__module__.startswith("datakit."):
        pytest.skip("not one of ours")
    _, source, candidate = NUMBERED
    assert [*filter(None, verdicts(name, POOR)), *filter(None, verdicts(name, [candidate], source=source))]


@every_filter
def test_its_reasons_are_short_and_named(name):
    """They are counted by the name before the colon, and shown on one line."""
    for reason in filter(None, verdicts(name, POOR)):
        kind, _, details = reason.partition(": ")
        assert kind == name
        assert details.strip()
        assert len(reason) < 100
        assert "\n" not in reason


@every_filter
def test_each_text_is_judged_by_itself(name):
    """Neither the order of the texts nor their company changes a verdict."""
    together = verdicts(name, [*FAIR, *POOR])
    assert verdicts(name, [*FAIR, *POOR][::-1]) == together[::-1]
    assert [reason for text in [*FAIR, *POOR] for reason in verdicts(name, [text])] == together


@every_filter
def test_the_order_of_the_rows_plays_no_part(name):
    """What learns from the rows learns the same."""
    turned = Splits({split: rows.take(range(len(rows))[::-1]) for split, rows in SPLITS.items()})
    assert verdicts(name, [*FAIR, *POOR], turned) == verdicts(name, [*FAIR, *POOR])


@every_filter
def test_it_survives_odd_texts(name):
    """Empty, blank, marks only, one character, none at all."""
    odd = ["", " ", "?!", "x", "\u00e9", "我", "a\x00b"]
    for source in odd:
        train = corpus([{"id": "row", "text": source, "label": "a"}, *_rows(3)])
        assert len(verdicts(name, odd, Splits({"train": train}), source=source)) == len(odd)
    assert verdicts(name, []) == []


@every_filter
def test_it_survives_empty_splits(name):
    """With no rows there is nothing to learn."""
    empty = Splits(dict.fromkeys(("train", "validation", "test"), Corpus.from_columns([], [])))
    assert verdicts(name, [], empty) == []
