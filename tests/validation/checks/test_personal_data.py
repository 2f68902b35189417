import pytest
from hypothesis import given
from hypothesis import strategies as st

from datakit.core.findings import Severity
from datakit.testing import find
from datakit.validation.checks.personal_data import _NUMBERS, _has_number


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Contact john.doe123@example.com or +1 415 555 1234", "Contact <e-mail address> or <phone number>"),
        ("mail jane_doe+news@mail.example.co.uk.", "mail <e-mail address>."),
        ("call (415) 555-1234 now", "call <phone number> now"),
        ("call +447797706009", "call <phone number>"),
        ("ring 0049 30 901820", "ring <phone number>"),
        ("au 01 23 45 67 89", "au <phone number>"),
        ("card 4111 1111 1111 1111, thanks", "card <card number>, thanks"),
        ("card 378282246310005", "card <card number>"),
        ("to DE89 3704 0044 0532 0130 00 please", "to <IBAN> please"),
        ("GB82WEST12345698765432", "<IBAN>"),
    ],
)
def test_they_are_found_and_masked(text, shown):
    """The report must not spread what it warns of."""
    (finding,) = find("personal-data", train=[(text, "x")])
    assert finding.evidence["examples"] == [shown]
    assert finding.severity is Severity.WARNING


@pytest.mark.parametrize(
    "text",
    [
        "@jane and @john_doe: see you @5",
        "me@home",
        "RT @user: 3.14159265358979",
        "order 953858918761029632",
        "09061701461",  # no sign that it is a phone number
        "4111 1111 1111 1112",  # the checksum is wrong
        "DE88 3704 0044 0532 0130 00",  # the checksum is wrong
        "10000000000000 times",
        "on 2014-05-12 at 12:30, 100 000 people",
        "1,000,000.00 or 192.168.100.100",
        "the 2010-2011 season, 1.234.567",
    ],
)
def test_other_numbers_are_none(text):
    """Order numbers, dates, amounts, and mentions."""
    assert find("personal-data", train=[(text, "x")]) == []


def test_a_few_public_addresses_are_a_remark():
    """Up to one row in a hundred; `warn_share` moves it."""
    train = [("a@b.example", "x"), *[(f"text {i}", "x") for i in range(99)]]
    (remark,) = find("personal-data", train=train)
    assert remark.severity is Severity.INFO
    (warning,) = find("personal-data", train=train, options={"warn_share": 0.001})
    assert warning.severity is Severity.WARNING


PIECES = ["+49", "00", "(", ") ", "555", "1", "3456", "89", " ", ".", "-", "/", "x", ".5", "²", "+1 415 555 2671"]
PIECES += ["01 23 45 67 89", "4111111111111111", "4111 1111 ", "DE89370400440532013000", "DE89 3704 ", "AB12"]


@given(st.lists(st.sampled_from(PIECES)).map("".join))
def test_numbers_are_looked_for_where_there_are_enough_digits(text):
    """Nothing is found or missed by that."""
    by_definition = any(real(found[0]) for pattern, real in _NUMBERS.values() for found in pattern.finditer(text))
    assert _has_number(text) == by_definition


def test_a_long_word_without_an_address_is_masked_at_once():
    """Not in a time that grows with the square of its length."""
    (finding,) = find("personal-data", train=[("0f" * 100_000 + " a@b.example", "x")])
    assert "<e-mail address>" in finding.evidence["examples"][0]
