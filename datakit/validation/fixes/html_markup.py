"""Turns HTML into the text that a browser shows."""

import html
import re
from dataclasses import dataclass
from html.entities import html5
from typing import ClassVar, Final

from datakit.validation.checks import html_markup
from datakit.validation.checks._base import RowCheck
from datakit.validation.checks.html_markup import REFERENCE, TAG
from datakit.validation.fixes._base import Step, TextFix

# Elements that a browser shows within a line; every other one begins a new line, or a cell of a table.
_WITHIN_A_LINE: Final = re.compile(
    r"</?(?:a|abbr|b|big|cite|code|del|em|font|i|ins|kbd|label|mark|q|s|samp|small|span|strike|strong|sub|sup|tt|u|"
    r"var|wbr)(?:\s[^<>]*)?/?>|<!\[cdata\[|\]\]>",
    re.IGNORECASE,
)
_DOCTYPE: Final = re.compile(r"<!doctype\b[^<>]*>?", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True, slots=True)
class HtmlMarkup(TextFix):
    """Turns HTML into the text that a browser shows.

    What:
        Character references become characters, tags go, comments go with their content. Tags that begin a new
        line in a browser (`<br>`, `<p>`, `<div>`) leave one space between words. What comes to light is gone
        through again: `&lt;br&gt;` is a tag in disguise. Other words in angle brackets, `<user>` or `<3`, stay.
        So do references without a semicolon, for in a URL `&copy=1` is none, and those that name no character.
    Why:
        A tokenizer makes six pieces of `<br />` and five of `&quot;`.
    Example:
        `It was great.<br /><br />I'd watch it again &amp; again` becomes
        `It was great. I'd watch it again & again`
    Fix:
        datakit clean --fix html-markup, unless markup is what the texts are about; with
        `--set html-markup.tags=false` only the references are replaced
    Source:
        The HTML standard (html.spec.whatwg.org): character references, phrasing content.
    """

    step: ClassVar[Step] = Step.MARKUP
    check: ClassVar[RowCheck] = html_markup.HtmlMarkup()
    because: ClassVar[str] = "HTML"
    tags: bool = True  # strip tags and comments
    references: bool = True  # replace character references

    def mended(self, text: str) -> str:
        """Return the text without one layer of markup."""
        if self.tags and TAG.search(text):
            text = _stripped(text)
        return REFERENCE.sub(_character, text) if self.references else text


def _stripped(text: str) -> str:
    """Return the text without tags, the words on both sides of a new line one space apart."""
    shown, *behind = text.split("<!--")
    text = "".join([shown, *(part.partition("-->")[2] if "-->" in part else part for part in behind)])
    lines = TAG.split(_DOCTYPE.sub("", _WITHIN_A_LINE.sub("", text)))
    return lines[0] if len(lines) == 1 else " ".join(filter(None, map(str.strip, lines)))


def _character(reference: re.Match[str]) -> str:
    """Return what a reference stands for: a space for a line end, which no browser shows."""
    char = html.unescape(reference[0])
    named = reference[1]
    if char == "\ufffd" or (named and f"{named};" not in html5):
        return reference[0]
    return " " if char in {"\t", "\n", "\r"} else char
