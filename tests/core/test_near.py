import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from datakit.core import near
from datakit.core.near import groups_of, near_pairs
from datakit.core.seeding import rng_for
from datakit.core.text import ENDS

WORDS = st.sampled_from(["how", "do", "i", "change", "my", "card", "pin", "please"])
TEXTS = st.lists(st.lists(WORDS, max_size=9).map(" ".join), unique=True, max_size=14)


def linked(texts, **options):
    """Return the pairs as texts, each pair sorted."""
    pairs = near_pairs(texts, **options)
    return {tuple(sorted((texts[a], texts[b]))) for a, b in zip(pairs.a, pairs.b, strict=True)}


def by_definition(texts):
    """Return the similarity of every pair, worked out with sets."""
    marked = [["^", *text.split(), "^"] for text in texts]
    held = [set(pairwise(words)) if len(words) > 2 else set() for words in marked]
    similarities = {}
    for b in range(len(texts)):
        for a in range(b):
            weights = [max(4 / (3 + math.log2(sum(s in one for one in held))), 1 / 3) for s in held[a] & held[b]]
            excess = max(len(held[a] ^ held[b]) / 2 - 1, 0)
            similarities[a, b] = sum(weights) / (sum(weights) + excess) if weights else 0
    return similarities


def pseudo_texts(n, rng):
    """Return texts of 25 words, common and rare ones."""
    return [" ".join(f"w{int(20_000 ** rng.random())}" for _ in range(25)) for _ in range(n)]


def with_one_word_replaced(text, rng):
    """Return the text with another word somewhere."""
    words = text.split()
    words[rng.randrange(len(words))] = rng.choice(["also", "today", "new", "report", "said"])
    return " ".join(words)


@pytest.mark.parametrize(
    ("text", "copy"),
    [
        ("the quick brown fox jumped over lazy dogs", "the quick brown fox jumped over sleepy dogs"),
        ("the quick brown fox jumped over lazy dogs", "a quick brown fox jumped over lazy dogs"),
        ("the quick brown fox jumped over lazy dogs", "the quick brown fox jumped over lazy dogs again"),
        ("送餐速度很快而且味道也非常好", "送餐速度很慢而且味道也非常好"),
        ("อาหารอร่อยมากและบริการดีเยี่ยม", "อาหารอร่อยมากแต่บริการดีเยี่ยม"),
        ("यह फिल्म बहुत अच्छी और मनोरंजक है", "यह फिल्म बहुत बुरी और मनोरंजक है"),
        ("это очень хороший и смешной фильм", "это очень плохой и смешной фильм"),
        ("so happy today with you 😀😀", "so happy today with you 😀"),
    ],
)
def test_a_copy_with_one_word_changed_is_near(text, copy):
    """Whatever word changed, with and without spaces between words, in any script."""
    assert linked([text, copy, "nothing of this kind at all", "何も似ていない"]) == {tuple(sorted((text, copy)))}


@pytest.mark.parametrize("copy", ["call now", "call, now!", "«call» now..."])
def test_marks_do_not_tell_texts_apart(copy):
    """The words are the same, so the similarity is 1."""
    assert near_pairs(["call now!!", copy]).similarity.tolist() == [1]


def test_a_common_template_is_no_copy():
    """Hundreds of questions of one form are not near each other; a copy of a question that stands alone is."""
    questions = [f"what is the capital of c{i} ?" for i in range(600)]
    alone, copy = "who painted the ceiling of sixtus ?", "who painted the roof of sixtus ?"
    assert linked([*questions, alone, copy]) == {(alone, copy)}


@pytest.mark.parametrize(
    "texts", [[], [""], ["a"], ["", "a"], ["", ""], ["?", "!?", ":)"], ["a", "b"], ["\ud800", "c"]]
)
def test_what_shares_no_word_is_not_near(texts):
    """Nothing, one text, empty texts, marks only, single words, half a surrogate pair."""
    pairs = near_pairs(texts)
    assert len(pairs) == 0
    assert groups_of(len(texts), pairs).tolist() == list(range(len(texts)))


def test_equal_texts_are_near():
    """Copies that the caller left in are pairs like others."""
    pairs = near_pairs(["ok", "thanks a lot", "ok"])
    assert (pairs.a.tolist(), pairs.b.tolist(), pairs.similarity.tolist()) == ([0], [2], [1])


@given(texts=TEXTS, threshold=st.sampled_from([0.3, 0.5, 0.65, 0.8, 1.0]))
def test_the_pairs_are_those_of_the_definition(texts, threshold):
    """No near pair is missed, no other is reported, and the similarities are exact."""
    expected = by_definition(texts)
    pairs = near_pairs(texts, threshold=threshold)
    found = dict(zip(zip(pairs.a.tolist(), pairs.b.tolist(), strict=True), pairs.similarity.tolist(), strict=True))
    assert found == pytest.approx({pair: expected[pair] for pair in found}, abs=1e-5)
    assert set(found) >= {pair for pair, similarity in expected.items() if similarity > threshold + 1e-4}
    assert all(similarity > threshold - 1e-4 for similarity in found.values())
    assert sorted(found) == list(found)


CROWD = [f"your order {i} was shipped on monday and will arrive at your home within the week" for i in range(200)]


