import pytest

from datakit.testing import find


def test_tags_and_references_are_found():
    """Elements of HTML in any case, comments, references by name and by number."""
    texts = ["fine<br />", "plain", "<A href='x'>more</A>", "a &amp; b", "&#128514;", "&#x27;", "<!-- cut -->"]
    (finding,) = find("html-markup", train=[(text, "x") for text in texts])
    assert finding.lines == (1, 3, 4, 5, 6, 7)
    assert finding.message == "6 texts hold HTML (85.7%)"


@pytest.mark.parametrize(
    "text",
    [
        "I <3 you",
        "a < b and c > d",
        "ask <user> at <url>",
        "R&D; AT&T",
        "<rolls eyes>",
        "fish & chips;",
        "& #1;",
        "x<y",
    ],
)
def test_other_signs_are_text(text):
    """What stands in angle brackets is no tag because of them, nor is an ampersand a reference."""
    assert find("html-markup", train=[(text, "x")]) == []


def test_the_example_shows_the_place():
    """A long text is cut around its first markup."""
    (finding,) = find("html-markup", train=[("word " * 100 + "then <br /> more", "x")])
    (example,) = finding.evidence["examples"]
    assert example.startswith("…")
    assert example.endswith("then <br /> more")
