"""The filter `protected-token-lost`."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from datakit.augmentation.filters.protected_token_lost import ProtectedTokenLost
from datakit.augmentation.lexicon.tokens import NEGATIONS, protected_tokens

PIECES = [
    "call",
    "@bob",
    "100",
    "1,000",
    "www.x.co",
    "(www.x.co)",
    "[NAME]",
    "&amp;",
    "#tag",
    "not",
    "x²",
    "né",
    ".",
    "a@b.co",
]


@pytest.mark.parametrize(
    ("source", "candidate"),
    [
        ("call @bob today", "call @ bob today"),
        ("see https://x.co/a", "see https: / / x. co / a"),
        ("see (HTTP://x.co/a)", "see (x.co/a)"),
        ("hello [NAME] there", "hello there"),
        ("win 100 now 100", "win 100 now"),
    ],
)
def test_lost_tokens_reject(source, candidate):
    """Every kind of protected token must survive, as often as it occurs."""
    assert ProtectedTokenLost().keep(source, candidate).startswith("lost ")


def test_other_words_may_go():
    """Words that are not protected may change."""
    assert ProtectedTokenLost().keep("call @bob now", "phone @bob now") is None


def test_negations_may_be_spelt_in_other_ways():
    """`negation-flipped` counts them."""
    assert ProtectedTokenLost().keep("I don't care", "I do not care") is None


@given(*[st.lists(st.sampled_from(PIECES)).map(" ".join)] * 2)
def test_the_short_cut_changes_nothing(source, candidate):
    """Only words with a sign of a protected token are taken apart; none is missed."""

    def tokens(text):
        return Counter(token for token in protected_tokens(text) if token not in NEGATIONS)

    assert (ProtectedTokenLost().keep(source, candidate) is None) == (tokens(source) <= tokens(candidate))
