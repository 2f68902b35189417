"""Files as bytes and lines, whatever they are packed in; what cannot be opened becomes an InputError."""

import codecs
import gzip
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from difflib import get_close_matches
from functools import partial
from io import BufferedReader, RawIOBase, TextIOWrapper
from itertools import islice
from pathlib import Path
from typing import IO, Any, cast

from datakit.core.errors import InputError, Problem
from datakit.core.names import suggest
from datakit.io.encoding import Decoding, guessed, kept_utf8, likely, survey
from datakit.io.problems import LOOKED_AT, MOST, resembling, shortened, unreadable
from datakit.io.source import AUTO, MAX_BYTES

_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
#: Unpacked bytes that a packed one may give, beyond the first so many, which may be packed by any factor. Labelled
#: texts shrink by 2 to 20; deflate can do 1,032, so 20 MB would fill a disk or the night.
EXPANSION, ALWAYS_UNPACKED = 100, 100_000_000
BLOCK = 1 << 19  #: bytes read at a time: what fits a core's cache is counted and decoded 1.5 times as fast


def locate(path: Path, most: int = MAX_BYTES) -> None:
    """See that there is something at `path` that can be read to its end.

    Args:
        path: a file or a folder.
        most: bytes that a file may have.

    Raises:
        InputError: there is nothing, with the nearest names of the folder; or it is an empty file, a larger one,
            or what has no end, such as a pipe.
    """
    if not path.exists():
        names = [entry.name for entry in path.parent.iterdir()] if path.parent.is_dir() else []
        near = get_close_matches(path.name, names)
        fix = f"did you mean {' or '.join(map(repr, near))}?" if near else "check the path"
        raise unreadable(str(path), "there is no such file", fix)
    if path.is_dir():
        return
    if not path.is_file():
        raise unreadable(str(path), "this is a pipe or a device", "write the rows to a file: they are read twice")
    size = path.stat().st_size
    if size == 0:
        raise unreadable(str(path), "the file is empty", "give a file with at least one row")
    if size > most:
        raise unreadable(
            str(path),
            f"the file has {size:,} bytes, {most:,} are allowed",
            f"if it is meant to be so large, allow it: source.max_bytes={size}",
        )


def unknown_ending(path: Path, ending: str, known: Iterable[str]) -> InputError:
    """Return the error for a file whose name does not say what it holds, with what its content seems to be.

    Args:
        path: the file.
        ending: the end of its name that is not known; may be empty.
        known: the endings that are.
    """
    got = f"the name's ending {ending!r} is not known" if ending else "the name has no ending"
    fix = f"rename the file or convert it; {suggest(ending, known)}"
    return InputError(Problem(where=str(path), got=got, fix=fix), *_content(path))


def _content(path: Path) -> tuple[Problem, ...]:
    head = _head(path)
    for mark, (what, fix) in _MARKS.items():
        if head.startswith(mark):
            return (Problem(where=str(path), got=f"it seems to be {what}", fix=fix),)
    how = Decoding(codec="utf-8", errors="replace")
    lines = list(islice(text_lines(path, how, _LOOKED_AT_OF_LINE), LOOKED_AT))
    if any("\0" in line for line in lines):
        return (Problem(where=str(path), got="it seems to be no text file", fix="export it as CSV or JSON Lines"),)
    return resembling(path, lines)


_LOOKED_AT_OF_LINE = 10_000  # characters
_MARKS = {
    b"PAR1": ("a Parquet file", "end its name with .parquet"),
    b"\x1f\x8b": ("a gzip file", "end its name with .gz, after the ending of what is in it, e.g. .csv.gz"),
    b"PK\x03\x04": ("an Excel workbook or another zip archive", "export it as CSV, or unpack it"),
    b"\xd0\xcf\x11\xe0": ("an old Excel workbook", "export it as CSV"),
    **dict.fromkeys(_UTF16, ("UTF-16 text", "end its name with .csv or .tsv")),
}


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
    """Open the file's content, unpacked if it is gzip, behind its UTF-8 byte order mark if it has one.

    Raises:
        InputError: while it is read, if a packed file grows beyond measure.
    """
    with _content_of(path) as file:
        if _peek(file).startswith(codecs.BOM_UTF8):
            file.read(len(codecs.BOM_UTF8))
        yield file


def bom_notes(path: Path, encoding: str) -> tuple[str, ...]:
    """Return the note on the file's byte order mark, if it has one.

    Raises:
        InputError: the mark is that of UTF-16, and `encoding` says otherwise.
    """
    head = _head(path)
    if head.startswith(_UTF16) and "16" not in encoding:
        raise unreadable(str(path), "the file begins as UTF-16 does", "rerun with --encoding utf-16")
    return ("BOM removed",) if head.startswith(codecs.BOM_UTF8) else ()


def is_utf8(encoding: str) -> bool:
    """Tell whether `encoding` is one of the names of UTF-8; `auto` is, for JSON is UTF-8 unless told otherwise.

    Raises:
        LookupError: there is no such encoding.
    """
    return encoding == AUTO or codecs.lookup(encoding).name == "utf-8"


