"""Texts with addresses and numbers of people."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from string import digits
from types import MappingProxyType
from typing import ClassVar, Final

from datakit.core.corpus import Corpus
from datakit.core.findings import Severity
from datakit.core.wording import counted
from datakit.validation.checks._base import RowCheck
from datakit.validation.checks._bytes import rows_with
from datakit.validation.checks._excerpts import excerpt

# To start from the "@" and look back makes the search quick.
_AT_DOMAIN: Final = re.compile(r"@(?<=[\w+%-]@)[\w-]+(?:\.[\w-]+)*\.[a-zA-Z]{2,24}\b")
_EMAIL: Final = re.compile(rf"[\w.+%-]{{1,64}}{_AT_DOMAIN.pattern}")  # RFC 5321, 4.5.3.1.1
_PHONE: Final = re.compile(
    r"(?<![\w+.-])(?<!\d )(?:"
    r"(?:\+|00)[1-9]\d{0,2}(?:[ ./-]?\(?\d{1,4}\)?){2,5}"  # international
    r"|(?:1[ .-])?(?:\(\d{3}\) ?|\d{3}[ .-])\d{3}[ .-]\d{4}"  # North America
    r"|0\d{1,4}[ /-]\d{3,4}[ -]\d{3,4}|0\d(?:[ .]\d\d){4}"  # national, written in groups
    r")(?![\w-]|\.\d)"
)
_CARD: Final = re.compile(r"(?<![\d.])[3-6]\d{3}(?:[ -]?\d{4}){2}[ -]?\d{1,7}(?!\d)")
_IBAN: Final = re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,4})?\b")
_PHONE_DIGITS: Final = range(8, 16)  # ITU-T E.164 allows 15
# Every phone and card number has these, and every IBAN those; to look for them first makes the search quick.
_MANY_DIGITS: Final = re.compile(rf"\d(?:[ ()./-]{{0,3}}\d){{{min(_PHONE_DIGITS) - 1},}}")
_CHECK_DIGITS: Final = re.compile(r"\d\d(?<=[A-Z]{2}\d\d)")
_BEFORE: Final = 1  # characters of a number before its first digit, a "+" or "("
_BEHIND: Final = 3  # a ")", and two characters that tell whether the number ends there
_CARD_DIGITS: Final = range(13, 20)  # ISO/IEC 7812
_MOST_LETTERS: Final = 34  # of an IBAN, ISO 13616


def _digits(text: str) -> str:
    return "".join(c for c in text if c.isdigit())


def _is_phone(text: str) -> bool:
    return len(_digits(text)) in _PHONE_DIGITS


def _is_card(text: str) -> bool:
    """Apply the checksum of ISO/IEC 7812-1 (Luhn)."""
    values = [int(c) for c in reversed(_digits(text))]
    checksum = sum(values[::2]) + sum(sum(divmod(2 * value, 10)) for value in values[1::2])
    return len(values) in _CARD_DIGITS and checksum % 10 == 0


def _is_iban(text: str) -> bool:
    """Apply the checksum of ISO 13616 (modulo 97)."""
    letters = text.replace(" ", "")
    return (
        len(letters) <= _MOST_LETTERS
        and int("".join(str(int(c, 36)) for c in letters[4:] + letters[:4])) % 97 == 1
    )


#: What is looked for, and what tells the real ones from other numbers.
_NUMBERS: Final[Mapping[str, tuple[re.Pattern[str], Callable[[str], bool]]]] = MappingProxyType(
    {"IBAN": (_IBAN, _is_iban), "card number": (_CARD, _is_card), "phone number": (_PHONE, _is_phone)}
)
_MASK: Final = re.compile(f"<(?:e-mail address|{'|'.join(_NUMBERS)})>")


@dataclass(frozen=True, kw_only=True, slots=True)
class PersonalData(RowCheck):
    """Texts with e-mail addresses, phone, card or account numbers.

    What:
        E-mail addresses; phone numbers written as such (with a leading `+` or `00`, or in groups); card numbers
        and IBANs whose checksums are right. A bare row of digits is none: it may number an order. The findings
        show texts with these masked.
    Why:
        A model can give away what it was trained on, and whoever the data belong to may ask for their removal
        (GDPR, article 17). For the classifier they are noise, or a shortcut.
    Example:
        `Contact john.doe123@example.com or +1 415 555 1234`
    Fix:
        Replace them by words such as `<email>` and `<phone>`, unless you may keep them.
    Source:
        Carlini et al. 2021 (arXiv 2012.07805) drew addresses and phone numbers out of GPT-2. ITU-T E.164,
        ISO/IEC 7812-1 and ISO 13616 for the numbers. Up to one row in a hundred is a remark: public texts have
        shops' addresses in them, as 0.5% of the SMS Spam Collection has.
    """

    fix: ClassVar[str] = "replace them by words such as <email> and <phone>, unless you may keep them"
    warn_share: float = 0.01  # fraction of a split's rows, 0..1, above which they are a warning, not a remark

    def faulty(self, rows: Corpus) -> list[int]:
        """Return the rows with an address or a number."""
        with_at = rows_with(rows, lambda data: data == ord("@"))
        # What is below "0" wraps around to the greatest bytes.
        with_digits = rows_with(rows, lambda data: data - ord("0") < len(digits), at_least=min(_PHONE_DIGITS))
        mailed = (i for i in with_at if _AT_DOMAIN.search(rows.texts[i]))
        return sorted({*mailed, *(i for i in with_digits if _has_number(rows.texts[i]))})

    def message(self, n: int) -> str:
        """Count them."""
        return f"{counted(n, 'text holds', 'texts hold')} e-mail addresses, phone, card or account numbers"

    def severity(self, part: float) -> Severity:
        """Tell a few public addresses from customers' data."""
        return Severity.WARNING if part > self.warn_share else Severity.INFO

    def example(self, text: str) -> str:
        """Return the text with these masked."""
        masked = _EMAIL.sub("<e-mail address>", text)
        for name, (pattern, is_real) in _NUMBERS.items():
            masked = pattern.sub(partial(_mask, f"<{name}>", is_real), masked)
        return excerpt(masked, _MASK.search(masked))


def _mask(mask: str, is_real: Callable[[str], bool], found: re.Match[str]) -> str:
    return mask if is_real(found[0]) else found[0]


def _has_number(text: str) -> bool:
    if _CHECK_DIGITS.search(text) and any(_is_iban(found[0]) for found in _IBAN.finditer(text)):
        return True
    stretches = [(max(0, found.start() - _BEFORE), found.end() + _BEHIND) for found in _MANY_DIGITS.finditer(text)]
    return any(
        is_real(found[0])
        for pattern, is_real in ((_CARD, _is_card), (_PHONE, _is_phone))
        for start, end in stretches
        for found in pattern.finditer(text, start, end)
    )