@given(texts=TEXTS, between=st.integers(0, 12))
@example(texts=CROWD, between=80)
def test_pairs_between_two_sides_are_all_those_that_cross(texts, between):
    """None more, none less, and as similar."""
    everything, crossing = near_pairs(texts), near_pairs(texts, between=between)
    cross = (everything.a < between) & (everything.b >= between)
    for name in ("a", "b", "similarity"):
        assert getattr(crossing, name).tolist() == getattr(everything, name)[cross].tolist()


@given(texts=TEXTS, seed=st.integers(0, 99))
def test_the_order_of_the_texts_makes_no_difference(texts, seed):
    """Only the indices change."""
    assert linked(texts) == linked(rng_for(seed).sample(texts, len(texts)))


def test_the_order_makes_no_difference_in_a_crowd():
    """Nor where only neighbours are compared."""
    assert linked(CROWD) == linked(rng_for(1).sample(CROWD, len(CROWD)))


def test_blocks_make_no_difference(monkeypatch):
    """The result does not depend on how much is worked on at a time."""
    rng = rng_for(1)
    texts = pseudo_texts(300, rng)
    texts += [with_one_word_replaced(text, rng) for text in texts[:60]] + ["", "é" * 300]
    whole = linked(texts)
    for name, size in {"BLOCK_CHARS": 100, "BLOCK_CANDIDATES": 8, "BLOCK_VERIFIED": 3, "BLOCK_TEXTS": 7}.items():
        monkeypatch.setattr(near, name, size)
    assert len(whole) >= 60
    assert linked(texts) == whole


def test_of_long_texts_the_ends_are_compared():
    """Two that differ in the middle only are near; two that begin otherwise are not."""
    rng = rng_for(3)
    page, other, passage = (" ".join(pseudo_texts(400, rng)) for _ in range(3))
    assert min(len(page), len(other)) > ENDS
    inserted = f"{page[:ENDS]} {passage} {page[ENDS:]}"
    assert linked([page, inserted, other + page[-ENDS // 2 :]]) == {tuple(sorted((page, inserted)))}


def test_planted_edits_are_found_and_nothing_else():
    """One to three words of 25 replaced: 97% of the copies fall to their original, no others."""
    rng = rng_for(2)
    texts = pseudo_texts(4000, rng)
    for i in range(400):
        copy = texts[i]
        for _ in range(1 + i % 3):
            copy = with_one_word_replaced(copy, rng)
        texts.append(copy)
    group = groups_of(len(texts), near_pairs(texts))
    assert np.mean(group[4000:] == np.arange(400)) >= 0.97
    assert np.array_equal(group[:4000], np.arange(4000))


def test_a_short_template_of_thousands_stays_apart():
    """20,000 texts that differ in one of six words: no pair, and not all pairs are looked at."""
    assert len(near_pairs([f"order {i} was shipped on monday" for i in range(20_000)])) == 0


def test_a_crowd_of_copies_is_linked_not_listed():
    """20,000 copies of one long text become one group by a few pairs each, two copies in the crowd's midst too."""
    texts = [
        f"dear customer your order {i} was shipped on monday and will be at your home soon" for i in range(20_000)
    ]
    pairs = near_pairs(texts)
    assert len(np.unique(groups_of(len(texts), pairs))) == 1
    assert len(pairs) < 10 * len(texts)


def test_a_copy_within_a_crowd_is_found():
    """What is rare in the text links the copy to its original, however large the crowd around them."""
    slot = rng_for(3)
    texts = [f"rt {slot.random()} so many of us want to {slot.random()} now {slot.random()}" for _ in range(5000)]
    pairs = near_pairs([*texts, texts[2000].replace("now", "today")])
    assert (pairs.a.tolist(), pairs.b.tolist()) == ([2000], [5000])


def test_groups_are_named_by_their_smallest_index():
    """Links through a third text count; a text without a pair is its own group."""
    one = "the quick brown fox jumped over the lazy dogs of the town"
    two = "the quick brown fox jumped over the lazy cats of the town"
    three = "the quick red fox jumped over the lazy cats of the village"
    texts = ["nothing like it", three, one, two]
    pairs = near_pairs(texts)
    assert list(zip(pairs.a.tolist(), pairs.b.tolist(), strict=True)) == [(1, 3), (2, 3)]
    assert groups_of(4, pairs).tolist() == [0, 1, 1, 1]


@pytest.mark.parametrize("threshold", [0, -1, 1.01, float("nan")])
def test_a_threshold_out_of_range_is_refused(threshold):
    """The message says what was got."""
    with pytest.raises(ValueError, match=f"threshold is {threshold}"):
        near_pairs(["a"], threshold=threshold)


@pytest.mark.parametrize(
    ("files", "reported"),
    [(("trec6.train.jsonl.gz", "trec6.test.jsonl"), 0.1), (("sms_spam.all.jsonl.gz",), 0.09)],
)
def test_one_word_edits_are_found_in_short_real_texts(shared_data, files, reported):
    """95% of the copies are reported, and few texts of the file as it is."""
    from datakit.core.text import normalise
    from datakit.io import read

    texts = list(
        dict.fromkeys(normalise(text) for file in files for text in read(shared_data / file).corpus.texts)
    )
    rng = rng_for(4)
    copies = [with_one_word_replaced(text, rng) for text in rng.sample([t for t in texts if t], len(texts) // 20)]
    copies = sorted(set(copies) - set(texts))
    pairs = near_pairs(texts + copies)
    assert np.isin(np.arange(len(copies)) + len(texts), pairs.b).mean() >= 0.95
    clean = near_pairs(texts)
    assert len(np.union1d(clean.a, clean.b)) <= reported * len(texts)