def decoding(path: Path, encoding: str, most: int) -> Decoding:
    """Return how to read a text file: in `encoding`, strictly, or as its bytes say where that is `auto`.

    Reads the whole file once in blocks, and up to three times more if it is not UTF-8. A codec is only
    decided on if it can read the whole file.

    Args:
        path: the file, plain or gzip.
        encoding: a codec, or `auto`.
        most: bytes of a line that are looked at.

    Raises:
        InputError: the file is neither UTF-8, nor likely to be in any other encoding that can read it.
    """
    if encoding != AUTO:
        return Decoding(codec=encoding, notes=bom_notes(path, encoding))
    if _head(path).startswith(_UTF16):
        return Decoding(codec="utf-16", notes=("read as utf-16, as its byte order mark says",))
    notes = bom_notes(path, AUTO)
    if _decodes(path, "utf-8"):
        return Decoding(codec="utf-8", notes=notes)
    # latin-1 is every byte as a character: lines end where they will be read to end.
    lines = (line.encode("latin-1") for line in text_lines(path, Decoding(codec="latin-1"), most))
    found = survey(lines, most)
    if found.mostly_utf8:
        return kept_utf8(found, notes)
    for codec in likely(found.sample):
        if _decodes(path, codec):
            return guessed(found, codec, notes)
    raise _undecodable(path, "utf-8")


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


def text_lines(path: Path, how: Decoding, most: int) -> Iterator[str]:
    r"""Yield the file's lines; of one longer than `most` characters only the head.

    Lines end at `\n` alone; at `\r` only where the file's first `most` characters have nothing else, as files
    from classic Mac OS do.
    """
    with opened(path) as file, TextIOWrapper(file, encoding=how.codec, errors=how.errors, newline="") as text:
        head = text.read(most)
    # The head may end between the two halves of a CRLF.
    end = "\r" if "\r" in head[:-1] and "\n" not in head else "\n"
    with opened(path) as file, TextIOWrapper(file, encoding=how.codec, errors=how.errors, newline=end) as text:
        within = False
        for piece in iter(partial(text.readline, most + len("\r\n") + 1), ""):
            if not within:
                yield piece
            within = not piece.endswith(end)


def _decodes(path: Path, codec: str) -> bool:
    """Tell whether `codec` can read the whole file."""
    decoder = codecs.getincrementaldecoder(codec)()
    try:
        with opened(path) as file:
            for block in iter(partial(file.read, BLOCK), b""):
                decoder.decode(block)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _head(path: Path) -> bytes:
    """Return the file's first bytes, byte order mark included."""
    with _content_of(path) as file:
        return _peek(file)


def _content_of(path: Path) -> IO[bytes]:
    return cast("IO[bytes]", BufferedReader(_Unpacked(path), BLOCK)) if path.suffix == ".gz" else path.open("rb")


class _Unpacked(RawIOBase):
    """The content of a gzip file, as long as it is not a bomb."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._most = max(ALWAYS_UNPACKED, EXPANSION * path.stat().st_size)
        self._file = gzip.open(path)  # noqa: SIM115  (closed by `close`)
        self._unpacked = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = 0, /) -> int:
        self._unpacked = self._file.seek(offset, whence)
        return self._unpacked

    def readinto(self, buffer: Any, /) -> int:  # noqa: ANN401  (anything that takes bytes)
        given = self._file.readinto(buffer)
        self._unpacked += given
        if self._unpacked > self._most:
            raise grown(self._path, self._path.stat().st_size)
        return given

    def close(self) -> None:
        self._file.close()
        super().close()


def grown(path: Path, size: int) -> InputError:
    """Return the error for a packed file of so many bytes that is a bomb, or as good as one."""
    return unreadable(
        str(path),
        f"{size:,} packed bytes unpack to more than {EXPANSION} times as many",
        "see what is in it; if it is meant to be so, unpack it and give the unpacked file",
    )


def _peek(file: IO[bytes]) -> bytes:
    return file.peek(4)  # type: ignore[attr-defined,no-any-return]  # both kinds of file have it


def _undecodable(path: Path, encoding: str) -> InputError:
    """Return the error that names the first undecodable lines, and the encoding they are probably in."""
    encoding = "utf-8" if is_utf8(encoding) else encoding
    bad = list(islice(_undecodable_lines(path, encoding), MOST))
    codec = next(iter(likely(b"".join(raw for _, raw, _ in bad))), None)
    fix = (
        f"rerun with --encoding {codec}, if the text reads right then"
        if codec
        else "name the encoding that it was written in with --encoding"
    )
    problems = [
        Problem(
            where=f"{path}:{line}",
            got=f"byte {error.start} of the line, 0x{raw[error.start]:02x}, is not {encoding}",
            fix=fix,
            quote=shortened(raw[max(0, error.start - 20) :].decode("ascii", "backslashreplace").strip(), 60),
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
