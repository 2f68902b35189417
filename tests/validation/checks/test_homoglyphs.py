import pytest

from datakit.testing import find


def test_look_alikes_are_found():
    """Cyrillic or Greek letters in a Latin word, and Latin ones in a Russian word."""
    texts = [
        "log in at p\u0430yp\u0430l",
        "paypal",
        "\u039dEW \u03a1RIZE",
        "\u0441\u0435\u0433\u043e\u0434\u043d\u044f \u0441pa\u0437\u0443",
    ]
    (finding,) = find("homoglyphs", train=[(text, "x") for text in texts])
    assert finding.lines == (1, 3, 4)


@pytest.mark.parametrize(
    "text",
    [
        "\u043f\u0440\u0438\u0432\u0435\u0442, \u043a\u0430\u043a \u0434\u0435\u043b\u0430",  # Russian
        "he said \u043d\u0435\u0442 and left",
        "\u043f\u043e\u0448\u043b\u0438 SMS\u043a\u0443 \u0437\u0430\u0432\u0442\u0440\u0430",  # an English stem
        "\u03ba\u03b1\u03bb\u03b7\u03bc\u03ad\u03c1\u03b1",  # Greek
        "5 \u03bcm and 5 \u00b5m, \u0394x, \u03b1x, \u03c0r\u00b2",
        "T\u042fump",  # a letter that looks like no Latin one
        "(\u256f\u03b5\u2570) caf\u00e9",
    ],
)
def test_honest_words_are_none(text):
    """Words of one alphabet, an ending, units, formulas, emoticons."""
    assert find("homoglyphs", train=[(text, "x")]) == []
