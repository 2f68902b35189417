"""Which encoding a text is in that is not UTF-8, judged by its bytes, and how to say so.

Nothing is repaired here. A codec is chosen that keeps the bytes recoverable, so that a repair can be asked for.
"""

import codecs
import re
from collections.abc import Iterable
from dataclasses import dataclass

SAMPLE = 1 << 18  #: bytes of the lines that are not UTF-8 that are judged
TOLD = 5  #: lines that are named

# Losing one row in a thousand to the quarantine, where it can be seen, is the lesser evil than a guess from a few
# bytes: every single-byte codec can read them. Our choice, no source.
_FEW = 1_000

# In the order of preference where the text is as plausible in several: cp1252 is what the HTML standard falls back
# to (html.spec.whatwg.org, "determining the character encoding").
_LATIN = ("cp1252", "mac_roman", "cp1250", "cp850")
_OTHER = ("cp1251", "koi8_r", "cp866", "cp1253", "cp1255", "cp1256", "gb18030", "big5", "cp932", "euc_jp", "cp949")

_RUN = re.compile(rb"[\x80-\xff]+")
_ASCII_LETTER = re.compile(rb"[A-Za-z]")
# What no orthography of the Latin script writes within a word, as far as it came from a byte above 127: a symbol
# between two letters (an apostrophe, a dash or dots may stand there), and a capital after a small letter.
_SYMBOL_IN_WORD = re.compile(r"(?<=[^\W\d_])(?![’‘–—…·\xa0\xad])(?:[^\w\x00-\x7f]|[ªº¹²³])(?=[^\W\d_])")  # noqa: RUF001  (the very signs that may stand there)
_LETTERS = re.compile(r"(?=([^\W\d_][^\W\d_\x00-\x7f]|[^\W\d_\x00-\x7f][^\W\d_]))")
_NO_TEXT = re.compile(r"[\x80-\x9f\ufffd]")


@dataclass(frozen=True, kw_only=True, slots=True)
class Decoding:
    """How a file's bytes become text."""

    codec: str
    errors: str = "strict"  #: `surrogateescape` where single lines are not in `codec`
    notes: tuple[str, ...] = ()  #: what was decided, if anything was


@dataclass(frozen=True, kw_only=True, slots=True)
class Survey:
    """The lines of a file that as a whole is not UTF-8."""

    lines: int
    wrong: int  #: lines that are not UTF-8
    right: int  #: lines that are, and are not mere ASCII
    first: tuple[int, ...]  #: numbers of the first wrong ones, from 1
    sample: bytes  #: the first of the wrong ones

    @property
    def mostly_utf8(self) -> bool:
        """Whether the file is UTF-8 but for a few damaged lines.

        Text in another encoding hardly ever is valid UTF-8 by accident, so where most lines beyond ASCII are, it
        is no accident.
        """
        return self.right > self.wrong or self.wrong * _FEW <= self.lines


def survey(lines: Iterable[bytes], most: int) -> Survey:
    """Count the lines that are UTF-8, and those that are not.

    Args:
        lines: the file's lines with their ends.
        most: bytes a line; a longer one is but the head of its line, and may end within a character.
    """
    number = wrong = right = 0
    first: list[int] = []
    sample = bytearray()
    for number, line in enumerate(lines, start=1):
        if line.isascii():
            continue
        try:
            codecs.utf_8_decode(line, "strict", len(line) <= most + len("\r\n"))
            right += 1
        except UnicodeDecodeError:
            wrong += 1
            if len(first) < TOLD:
                first.append(number)
            if len(sample) + len(line) <= SAMPLE or not sample:
                sample += line
    return Survey(lines=number, wrong=wrong, right=right, first=tuple(first), sample=bytes(sample))


def likely(sample: bytes) -> list[str]:
    """Return the codecs that `sample`, which is not UTF-8, may be in, the most likely first; perhaps none.

    Text in the Latin script has few letters beyond ASCII: there the codec wins whose words look like words. Where
    such bytes outnumber the ASCII letters, it is another script, and charset-normalizer's language models judge.
    """
    if _share_mended(sample) > 1 / 2:
        return ["mac_roman"]
    high = sum(map(len, _RUN.findall(sample)))
    if high <= len(_ASCII_LETTER.findall(sample)):
        return sorted(_LATIN, key=lambda codec: _implausible(sample.decode(codec, "replace")))
    from charset_normalizer import from_bytes

    # A sample of nothing but ASCII would be called ascii, which is none of ours.
    found = [match.encoding for match in from_bytes(sample, cp_isolation=list(_OTHER))]
    return [codec for codec in found if codec in _OTHER]


def kept_utf8(found: Survey, notes: tuple[str, ...]) -> Decoding:
    """Return the decoding that reads the UTF-8 lines, and leaves marks in the others."""
    note = f"read as utf-8: {_count(found)}, and put aside"
    # Where all other lines are ASCII, another codec changes nothing about them.
    if not found.right and (names := likely(found.sample)):
        note += f"; --encoding {names[0]} reads every line"
    return Decoding(codec="utf-8", errors="surrogateescape", notes=(*notes, note))


def guessed(found: Survey, codec: str, notes: tuple[str, ...]) -> Decoding:
    """Return the decoding by a codec that was judged likely, and say so."""
    note = f"read as {codec}: {_count(found)}; if the text reads wrong, name its encoding with --encoding"
    return Decoding(codec=codec, notes=(*notes, note, *_damage(found.sample, codec)))


def _count(found: Survey) -> str:
    numbers = ", ".join(map(str, found.first))
    more = ", …" if found.wrong > len(found.first) else ""
    lines, are = ("line", "is") if found.wrong == 1 else ("lines", "are")
    return f"{found.wrong:,} of {found.lines:,} lines {are} not UTF-8 ({lines} {numbers}{more})"


def _damage(sample: bytes, codec: str) -> tuple[str, ...]:
    share = _share_mended(sample)
    if codec != "mac_roman" or share <= 1 / 2:
        return ()
    run = next(run for run in _RUN.findall(sample) if _mended(run))
    note = (
        f"it was UTF-8, was read as cp1252 and saved as mac_roman: {share:.0%} of the runs of signs beyond ASCII "
        f"are mended by .encode('cp1252').decode('utf-8'), e.g. {run.decode(codec)!r} becomes {_mended(run)!r}; "
        "nothing was changed"
    )
    return (note,)


def _share_mended(sample: bytes) -> float:
    """Return the share of the runs of bytes above 127 that were UTF-8 before cp1252 and Mac Roman got at them.

    One byte never makes such a run by itself, and two or more hardly ever do by accident.
    """
    runs = _RUN.findall(sample)
    return sum(_mended(run) is not None for run in runs) / len(runs) if runs else 0.0


def _mended(run: bytes) -> str | None:
    try:
        return run.decode("mac_roman").encode("cp1252").decode("utf-8")
    except UnicodeError:
        return None


def _implausible(text: str) -> int:
    """Return how many characters stand where no orthography of the Latin script has them."""
    pairs: list[str] = _LETTERS.findall(text)
    capitals = sum(pair[0].islower() and pair[1].isupper() for pair in pairs)
    return capitals + len(_SYMBOL_IN_WORD.findall(text)) + len(_NO_TEXT.findall(text))
