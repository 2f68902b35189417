"""Files as bytes and lines, whatever they are packed in; what cannot be opened becomes an InputError."""

import codecs
import gzip
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from difflib import get_close_matches
from functools import partial
from io import TextIOWrapper
from itertools import islice
from pathlib import Path
from typing import IO, cast

from datakit.core.errors import InputError, Problem
from datakit.io.problems import MOST, shortened, unreadable

BLOCK = 1 << 19  #: bytes read at a time: what fits a core's cache is counted and decoded 1.5 times as fast


def locate(path: Path) -> None:
    """See that there is something at `path`.

    Raises:
        InputError: there is not, with the nearest names of the folder, or it is an empty file.
    """
    if not path.exists():
        names = [entry.name for entry in path.parent.iterdir()] if path.parent.is_dir() else []
        near = get_close_matches(path.name, names)
        fix = f"did you mean {' or '.join(map(repr, near))}?" if near else "check the path"
        raise unreadable(str(path), "there is no such file", fix)
    if path.is_file() and path.stat().st_size == 0:
        raise unreadable(str(path), "the file is empty", "give a file with at least one row")


@contextmanager
def guarded(path: Path, encoding: str) -> Iterator[None]:
    """Turn what may go wrong while `path` is being read into an InputError."""
    try:
        yield
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise unreadable(
            str(path),
            f"not a whole gzip file: {error}",
            "fetch it again, or drop the .gz from its name if it is not compressed",
        ) from error
    except UnicodeDecodeError as error:
        raise _undecodable(path, encoding) from error
    except LookupError as error:
        if "encoding" not in str(error):
            raise
        raise unreadable("--encoding", str(error), "name a codec of Python's, e.g. cp1252") from error
    except PermissionError as error:
        raise unreadable(str(path), "you may not read this file", "change its permissions") from error


@contextmanager
def opened(path: Path) -> Iterator[IO[bytes]]:
    """Open the file's content, unpacked if it is gzip, behind its UTF-8 byte order mark if it has one."""
    with cast("IO[bytes]", gzip.open(path)) if path.suffix == ".gz" else path.open("rb") as file:
        if _peek(file).startswith(codecs.BOM_UTF8):
            file.read(len(codecs.BOM_UTF8))
        yield file


def bom_notes(path: Path, encoding: str) -> tuple[str, ...]:
    """Return the note on the file's byte order mark, if it has one.

    Raises:
        InputError: the mark is that of UTF-16, and `encoding` says otherwise.
    """
    with cast("IO[bytes]", gzip.open(path)) if path.suffix == ".gz" else path.open("rb") as file:
        head = _peek(file)
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) and "16" not in encoding:
        raise unreadable(str(path), "the file begins as UTF-16 does", "rerun with --encoding utf-16")
    return ("BOM removed",) if head.startswith(codecs.BOM_UTF8) else ()


def is_utf8(encoding: str) -> bool:
    """Tell whether `encoding` is one of the names of UTF-8.

    Raises:
        LookupError: there is no such encoding.
    """
    return codecs.lookup(encoding).name == "utf-8"


def utf8_blocks(path: Path, encoding: str, most: int) -> Iterator[bytes]:
    r"""Yield the file's content as UTF-8, in blocks of whole lines; only the last may lack its `\n`.

    Of a line longer than `most` bytes at least `most + 1` are given, so that memory stays bounded.
    """
    with opened(path) as file:
        source = file if is_utf8(encoding) else codecs.EncodedFile(file, "utf-8", encoding)
        rest = b""
        for data in iter(partial(source.read, BLOCK), b""):
            cut = data.rfind(b"\n") + 1
            if cut:
                yield rest + data[:cut]
                rest = data[cut:]
            else:
                rest += data
            rest = rest[: most + 1]
        if rest:
            yield rest


def text_lines(path: Path, encoding: str, most: int) -> Iterator[str]:
    r"""Yield the file's lines, split at `\n` alone; of one longer than `most` characters only the head."""
    with opened(path) as file, TextIOWrapper(file, encoding=encoding, newline="\n") as text:
        within = False
        for piece in iter(partial(text.readline, most + len("\r\n") + 1), ""):
            if not within:
                yield piece
            within = not piece.endswith("\n")


def _peek(file: IO[bytes]) -> bytes:
    return file.peek(4)  # type: ignore[attr-defined,no-any-return]  # both kinds of file have it


def _undecodable(path: Path, encoding: str) -> InputError:
    """Return the error that names the first undecodable lines, and the encoding they are probably in."""
    bad = list(islice(_undecodable_lines(path, encoding), MOST))
    likely = _likely_encoding(b"".join(raw for _, raw, _ in bad))
    fix = f"rerun with --encoding {likely}, if the text reads right then"
    problems = [
        Problem(
            where=f"{path}:{line}",
            got=f"byte {error.start} of the line, 0x{raw[error.start]:02x}, is not {encoding}: "
            + shortened(raw[max(0, error.start - 20) :].decode("ascii", "backslashreplace").strip(), 60),
            fix=fix,
        )
        for line, raw, error in bad
    ]
    whole = Problem(where=str(path), got=f"the file as a whole is not {encoding}", fix=fix)
    return InputError(*(problems or [whole]))


def _undecodable_lines(path: Path, encoding: str) -> Iterator[tuple[int, bytes, UnicodeDecodeError]]:
    # In encodings whose line end is not the byte \n alone, lines cannot be told apart before decoding.
    if "\n".encode(encoding) != b"\n":
        return
    with opened(path) as file:
        for line, raw in enumerate(file, start=1):
            try:
                raw.decode(encoding)
            except UnicodeDecodeError as error:
                yield line, raw, error


def _likely_encoding(sample: bytes) -> str:
    from charset_normalizer import from_bytes

    best = from_bytes(sample).best()
    return best.encoding if best else "cp1252"
