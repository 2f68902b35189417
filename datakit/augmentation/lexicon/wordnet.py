"""WordNet, compiled once into a small table of safe synonyms in the user's cache.

A synonym is safe where *both* words mostly mean what they share, so that no reading of the context is needed:
`film` and `movie`, but not `drop` and `pearl`. Princeton's WordNet counts how often each sense occurs in
running text (SemCor); Open English WordNet does not, and is judged by the order of senses instead.
"""

import io
import os
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from datakit.augmentation.lexicon import nltk_data
from datakit.augmentation.lexicon.tokens import FUNCTION_WORDS
from datakit.core.errors import Problem, UsageError
from datakit.core.files import write_atomically

if TYPE_CHECKING:
    from nltk.corpus.reader.wordnet import WordNetCorpusReader

#: Where Debian's package `wordnet-base` puts Princeton's WordNet 3.0.
DEBIAN = Path("/usr/share/wordnet")

#: Counts up whenever the table's content or layout changes.
FORMAT = 4

POS_FILES = {"n": "noun", "v": "verb", "a": "adj", "r": "adv"}

#: Least share of a word's uses in which the synonym means the same, and least product of that share and its
#: counterpart for the synonym. Chosen on 7,500 texts by reading the pairs that lower values let in
#: (`item`, `point`; `night`, `dark`).
DOMINANT = 0.5
MUTUAL = 0.25

#: Least share of a word's uses that its part of speech must have, of the word that goes as of the one that comes.
#: A rarer reading is more often the tagger's error than the writer's meaning, or odd: `girl`, `miss`.
LIKELY = 0.25

#: Fewest letters of a synonym; the shorter ones are abbreviations (`lb`, `hr`, `yr`).
SHORTEST = 3

#: Fewest tagged uses of a word that counts as common. Of 100 substitutions that a reader judged, 13 of the 24 bad
#: ones brought a rarer word (`person`, `mortal`; `poor`, `piteous`), and 6 of 41 good ones.
MIN_COMMON_USES = 5

#: Fewest senses of a word that counts as common where there are no counts: the number of a word's meanings
#: grows with its frequency (Zipf 1945, "The meaning-frequency relationship of words").
MIN_COMMON_SENSES = 2


class Lexicon(msgspec.Struct, frozen=True, array_like=True, kw_only=True):
    """What the operators need of WordNet. The outer keys are parts of speech: n, v, a, r."""

    frequencies: bool  #: whether the senses are counted
    uses: dict[str, dict[str, int]]  #: single words and how often they are tagged, uncounted: number of senses
    synonyms: dict[str, dict[str, tuple[str, ...]]]  #: safe synonyms, the most used first
    collocations: frozenset[str]  #: `a_b` for words that stand side by side in a multi-word entry
    irregular: dict[str, dict[str, tuple[str, ...]]]  #: base form -> forms that no rule gives
    bases: dict[str, dict[str, tuple[str, ...]]]  #: and back
    written: dict[str, int]  #: words of the glosses and examples, and how often they stand there


@cache
def load() -> Lexicon:
    """Return the table, compiled on the first call on this machine (about 10 s), else read from the cache.

    Raises:
        UsageError: there is no WordNet on this machine.
    """
    source = find_source()
    path = cache_folder() / f"wordnet-{digest(source)}.msgpack"
    if not path.exists():
        write_atomically(path, msgspec.msgpack.encode(compile_lexicon(source)))
    return msgspec.msgpack.decode(path.read_bytes(), type=Lexicon)


def cache_folder() -> Path:
    """Return the user's cache folder of datakit (XDG base directory specification)."""
    return Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache").expanduser() / "datakit"


def find_source() -> nltk_data.Folder:
    """Return the folder of a WordNet, one that counts its senses rather than one that does not.

    Raises:
        UsageError: there is none; the message holds the commands that install one.
    """
    folders: list[nltk_data.Folder] = [DEBIAN] if (DEBIAN / "data.noun").is_file() else []
    if found := nltk_data.find("corpora/wordnet"):
        folders.insert(0, found)
    if not folders:
        raise UsageError(
            Problem(
                where="wordnet",
                got="neither NLTK's data nor Debian's package is on this machine",
                fix="apt-get install wordnet-base, or: python -m nltk.downloader wordnet",
            )
        )
    return next((folder for folder in folders if _read(folder, "cntlist.rev")), folders[0])


