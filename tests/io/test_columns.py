import pytest

from datakit.core.errors import InputError
from datakit.io import Column, Columns, Source
from datakit.io.columns import choose


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["label", "text"], {"text": "text", "label": "label"}),
        (["v1", "v2", "", ""], {"text": "v2", "label": "v1"}),
        (["Review ", "SENTIMENT", "UID"], {"text": "Review ", "label": "SENTIMENT", "id": "UID"}),
        (["text", "message", "label", "label_fine"], {"text": "text", "label": "label"}),
        (["text", "label", "uid", "guid"], {"text": "text", "label": "label"}),
    ],
)
def test_obvious_names_are_found(names, expected):
    """In any case; the plainest name wins outright; an ambiguous id is none."""
    columns = choose(names, Source(), where="f")
    assert columns.names == expected
    assert not columns.text.given


def test_given_names_come_first_and_are_said_to_be_given():
    """A given column is not guessed for another role as well."""
    columns = choose(["text", "message", "label"], Source(label_column="text"), where="f")
    assert columns == Columns(
        text=Column(name="message", given=False), label=Column(name="text", given=True), id=None
    )


def test_what_cannot_be_guessed_is_an_error_naming_the_flags():
    """All problems at once, with the columns found."""
    with pytest.raises(InputError) as caught:
        choose(["review", "message", "stars"], Source(), where="f")
    assert "several columns may be the text: review, message" in str(caught.value)
    assert "--label-column; columns found: review, message, stars" in str(caught.value)


def test_a_given_name_must_be_there_unless_only_a_sample_was_seen():
    """The nearest name is suggested."""
    how = Source(text_column="txt", label_column="lable")
    with pytest.raises(InputError, match="did you mean 'label'") as caught:
        choose(["text", "label"], how, where="f")
    assert len(caught.value.problems) == 2
    assert choose(["text", "label"], how, where="f", sampled=True).names == {"text": "txt", "label": "lable"}


def test_one_column_cannot_have_two_roles():
    """Text and label must differ."""
    with pytest.raises(InputError, match="two roles"):
        choose(["text", "label"], Source(text_column="text", label_column="text"), where="f")
