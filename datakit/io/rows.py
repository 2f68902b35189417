"""Decoded rows on their way into a corpus, and the one judgement of what a text and a label may be."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from types import NoneType
from typing import Any

from datakit.core.quarantine import Reject
from datakit.io.problems import shortened
from datakit.io.reading import Columns

Label = str | int | bool | list[str | int] | None

KINDS: Mapping[type, str] = {
    str: "a string",
    int: "an integer",
    bool: "a boolean",
    float: "a number with a point",
    list: "a list",
    dict: "an object",
    NoneType: "null",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Batch:
    """Consecutive rows of a source, as parallel columns, and what could not be read among them."""

    line: Sequence[int]  #: where each row starts: line in the file or, where it has no lines, row; from 1
    text: Sequence[str | None]
    label: Sequence[Label]
    id: Sequence[Any] | None  #: None where no column holds ids
    found: AbstractSet[str] = frozenset({"text", "label"})  #: roles whose column at least one row has
    rejects: Sequence[Reject] = ()
    blank: int = 0  #: lines passed over because they hold nothing but white space


@dataclass(frozen=True, kw_only=True, slots=True)
class Rows:
    """An opened source: what it is, and its rows in batches."""

    where: str  #: for messages: the path, or what kind of object was given
    format: str
    names: Sequence[str]  #: columns of the source, as far as they are known
    columns: Columns
    batches: Iterable[Batch]
    has_lines: bool  #: whether positions are lines of a text file
    notes: tuple[str, ...] = ()
    raw: Callable[[AbstractSet[int]], Mapping[int, str]] | None = None  #: fetch rows as found, by line


def checked(line: Sequence[int], text: Sequence[Any], label: Sequence[Any], ids: Sequence[Any] | None) -> Batch:
    """Return a batch of the rows whose text and label a corpus can hold; reject the others."""
    if all(map(_is_text, text)) and all(map(_is_label, label)):
        return Batch(line=line, text=text, label=label, id=ids)
    faults = {i: fault for i in range(len(text)) if (fault := fault_of(text[i], label[i]))}
    kept = [i for i in range(len(text)) if i not in faults]
    return Batch(
        line=[line[i] for i in kept],
        text=[text[i] for i in kept],
        label=[label[i] for i in kept],
        id=None if ids is None else [ids[i] for i in kept],
        rejects=[
            Reject(line=line[i], code=code, reason=reason, raw=repr({"text": text[i], "label": label[i]}))
            for i, (code, reason) in faults.items()
        ],
    )


def fault_of(text: object, label: object) -> tuple[str, str] | None:
    """Return code and reason why a row cannot be taken, or None where it can."""
    if not _is_text(text):
        return "wrong-text-type", f"the text is {_told(text)}, not a string"
    if not _is_label(label):
        return (
            "wrong-label-type",
            f"the label is {_told(label)}, not a string, an integer, a boolean or a list of names",
        )
    return None


def _is_text(value: object) -> bool:
    return value is None or (type(value) is str and _is_unicode(value))


def _is_label(value: object) -> bool:
    if type(value) is list:
        return all(type(name) is int or (type(name) is str and _is_unicode(name)) for name in value)
    return _is_text(value) or type(value) in (int, bool)


def _is_unicode(value: str) -> bool:
    """Tell whether `value` can be written as UTF-8, that is, holds no half of a surrogate pair."""
    if value.isascii():
        return True
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def _told(value: object) -> str:
    if isinstance(value, str):
        return f"a string with a lone surrogate ({shortened(ascii(value))})"
    return f"{KINDS.get(type(value), f'of type {type(value).__name__}')} ({shortened(repr(value))})"