def compile_lexicon(source: nltk_data.Folder) -> Lexicon:
    """Read a WordNet folder with NLTK's reader and return the table."""
    reader = _reader(source)
    counts = {key: int(n) for key, _, n in map(str.split, _read(source, "cntlist.rev").decode().splitlines())}
    words = {pos: dict(_words(reader, pos, counts)) for pos in POS_FILES}
    exceptions = {pos: _exceptions(source, suffix) for pos, suffix in POS_FILES.items()}
    return Lexicon(
        frequencies=bool(counts),
        uses={
            pos: {name: _uses(word, counted=bool(counts)) for name, word in words[pos].items()}
            for pos in POS_FILES
        },
        synonyms={pos: _synonyms(words, pos, counted=bool(counts)) for pos in POS_FILES},
        collocations=frozenset(_collocations(reader)),
        irregular={pos: _inverse(forms) for pos, forms in exceptions.items()},
        bases=exceptions,
        written=_written(source),
    )


@dataclass(frozen=True)
class _Word:
    """A single word as one part of speech: its senses in WordNet's order, as NLTK's lemmas."""

    senses: tuple[Any, ...]
    counts: tuple[int, ...]  # tagged uses by sense

    @cached_property
    def weights(self) -> tuple[float, ...]:
        """The senses' likely shares of the word's uses."""
        # Where nothing was counted the senses, ordered by frequency, are taken to follow Zipf's law.
        raw = self.counts if any(self.counts) else [1 / rank for rank in range(1, len(self.counts) + 1)]
        return tuple(weight / sum(raw) for weight in raw)

    @cached_property
    def peers(self) -> Mapping[str, float]:
        """Every lemma of the senses, and the share of the word's uses in which it means the same."""
        shares: dict[str, float] = {}
        for sense, weight in zip(self.senses, self.weights, strict=True):
            for lemma in sense.synset().lemmas():
                shares[lemma.name()] = shares.get(lemma.name(), 0) + weight
        return shares


def _words(reader: "WordNetCorpusReader", pos: str, counts: Mapping[str, int]) -> Iterator[tuple[str, _Word]]:
    for name in sorted(reader.all_lemma_names(pos)):
        if not (name.isascii() and name.isalpha()):
            continue
        # NLTK also answers with the senses of the base forms of a name that looks inflected.
        senses = [
            lemma
            for synset in reader.synsets(name, pos)
            for lemma in synset.lemmas()
            if lemma.name().lower() == name
        ]
        if senses:
            yield name, _Word(tuple(senses), tuple(counts.get(sense.key(), 0) for sense in senses))


def _synonyms(words: Mapping[str, Mapping[str, _Word]], pos: str, *, counted: bool) -> dict[str, tuple[str, ...]]:
    table = {}
    for name, word in words[pos].items():
        if name in FUNCTION_WORDS:
            continue
        candidates = {
            peer: round(share * other.peers[name], 6)
            for peer, share in word.peers.items()
            if share >= DOMINANT
            and peer != name
            and len(peer) >= SHORTEST
            and peer not in FUNCTION_WORDS
            and (other := words[pos].get(peer)) is not None
            and share * other.peers.get(name, 0) >= MUTUAL
            and _is_common(words, peer, pos, counted=counted)
            and _is_likely(words, peer, pos, counted=counted)
            and _is_plural(words, name, pos) == _is_plural(words, peer, pos)
            and _fits(word, other, pos)
        }
        if candidates:
            table[name] = tuple(sorted(candidates, key=lambda peer: (-candidates[peer], peer)))
    return table


def _uses(word: _Word, *, counted: bool) -> int:
    return sum(word.counts) if counted else len(word.counts)


def _is_likely(words: Mapping[str, Mapping[str, _Word]], name: str, pos: str, *, counted: bool) -> bool:
    uses = {kind: _uses(words[kind][name], counted=counted) for kind in POS_FILES if name in words[kind]}
    return uses[pos] >= LIKELY * sum(uses.values())


