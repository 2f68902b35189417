"""The filter `label-kept`."""

import pytest

from datakit.augmentation.filters._base import Pair
from datakit.augmentation.filters.label_kept import LabelKept
from datakit.core.corpus import Corpus, Splits
from datakit.core.seeding import rng_for

SHOP = ["refund", "money", "order", "parcel", "broken", "return", "invoice", "charge", "card", "payment"]
LIFE = ["dinner", "film", "friend", "party", "music", "dance", "walk", "beach", "summer", "holiday"]


def rows(n=200):
    """Return rows whose words tell the label, and a wrong one."""
    rng = rng_for(13, "label-kept")
    both = [(" ".join(rng.sample(LIFE if i % 4 else SHOP, 5)), "life" if i % 4 else "shop") for i in range(n)]
    return [*both, ("dinner with a friend and music", "shop")]


def judged(texts_and_labels, pairs, order=1, **options):
    """Return the verdicts on new texts of rows known by their place."""
    texts, labels = zip(*texts_and_labels, strict=True)
    kind = {"label": labels} if isinstance(labels[0], str) else {"label": None, "labels": labels}
    train = Corpus.from_columns(texts, id=[str(i) for i in range(len(texts))], **kind)
    jury = LabelKept(**options).fit(Splits({"train": train.take(range(len(train))[::order])}))
    return jury.keep_many([Pair(str(i), texts[i], candidate) for i, candidate in pairs])


def test_words_of_another_label_reject():
    """The reason names the label and both probabilities."""
    reason, none = judged(rows(), [(0, "dinner with a friend"), (0, "refund my card")])
    assert reason.startswith("probability of 'shop' fell from 0.9")
    assert none is None


def test_what_was_not_understood_need_not_be_now():
    """A row that the classifier takes for another label may have children that it takes for it too."""
    assert judged(rows(), [(200, "dinner with a friend and a dance")]) == [None]


def test_a_larger_drop_keeps_more():
    """At 1 all are kept."""
    assert judged(rows(), [(0, "dinner with a friend")], drop=1) == [None]


def test_a_rare_label_and_a_lonely_one_are_not_judged():
    """With fewer than five rows to learn from; nor is anything where there is one label only."""
    few = [(text, "shop" if i < 3 else "life") for i, (text, _) in enumerate(rows(60))]
    assert judged(few, [(0, "quite another thing")]) == [None]
    assert judged([(text, "a") for text, _ in rows(20)], [(0, "quite another thing")]) == [None]


def test_every_label_of_a_row_has_to_be_kept():
    """Where rows may carry several."""
    rng = rng_for(13, "several")
    given = [
        (" ".join([*rng.sample(SHOP, 3 * (i % 3 > 0)), *rng.sample(LIFE, 3 * (i % 3 < 2))]), ("life", "shop"))
        if i % 3 == 1
        else (" ".join(rng.sample(LIFE if i % 3 == 0 else SHOP, 4)), ("life",) if i % 3 == 0 else ("shop",))
        for i in range(150)
    ]
    kept, lost = judged(given, [(1, "refund order party film music"), (1, "party film music dance")])
    assert kept is None
    assert lost.startswith("probability of 'shop' fell")


@pytest.mark.parametrize("candidates", [["refund my card", "party dance refund", "beach", ""]])
def test_the_order_of_the_rows_plays_no_part(candidates):
    """The same verdicts, to the last figure."""
    pairs = [(i, text) for i in range(20) for text in candidates]
    assert judged(rows(), pairs) == judged(rows(), pairs, order=-1)
