# ruff: noqa: RUF001  (quotes, dashes and commas of other scripts are what is tested)
import pytest
from ftfy.badness import is_bad
from hypothesis import given
from hypothesis import strategies as st

from datakit.testing import find
from datakit.validation.checks.mojibake import _LONE_CONTROLS, _SUSPECT, _TWICE, is_garbled

HONEST = [
    "naïve café – it’s “fine”… 5 € & 20 °C",
    "Größe, Fußgänger, Ärger, ÖPNV",
    "L'été où Noël cède; ¿Qué tal, señor?",
    "这家店的味道不错，下次还来！",
    "Привет, как дела?",
    "Ελλάδα",
    "see you 😂👍🏽 ♥",
    "RÉSUMÉ À LA CARTE",
    "that\x92s for another check\x85\x85 so is this",
]


@pytest.mark.parametrize("text", HONEST)
def test_accents_and_other_scripts_are_no_fault(text):
    """Nor are curly quotes, currency signs and emoji."""
    assert find("mojibake", train=[(text, "x")]) == []


@pytest.mark.parametrize("codec", ["cp1252", "latin-1", "mac_roman"])
@pytest.mark.parametrize("text", ["it’s a café", "naïve “quote”", "Größe", "5 € – déjà vu"])
def test_one_wrong_step_is_found(text, codec):
    """UTF-8 read as something else."""
    assert find("mojibake", train=[(text.encode().decode(codec, "replace"), "x")])


@pytest.mark.parametrize("text", ["I’m here", "£150 to win", "don’t – really", "café"])
def test_two_wrong_steps_are_found(text):
    """UTF-8 read as Windows-1252, saved as Mac Roman, and read as Windows-1252 again."""
    once = text.encode().decode("cp1252", "replace")
    assert find("mojibake", train=[(once.encode("mac_roman", "replace").decode("cp1252", "replace"), "x")])


def test_what_was_lost_is_found():
    """The replacement character stands for it; the finding shows the place."""
    (finding,) = find("mojibake", train=[("plain", "x"), ("word " * 100 + "caf\ufffd", "x")])
    assert finding.lines == (2,)
    assert finding.evidence["examples"][0].endswith("caf\ufffd")


@given(st.text(st.characters(codec="ascii")))
def test_ascii_is_never_garbled(text):
    """There is nothing to be read wrongly."""
    assert find("mojibake", train=[(text, "x")]) == []


PIECES = [
    "Ã",
    "Â",
    "©",
    " ",
    "a",
    "é",
    "â",
    "€",
    "™",
    ".",
    "\x92",
    "²",
    "¡",
    "À",
    "\n",
    "w" * 15,
    "v" * 16,
    "u" * 32,
]


@given(st.lists(st.sampled_from(PIECES)).map("".join))
def test_only_what_stands_about_characters_beyond_ascii_is_judged(text):
    """The verdict is that on the whole text; what is ASCII between them is passed over."""
    told = _TWICE.search(text) or (_SUSPECT.search(text) and is_bad(_LONE_CONTROLS.sub("", text)))
    assert is_garbled(text) == bool(told)