def _is_plural(words: Mapping[str, Mapping[str, _Word]], name: str, pos: str) -> bool:
    """Tell whether a noun is itself the plural of one: `authorities`, which no `a` or `is` goes with."""
    singulars = (name.removesuffix("s"), f"{name.removesuffix('ies')}y")
    return pos == "n" and name.endswith("s") and any(one != name and one in words["n"] for one in singulars)


def _is_common(words: Mapping[str, Mapping[str, _Word]], name: str, pos: str, *, counted: bool) -> bool:
    if counted:
        return _uses(words[pos][name], counted=counted) >= MIN_COMMON_USES
    return sum(len(words[p][name].counts) for p in POS_FILES if name in words[p]) >= MIN_COMMON_SENSES


def _fits(word: _Word, other: _Word, pos: str) -> bool:
    """Tell whether `other` takes the same place in a sentence, and is neither slur nor slang."""
    sense, peer = next(
        (mine, its) for mine in word.senses for its in other.senses if mine.synset() == its.synset()
    )
    if pos == "v" and not set(sense.frame_ids()) <= set(peer.frame_ids()):
        return False
    if pos == "n" and peer.name().endswith("ing") and not sense.name().endswith("ing"):
        return False  # delivery, bringing: a gerund wants other words around it
    return not _is_marked(peer)


def _is_marked(lemma: Any) -> bool:  # noqa: ANN401  (NLTK ships no types)
    """Tell whether WordNet labels the use of a word: slur, obscenity, archaism, slang, trade name, …."""
    return bool(lemma.usage_domains() or lemma.synset().usage_domains())


def _collocations(reader: "WordNetCorpusReader") -> Iterator[str]:
    for name in reader.all_lemma_names():
        parts = name.split("_")
        yield from (f"{first}_{second}" for first, second in pairwise(parts))


def _exceptions(source: nltk_data.Folder, suffix: str) -> dict[str, tuple[str, ...]]:
    lines = map(str.split, _read(source, f"{suffix}.exc").decode("latin-1").splitlines())
    return {form: tuple(bases) for form, *bases in lines if form.isalpha()}


def _written(source: nltk_data.Folder) -> dict[str, int]:
    glosses = (_read(source, f"data.{suffix}").decode("latin-1") for suffix in POS_FILES.values())
    return Counter(re.findall(r"[a-z]+", " ".join(re.findall(r"\| (.*)", "".join(glosses)))))


def _inverse(bases: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    table: dict[str, tuple[str, ...]] = {}
    for form, names in sorted(bases.items()):
        for name in names:
            table[name] = (*table.get(name, ()), form)
    return table


def _reader(source: nltk_data.Folder) -> "WordNetCorpusReader":
    """Return NLTK's reader over any folder.

    NLTK itself refuses folders outside its search path, insists on a file `lexnames` that Debian leaves out,
    and maps every WordNet to the one it finds by itself; none of this matters to what is read here.
    """
    from nltk.corpus.reader.wordnet import WordNetCorpusReader
    from nltk.data import PathPointer

    class Root(PathPointer):  # type: ignore[misc]  # NLTK ships no types
        """Stands for the folder; nothing is opened through it."""

        open = join = file_size = None

    class Reader(WordNetCorpusReader):  # type: ignore[misc]  # NLTK ships no types
        def open(self, file: str) -> io.StringIO:
            if file == "lexnames":
                return io.StringIO("".join(f"{i:02d}\t{i:02d}\t0\n" for i in range(45)))
            # One character a byte: the offsets in WordNet's files count bytes.
            return io.StringIO(_read(source, file).decode("latin-1"))

        def map_wn(self, version: str = "wordnet") -> None:
            del version

    return Reader(Root(), omw_reader=object())


def _read(source: nltk_data.Folder, file: str) -> bytes:
    path = source / file
    return path.read_bytes() if path.is_file() else b""


def digest(source: nltk_data.Folder) -> str:
    """Return 16 hex digits over the format and the files that the table is made from."""
    whole = sha256(b"%d" % FORMAT)
    suffixes = POS_FILES.values()
    parts = [f"{kind}.{s}" for kind in ("data", "index") for s in suffixes]
    for file in ("cntlist.rev", *parts, *(f"{s}.exc" for s in suffixes)):
        whole.update(sha256(_read(source, file)).digest())
    return whole.hexdigest()[:16]
