"""Texts with HTML in them."""

import re
from dataclasses import dataclass
from html.entities import html5
from typing import ClassVar, Final

from datakit.core.corpus import Corpus
from datakit.core.wording import counted
from datakit.validation.checks._base import RowCheck
from datakit.validation.checks._bytes import rows_with
from datakit.validation.checks._excerpts import excerpt

_ELEMENTS: Final = (
    "a|abbr|address|article|aside|audio|b|big|blockquote|body|br|button|canvas|caption|center|cite|code|col|dd|del|"
    "div|dl|dt|em|embed|fieldset|figcaption|figure|font|footer|form|frame|h[1-6]|head|header|hr|html|i|iframe|img|"
    "input|ins|kbd|label|legend|li|link|main|mark|meta|nav|noscript|object|ol|option|p|param|pre|q|s|samp|script|"
    "section|select|small|source|span|strike|strong|style|sub|summary|sup|svg|table|tbody|td|textarea|tfoot|th|thead|"
    "title|tr|tt|u|ul|var|video|wbr"
)
TAG: Final = re.compile(rf"</?(?:{_ELEMENTS})(?:\s[^<>]*)?/?>|<!--|<!doctype\b|<!\[cdata\[", re.IGNORECASE)
REFERENCE: Final = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|([a-zA-Z][a-zA-Z0-9]{1,31}));")


@dataclass(frozen=True, kw_only=True, slots=True)
class HtmlMarkup(RowCheck):
    """Texts with tags or character references of HTML.

    What:
        A tag of an element of HTML (`<br />`, `<a href=…>`), a comment, or a character reference (`&amp;`,
        `&#128514;`). Other words in angle brackets, such as `<user>` or `<3`, are text.
    Why:
        The embedded encoder reads four tokens in `<br />` and four in `&quot;`. They take room from the text,
        and where one source of the data was scraped and another was not they betray the source.
    Example:
        `It was great.<br /><br />I'd watch it again &amp; again`
    Fix:
        `html.unescape` the references and strip the tags, unless markup is what the texts are about.
    Source:
        The elements and character references of the HTML standard (html.spec.whatwg.org). In the IMDB reviews
        (Maas et al. 2011) three in five texts hold `<br />`.
    """

    fix: ClassVar[str] = "datakit clean --fix html-markup, unless markup is what the texts are about"

    def faulty(self, rows: Corpus) -> list[int]:
        """Return the rows with a tag or a character reference."""
        return [
            i
            for i in rows_with(rows, lambda data: (data == ord("<")) | (data == ord("&")))
            if _markup(rows.texts[i])
        ]

    def message(self, n: int) -> str:
        """Count them."""
        return f"{counted(n, 'text holds', 'texts hold')} HTML"

    def example(self, text: str) -> str:
        """Return the text around its first markup."""
        return excerpt(text, _markup(text))


def _markup(text: str) -> re.Match[str] | None:
    """Return the first tag, else the first character reference; one by number has no name."""
    references = (found for found in REFERENCE.finditer(text) if not found[1] or f"{found[1]};" in html5)
    return TAG.search(text) or next(references, None)
