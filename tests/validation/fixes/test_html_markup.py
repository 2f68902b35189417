import pytest


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("It was great.<br /><br />I'd watch it again &amp; again", "It was great. I'd watch it again & again"),
        ("<p>one</p>\n<p>two</p>", "one two"),
        ("<b>fr</b>ee <a href='x'>prize</a>", "free prize"),
        ("a <!-- b > c --> d", "a  d"),
        ("a <!-- never closed", "a  never closed"),
        ("<!DOCTYPE html><title>x</title>", "x"),
        ("<![CDATA[x < y]]>", "x < y"),
        ("&lt;br&gt;and&lt;br/&gt;so", "and so"),
        ("&amp;amp;amp;", "&"),
        ("&lt;#&gt; &#128514; &#146; &eacute;", "<#> \U0001f602 \u2019 \u00e9"),
        ("one&#10;two&Tab;three", "one two three"),
    ],
)
def test_html_becomes_the_text_that_a_browser_shows(text_of, text, shown):
    """Tags, comments and references, also those that come to light below others."""
    assert text_of("html-markup", text) == shown


@pytest.mark.parametrize(
    "text", ["I <3 you & <user>", "x?a=1&copy=2&lt=3", "AT&T; R&D", "1 < 2 > 0", "&nosuch; &#0; &#xD83D;", "a\n<b"]
)
def test_what_is_no_html_stays(text_of, text):
    """References without a semicolon, unknown ones and those that name no character too."""
    assert text_of("html-markup", text) == text


def test_white_space_away_from_tags_stays(text_of):
    """Only what stands between a tag and a word is the tag's."""
    assert text_of("html-markup", "a  b\n\nc <br> d\te") == "a  b\n\nc d\te"


def test_tags_and_references_can_be_left(text_of):
    """Each is an option."""
    text = "a<br>b &amp; c"
    assert text_of("html-markup", text, tags=False) == "a<br>b & c"
    assert text_of("html-markup", text, references=False) == "a b &amp; c"
