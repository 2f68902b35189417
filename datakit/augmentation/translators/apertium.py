"""The translator `apertium`: rules and dictionaries, offline, one CPU."""

import atexit
import os
import re
import shlex
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from selectors import EVENT_READ, EVENT_WRITE, DefaultSelector
from typing import ClassVar, NoReturn

from datakit.augmentation.lexicon.tokens import NEGATIONS, TOKEN, is_protected
from datakit.core.errors import Problem, TransientError, UsageError
from datakit.core.files import digest_of

#: Apertium names languages by ISO 639-3 codes, older pairs by ISO 639-1.
_ISO_639_1 = {
    "cat": "ca",
    "cym": "cy",
    "dan": "da",
    "deu": "de",
    "eng": "en",
    "epo": "eo",
    "eus": "eu",
    "fra": "fr",
    "glg": "gl",
    "isl": "is",
    "ita": "it",
    "nld": "nl",
    "nob": "nb",
    "oci": "oc",
    "por": "pt",
    "ron": "ro",
    "spa": "es",
    "swe": "sv",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Apertium:
    r"""Translate by Apertium's rules.

    What:
        Runs the programs of an installed language pair as one pipeline that stays up from call to call.
        Addresses, mentions, tags, placeholders and numbers pass through as they are (as what Apertium calls
        superblanks); negations are translated.

    Why:
        It needs neither a model hub nor a GPU, does some 500 round trips a CPU second, and gives the same
        translation on every machine with the same packages.

    Example:
        `Can you book a table near the station?` comes back from Spanish as
        `It can you reserve a table approaches the canal?`; `The movie was long.` as `The film was long.`

    Fix:
        Install a pair: `sudo apt-get install apertium-eng-spa`. Use it for topics and intents; it is not
        fluent, and mixes up meanings where a sentence must be understood. It has one translation a pivot:
        install more pairs (`apertium-eng-cat`) for more variants.

    Source:
        Forcada et al. 2011, "Apertium: a free/open-source platform for rule-based machine translation".
        `apertium -f line` is not used: it lets words slip into the next line (apertium issues 76 and 173).
    """

    samples: ClassVar[bool] = False
    neural: ClassVar[bool] = False

    modes: str = "/usr/share/apertium/modes"  #: folder with the `.mode` files of the installed pairs

    def pivots(self, language: str) -> tuple[str, ...]:
        """Return the languages with an installed pair in both directions, by name."""
        pairs = self._pairs() if shutil.which("lt-proc") else {}
        return tuple(sorted(to for of, to in pairs if of == language and (to, of) in pairs))

    def identity(self, source: str, target: str) -> str:
        """Return a digest of the pair's programs, rules and dictionaries."""
        return f"apertium:{_digest(self._mode(source, target))}"

    def translate(
        self,
        texts: Sequence[str],
        source: str,
        target: str,
        seeds: Sequence[int] | None = None,  # noqa: ARG002  (of the interface; each text has one translation)
    ) -> list[str]:
        """Return the translations, which are the same in any company.

        Raises:
            UsageError: the pair is not installed.
            TransientError: a program of the pipeline died or fell silent.
        """
        pipeline = _pipeline(self._mode(source, target), os.getpid())
        return [decoded(answer) for answer in pipeline.exchange([encoded(text) for text in texts])]

    def _pairs(self) -> dict[tuple[str, str], Path]:
        names = {path: path.stem.split("-") for path in sorted(Path(self.modes).glob("*.mode"))}
        two = {path: name for path, name in names.items() if len(name) == 2}  # noqa: PLR2004  (a pair)
        return {(_ISO_639_1.get(of, of), _ISO_639_1.get(to, to)): path for path, (of, to) in two.items()}

    def _mode(self, source: str, target: str) -> Path:
        pairs = self._pairs()
        if (source, target) not in pairs:
            known = ", ".join(f"{of}-{to}" for of, to in sorted(pairs)) or "none"
            raise UsageError(
                Problem(
                    where="apertium",
                    got=f"no pair {source}-{target} in {self.modes}; installed: {known}",
                    fix="sudo apt-get install apertium-eng-spa, or the package of another pair",
                )
            )
        return pairs[source, target]


#: What the stream format gives a meaning to (wiki.apertium.org/wiki/Apertium_stream_format).
_RESERVED = re.compile(r"([\^$\[\]{}/\\@<>])")

#: Ends a text as Apertium's own deformatter does: a full stop that no rule can join to the text's last word.
_END = "[][].[]"
_ENDING = re.compile(r"(?:\[\])+\.?(?:\[\])*$")

#: An escaped character, or a bracket around a superblank.
_MARKED = re.compile(r"\\(.)|[\[\]]", re.DOTALL)


def encoded(text: str) -> bytes:
    """Return a text in Apertium's stream format, its protected tokens wrapped as superblanks."""
    pieces, end = [], 0
    for match in TOKEN.finditer(text):
        token = match.group()
        if is_protected(token) and token.lower() not in NEGATIONS:
            pieces += [_escaped(text[end : match.start()]), f"[{_escaped(token)}]"]
            end = match.end()
    return "".join([*pieces, _escaped(text[end:]), _END]).encode("utf-8", "replace")


def decoded(answer: bytes) -> str:
    """Return the text of an answer: superblanks and escapes resolved, outer and doubled spaces dropped."""
    text = _ENDING.sub("", answer.decode("utf-8", "replace"))
    # Rules that move or drop words leave their blanks behind.
    return re.sub(" {2,}", " ", _MARKED.sub(lambda match: match[1] or "", text)).strip(" ")


def _escaped(text: str) -> str:
    return _RESERVED.sub(r"\\\1", text.replace("\0", " "))


def _stages(mode: Path) -> list[list[str]]:
    """Return the programs of a mode file with their arguments, flushing at every NUL (`-z`).

    A mode file is one shell pipeline; `$1` stands for the generator's option (`-n`: no marks on unknown
    words), `$2` for one of the tagger.
    """
    command = mode.read_text(encoding="utf-8").replace("$1", "-n").replace("$2", "")
    programs = (shlex.split(stage) for stage in command.strip().split("|"))
    return [[program, "-z", *arguments] for program, *arguments in programs]


@cache
def _digest(mode: Path) -> str:
    words = [word for stage in _stages(mode) for word in stage]
    found = [Path(shutil.which(word) or word) for word in words]
    return sha256("".join(digest_of(path) for path in (mode, *found) if path.is_file()).encode()).hexdigest()


#: `lt-proc -b` and `lt-proc -n` hold a message back until the next one comes; empty ones push it out.
_PUSHES = 6

#: Seconds without any answer after which a pipeline counts as stuck; a long text takes a fraction of one.
_PATIENCE = 60


class _Pipeline:
    """The programs of a mode, running: texts go in and come out with a NUL after each."""

    def __init__(self, mode: Path) -> None:
        self._programs: list[subprocess.Popen[bytes]] = []
        for stage in _stages(mode):
            before = self._programs[-1].stdout if self._programs else subprocess.PIPE
            program = subprocess.Popen(  # noqa: S603  (from the installed package's own mode file)
                stage, stdin=before, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, bufsize=0
            )
            self._programs.append(program)
        for one, _ in pairwise(self._programs):
            _close(one.stdout)
        self._rest = b""
        self._surplus = 0  # answers to pushes that are still to come
        atexit.register(self.close)

    def exchange(self, texts: Sequence[bytes]) -> list[bytes]:
        """Return the answers to `texts`, in their order.

        Raises:
            TransientError: a program died or fell silent; the pipeline is of no more use.
        """
        if not texts:
            return []
        to_send = memoryview(b"".join(text + b"\0" for text in texts) + b"\0" * _PUSHES)
        answers: list[bytes] = []
        wanted = self._surplus + len(texts)
        stdin, stdout = self._programs[0].stdin, self._programs[-1].stdout
        assert stdin is not None  # noqa: S101  (opened as pipes above; for the type checker)
        assert stdout is not None  # noqa: S101
        os.set_blocking(stdin.fileno(), False)
        with DefaultSelector() as selector:
            selector.register(stdin, EVENT_WRITE)
            selector.register(stdout, EVENT_READ)
            while len(answers) < wanted or to_send:
                ready = {key.fileobj for key, _ in selector.select(_PATIENCE)}
                try:
                    if stdin in ready:
                        to_send = to_send[os.write(stdin.fileno(), to_send[:_BLOCK]) :]
                    read = os.read(stdout.fileno(), _BLOCK) if stdout in ready else None
                except BrokenPipeError:
                    read = b""
                if not ready or read == b"":
                    self._give_up(len(answers) - self._surplus, len(texts))
                if not to_send and stdin in selector.get_map():
                    selector.unregister(stdin)
                if read:
                    *whole, self._rest = (self._rest + read).split(b"\0")
                    answers += whole
        # The programs after a dead one end too, with a few empty answers that belong to no text.
        if any(program.poll() is not None for program in self._programs):
            self._give_up(0, len(texts))
        own = answers[self._surplus : wanted]
        self._surplus = wanted + _PUSHES - len(answers)
        return own

    def close(self) -> None:
        """End the programs."""
        _close(self._programs[0].stdin)
        for program in self._programs:
            program.terminate()
            program.wait()
        _close(self._programs[-1].stdout)

    def _give_up(self, done: int, of: int) -> NoReturn:
        failed = {str(program.args[0]): code for program in self._programs if (code := program.poll())}  # type: ignore[index]  # a list
        self.close()
        _pipeline.cache_clear()
        raise TransientError(
            Problem(
                where="apertium",
                got=f"{f'exit codes {failed}' if failed else 'no answer'} after {max(0, done)} of {of} texts",
                fix="try again; if it stops again, reinstall the language pair or take another engine",
            )
        )


#: Bytes written or read at once: the usual capacity of a pipe.
_BLOCK = 1 << 16


def _close(pipe: object) -> None:
    if pipe is not None:
        pipe.close()  # type: ignore[attr-defined]


@cache
def _pipeline(mode: Path, pid: int) -> _Pipeline:  # noqa: ARG001  (a forked process must not share pipes)
    return _Pipeline(mode)
