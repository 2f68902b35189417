"""The translator `apertium`, on the pair eng-spa of Debian."""

import os
import re
import signal
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from datakit.augmentation.lexicon.tokens import NEGATIONS, protected_tokens
from datakit.augmentation.translators import apertium
from datakit.augmentation.translators.apertium import Apertium, decoded, encoded
from datakit.core.errors import TransientError, UsageError
from datakit.io import load

engine = Apertium()
installed = pytest.mark.skipif("es" not in engine.pivots("en"), reason="apertium-eng-spa is not installed")

TEXTS = [
    "I do not like the pizza.",
    "Could you call @bob on 3 May at 5pm?",
    "",
    "two\nlines",
    "100% <b>$5.00</b> ^{x}",
]


def round_trip(texts):
    """Return texts by way of Spanish."""
    return engine.translate(engine.translate(texts, "en", "es"), "es", "en")


@installed
def test_it_translates_there_and_back():
    """A plain sentence survives; another one comes back in other words."""
    assert engine.translate(["The house is big."], "en", "es") == ["La casa es grande."]
    assert round_trip(["The house is big.", "The movie was very long."]) == [
        "The house is big.",
        "The film was very long.",
    ]


@installed
@settings(max_examples=40, deadline=None)
@given(st.lists(st.text(max_size=40) | st.text(alphabet=r"^$[]{}/\@<>*.#+~ ab1\n", max_size=40), max_size=5))
def test_any_text_is_answered_and_none_disturbs_its_neighbours(texts):
    """One answer a text, whatever characters it holds, the same alone as in company."""
    answers = engine.translate([*texts, TEXTS[0]], "en", "es")
    assert answers == [engine.translate([text], "en", "es")[0] for text in [*texts, TEXTS[0]]]


@given(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=60))
def test_the_stream_format_is_undone(text):
    """What is escaped and wrapped comes out as it was, outer and doubled spaces dropped."""
    assert decoded(encoded(text)) == re.sub(" +", " ", text).strip(" ")


def test_protected_tokens_are_wrapped_and_negations_are_not():
    """Addresses, mentions and numbers pass by; `not` is translated."""
    assert encoded("not @bob 5pm") == rb"not [\@bob] [5pm][][].[]"


@installed
def test_real_texts_keep_their_protected_tokens(shared_data):
    """At least 99.5% of the addresses, mentions, tags, placeholders and numbers of real tweets come back."""
    texts = list(load(shared_data / "hate_offensive.all.jsonl.gz").texts)[:600]
    wanted = kept = 0
    for text, back in zip(texts, round_trip(texts), strict=True):
        tokens = [token for token in protected_tokens(text) if token.lower() not in NEGATIONS]
        left = list(protected_tokens(back))
        wanted += len(tokens)
        kept += sum(min(tokens.count(token), left.count(token)) for token in set(tokens))
    assert wanted > 500
    assert kept / wanted >= 0.995


@installed
def test_a_dead_program_is_told_and_the_next_call_starts_anew():
    """A killed pipeline ends the call with a transient error, not with a hang."""
    engine.translate(TEXTS, "en", "es")
    pipeline = apertium._pipeline(engine._mode("en", "es"), os.getpid())
    os.kill(pipeline._programs[3].pid, signal.SIGKILL)
    time.sleep(0.1)
    with pytest.raises(TransientError, match="apertium-transfer"):
        engine.translate(TEXTS, "en", "es")
    assert engine.translate(["The house is big."], "en", "es") == ["La casa es grande."]


@installed
def test_the_identity_is_that_of_the_data():
    """Both directions have other rules; the digest is the same at each call."""
    assert engine.identity("en", "es") == engine.identity("en", "es") != engine.identity("es", "en")


def test_a_missing_pair_names_the_package(tmp_path):
    """Nothing installed is no pivot, and a usage error with the command that mends it."""
    nothing = Apertium(modes=str(tmp_path))
    assert nothing.pivots("en") == ()
    with pytest.raises(UsageError, match="apt-get install apertium-eng-spa"):
        nothing.translate(["a"], "en", "es")
