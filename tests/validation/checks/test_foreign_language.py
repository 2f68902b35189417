# ruff: noqa: RUF001  (quotes, dashes and commas of other scripts are what is tested)
import pytest

from datakit.core.findings import Severity
from datakit.testing import find

ENGLISH = [
    "what is the name of the actor who played in it",
    "how do I get to the station from here",
    "I have not been there and I do not want to go",
    "lol no way dude",
    "see u at 5, la vida loca",
    "Los Angeles is the city of angels",
    "who wrote Les Misérables and La Traviata",
]
GERMAN = [
    "Wir haben das nicht gewusst, aber es ist auch nicht schlimm",
    "Wie kommt man von hier zum Bahnhof?",
    "Das war doch klar, die machen was sie wollen",
]
CHINESE = ["这家店的味道不错，下次还来", "送餐很快，包装也好，ok", "一般般吧，没有上次好吃"]


def rows(texts, n=100):
    """Return n rows with these texts, a number in each."""
    return [(f"{texts[i % len(texts)]} {i}", "x") for i in range(n)]


@pytest.mark.parametrize("texts", [ENGLISH, GERMAN, CHINESE])
def test_texts_of_one_language_are_no_fault(texts):
    """Whichever it is; names and titles are no other one."""
    assert find("foreign-language", train=rows(texts)) == []


@pytest.mark.parametrize(
    ("usual", "strange", "language"),
    [
        (ENGLISH, "Können Sie mir bitte sagen, wann der nächste Bus fährt?", "German"),
        (ENGLISH, "Où se trouve la gare la plus proche, s'il vous plaît ?", "French"),
        (ENGLISH, "No sé qué decir, pero está muy bien", "Spanish"),
        (ENGLISH, "Сегодня мы никуда не пойдём", "Cyrillic script"),
        (ENGLISH, "味道不错，下次还来", "Chinese or Japanese script"),
        (GERMAN, "I do not know what you are talking about", "English"),
        (CHINESE, "the food was cold and late", "Latin script"),
    ],
)
def test_another_language_is_found_and_named(usual, strange, language):
    """By its small words, or its script."""
    (finding,) = find("foreign-language", train=[*rows(usual), (strange, "x"), (strange + "!", "x")])
    assert finding.lines == (101, 102)
    assert finding.evidence["found"] == {language: 2}
    assert finding.severity is Severity.WARNING


def test_where_no_language_has_the_majority_none_is_foreign():
    """Half of the texts are no strangers."""
    assert find("foreign-language", train=[*rows(ENGLISH, 60), *rows(GERMAN, 60)]) == []


def test_one_in_a_hundred_is_a_remark():
    """`warn_share` moves it."""
    (remark,) = find("foreign-language", train=[*rows(ENGLISH, 99), *rows(GERMAN, 1)])
    assert remark.severity is Severity.INFO
    options = {"warn_share": 0.005}
    (warning,) = find("foreign-language", train=[*rows(ENGLISH, 99), *rows(GERMAN, 1)], options=options)
    assert warning.severity is Severity.WARNING
