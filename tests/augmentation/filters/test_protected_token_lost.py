"""The filter `protected-token-lost`."""

import pytest

from datakit.augmentation.filters.protected_token_lost import ProtectedTokenLost


@pytest.mark.parametrize(
    ("source", "candidate"),
    [
        ("call @bob today", "call @ bob today"),
        ("see https://x.co/a", "see https: / / x. co / a"),
        ("I am not amused", "I am amused"),
        ("I don't care", "I do care"),
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
