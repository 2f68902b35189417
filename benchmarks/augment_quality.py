"""What word edits do to real sentences: datakit, nlpaug, TextAttack and textaugment side by side.

    python benchmarks/augment_quality.py --judge-python PATH [--peer-python TOOL=PATH ...] [--data FOLDER]
        [--nltk-data FOLDER] [--wordnet FOLDER] [--rows N] [--sample N] [--forms]

Sentences are those of sst2, hate_offensive and imdb_3k (cut by NLTK's punkt). datakit runs through its verb,
over all rows of the train split, one new row a row; every tool also over the same `--rows` of these (TextAttack
over a quarter). All tools read WordNet 3.0 from `--wordnet`, and the rest from `--nltk-data`.

The judge takes nothing from datakit: edits come from a diff over words, sentences and words from NLTK's punkt
and Treebank tokenizer, parts of speech from `nltk.pos_tag`, senses from NLTK's WordNet reader, stop-words and
negations from NLTK's lists, forms from LemmInflect (in the interpreter `--judge-python`, which needs only that),
addresses and numbers from the patterns below. It shares with datakit the weights of the tagger and WordNet 3.0
itself.

`--sample` prints random substitutions of datakit for a reader to judge; `--forms` compares the inflected synonyms
of every word form in the sentences with LemmInflect's.
"""

import argparse
import difflib
import gzip
import json
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import nltk
from nltk.corpus import stopwords
from nltk.corpus import wordnet as senses
from nltk.sentiment.vader import VaderConstants
from nltk.tokenize import NLTKWordTokenizer, PunktTokenizer

import datakit as dk
from datakit.augmentation.augment import Augmented
from datakit.augmentation.lexicon import thesaurus
from datakit.augmentation.lexicon.inflection import POS_OF_TAG, inflect
from datakit.augmentation.lexicon.wordnet import DEBIAN

SETS = ("sst2", "hate_offensive", "imdb_3k")
OPERATORS = ("synonym", "random-insertion", "random-deletion", "random-swap", "insert-punctuation")
OWN_LIST = ("movie", "film", "begin", "woman")  # stands for the words that a user protects
IRREGULAR_OF_OWN_LIST = {"began", "begun", "beginning", "women"}

#: Frozen before any output of datakit was read: words that stand for no common word of a sentence. The first
#: ones are named in published complaints and earlier measurements, the others were guessed: symbols and
#: abbreviations read as words, and rude senses.
TRAPS = frozenset(
    " ".join(trap.split())
    for trap in """
    helium; information technology; world health organization; hindquarters; substance abuser; atomic number 2;
    crataegus laevigata; bequeath; antiophthalmic factor; astatine; atomic number 85; uranium; atomic number 92;
    ho; money plant; drug user; hebdomad; eupnoeic; tabun; shoal; dos; eld; yardbird; bowlful; father; howler;
    cant; pearl; ace; cost; colorado; cristal; atomic; joule; foot; familiar; blockade; accompany;
    maine; oregon; ohio; indium; atomic number 49; arsenic; atomic number 33; angstrom; angstrom unit; adenine;
    deoxyadenosine monophosphate; type a; group a; vitamin a; axerophthol; iodine; iodin; atomic number 53;
    associate in nursing; doh; ut; ampere; amp; beryllium; glucinium; atomic number 4; nobelium;
    atomic number 102; rich person; have got; comprise; personify; embody; exist; whitethorn; testament;
    tin; bathroom; john; toilet; gutter; buns; derriere; fanny; tush; posterior; keister; prat; rear end; nates;
    stern; rump; bottom; buttocks; buttock; tail end; tooshie; fundament; tin can; can buoy; privy;
    roll in the hay; screw; bed; bang; jazz; eff; lie with; get laid; have a go at it; make out; sleep together;
    hump; have sex; have intercourse; fuck; bonk; shtup; cocksucker; dickhead; prick; cock; dick; shaft;
    thousand; grand; yard; pixilated; wednesday; saturday; sabbatum; mar; marching; tempo; mon;
    mendelevium; lawrencium; thallium; americium; atomic number 95; atomic number 103; atomic number 16;
    ut1; tantalum; lithium; polonium; titanium; sami; saami; sumac
    """.split(";")  # noqa: SIM905  (a list of 150 strings is no easier to read)
)

ADDRESS = re.compile(r"(?:https?://|www\.)\S+|(?<![\w&])#\w+")
MENTION = re.compile(r"(?<!\w)@\w+")
PLACEHOLDER = re.compile(r"<[^<>\s]+>|\[[^\[\]\s]+\]|\{[^{}\s]+\}|&#?\w+;")
NUMBER = re.compile(r"\d[\d.,:/]*\d|\d")
WORD = re.compile(r"\w+(?:['\u2019](?!s\b)\w+)*|['\u2019]s\b|[^\w\s]")

PEERS = {
    "nlpaug": """
import nlpaug.augmenter.word as naw
tool = naw.SynonymAug(aug_src="wordnet", aug_p=0.1)
edit = lambda text: tool.augment(text)[0]
""",
    "textattack": """
from textattack.augmentation import WordNetAugmenter
tool = WordNetAugmenter()
edit = lambda text: tool.augment(text)[0]
""",
    "textaugment-wordnet": """
from textaugment import Wordnet
tool = Wordnet(v=True, n=True, p=0.5, random_state=1)
edit = tool.augment
""",
    "textaugment-eda": """
from textaugment import EDA
tool = EDA(random_state=1)
edit = lambda text: tool.synonym_replacement(text, n=2)
""",
}
PEER = """
import json, random, sys
import numpy
random.seed(1)
numpy.random.seed(1)
{setup}
pairs, failed = [], 0
for text in json.load(open(sys.argv[1])):
    try:
        pairs.append((text, str(edit(text))))
    except Exception as error:
        failed += 1
        print(type(error).__name__, error, file=sys.stderr)
json.dump([pairs, failed], open(sys.argv[2], "w"))
"""
SLOW = ("textattack",)

LEMMINFLECT = """
import json, sys
from lemminflect import getAllLemmas, getAllLemmasOOV, getInflection
KIND = {"N": "NOUN", "V": "VERB", "J": "ADJ", "R": "ADV"}
asked = json.load(sys.stdin)
def has_form(word, tag):
    kind = KIND[tag[0]]
    lemmas = getAllLemmas(word, upos=kind).get(kind) or getAllLemmasOOV(word, upos=kind).get(kind, ())
    return any(word in getInflection(lemma, tag, inflect_oov=True) for lemma in lemmas)
def forms(base, tag):
    return getInflection(base, tag, inflect_oov=False)
json.dump([has_form(*pair) for pair in asked["has_form"]], sys.stdout)
print()
json.dump([forms(*pair) for pair in asked["forms"]], sys.stdout)
"""


class Pair(NamedTuple):
    """A text and what a tool made of it."""

    source: str
    new: str
    spans: tuple[tuple[int, int, str], ...] = ()  # of datakit


class Sub(NamedTuple):
    """One word that was replaced, as the diff sees it."""

    old: str
    new: str  # may be several words
    tag: str  # of `old`, by `nltk.pos_tag`
    opens: bool  # whether it is the first word of its sentence


# --- texts and tools
# ------------------------------------------------------------------------------------------


def prepare_nltk(folder: Path, nltk_data: Path, wordnet: Path) -> None:
    """Lay down NLTK data with WordNet 3.0 in place of its own, for this process and those it starts."""
    shutil.copytree(nltk_data, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("wordnet.zip"))
    home = folder / "corpora" / "wordnet"
    shutil.copytree(wordnet, home)
    # Debian leaves both out. NLTK asks for them, but reads only numbers out of the first, nothing of the second.
    (home / "lexnames").write_text("".join(f"{i:02d}\t{i:02d}\t0\n" for i in range(45)))
    (home / "index.sense").touch()
    os.environ["NLTK_DATA"] = str(folder)
    nltk.data.path[:] = [str(folder)]


def read(folder: Path, name: str, part: str) -> list[dict[str, Any]]:
    """Return the rows of a file, gzipped or not; none where there is no such file."""
    for path, opener in ((folder / f"{name}.{part}.jsonl.gz", gzip.open), (folder / f"{name}.{part}.jsonl", open)):
        if path.exists():
            with opener(path, "rt", encoding="utf-8") as lines:
                return [json.loads(line) for line in lines]
    return []


def splits_of(folder: Path, name: str) -> dk.Splits:
    """Return a data set by split: as published, cut into sentences, or divided by datakit."""
    parts = {"train": "train", "validation": "dev", "test": "test", "all": "all"}
    rows = {split: read(folder, name, part) for split, part in parts.items()}
    if name == "imdb_3k":
        rows = {split: list(sentence_rows(of_split)) for split, of_split in rows.items()}
    corpora = {
        split: dk.Corpus.from_rows([{key: row[key] for key in ("id", "text", "label")} for row in of_split])
        for split, of_split in rows.items()
        if of_split
    }
    return dk.split(corpora["all"]) if "all" in corpora else dk.Splits(corpora)


def sentence_rows(rows: Iterable[Mapping[str, str]]) -> Iterator[dict[str, str]]:
    """Yield the sentences of each row as rows, those of at least three words."""
    punkt = PunktTokenizer()
    for row in rows:
        for i, sentence in enumerate(punkt.tokenize(row["text"])):
            if len(sentence.split()) >= 3:
                yield {"id": f"{row['id']}-{i}", "text": sentence, "label": row["label"]}


def ours(splits: dk.Splits, operator: str, **options: Sequence[str]) -> tuple[list[Pair], Augmented]:
    """Return the new rows of the verb, one a row of train at most, and all that it returned."""
    double = {label: 2 * n for label, n in splits.train.label_counts.items()}
    result = dk.augment(splits, target=double, operators=[{"name": operator, **options}], max_per_row=1)
    texts = dict(zip(splits.train.ids, splits.train.texts, strict=True))
    new = [row for row in result.train.rows() if row["parent"] is not None]
    return [
        Pair(
            texts[row["parent"]],
            row["text"],
            tuple((edit["start"], edit["stop"], edit["text"]) for edit in row["edits"]),
        )
        for row in new
    ], result


def theirs(tool: str, python: str, texts: Sequence[str]) -> tuple[list[Pair], int]:
    """Return a peer's outputs, and on how many texts it failed."""
    with tempfile.TemporaryDirectory() as folder:
        asked, answer = Path(folder) / "asked", Path(folder) / "answer"
        asked.write_text(json.dumps(texts))
        subprocess.run([python, "-c", PEER.format(setup=PEERS[tool]), str(asked), str(answer)], check=True)
        pairs, failed = json.loads(answer.read_text())
    return [Pair(*pair) for pair in pairs], failed


# --- the judge
# ------------------------------------------------------------------------------------------


def tags_of(text: str) -> dict[int, tuple[str, bool]]:
    """Return by start of a word its tag and whether it opens a sentence."""
    found = {}
    for start, stop in punkt().span_tokenize(text):
        sentence = text[start:stop]
        try:
            spans = list(NLTKWordTokenizer().span_tokenize(sentence))
        except ValueError:  # it cannot align some quotation marks
            spans = [match.span() for match in WORD.finditer(sentence)]
        tagged = nltk.pos_tag([sentence[a:b] for a, b in spans])
        words = [i for i, (word, _) in enumerate(tagged) if word[0].isalnum()]
        for i, ((a, _), (_, tag)) in enumerate(zip(spans, tagged, strict=True)):
            found[start + a] = (tag, bool(words) and i == words[0])
    return found


@cache
def punkt() -> PunktTokenizer:
    """Return NLTK's splitter of sentences."""
    return PunktTokenizer()


def differences(source: str, new: str) -> tuple[list[Sub], bool]:
    """Return the words replaced, and whether a kept word changed its case."""
    before, after = list(WORD.finditer(source)), WORD.findall(new)
    words = [match.group() for match in before]
    matcher = difflib.SequenceMatcher(None, [w.lower() for w in words], [w.lower() for w in after], autojunk=False)
    tags, recased, subs = tags_of(source), False, []
    for kind, a, b, c, d in matcher.get_opcodes():
        if kind == "equal":
            recased |= words[a:b] != after[c:d]
        elif kind == "replace" and (b - a == d - c or b - a == 1):
            together = [after[c:d]] if b - a == 1 else [[word] for word in after[c:d]]
            for match, pieces in zip(before[a:b], together, strict=True):
                old, put = match.group(), " ".join(pieces)
                if old[0].isalnum() and put[0].isalnum() and letters(old) != letters(put):
                    subs.append(Sub(old, put, *tags.get(match.start(), ("", False))))
    return subs, recased


def letters(text: str) -> str:
    """Return the letters and digits of a text."""
    return re.sub(r"\W", "", text)


def skeleton(text: str) -> str:
    """Return a text with every run of words and single blanks as one `w`."""
    return re.sub(r"w(?: w)+", "w", re.sub(r"\w+", "w", text))


def sense_rank(sub: Sub) -> int | None:
    """Return the rank of the first sense of the old word that has the new one; 0: none has, None: no such kind."""
    kind = POS_OF_TAG.get(sub.tag)
    if kind is None:
        return None
    old, new = sub.old.lower(), sub.new.lower().replace(" ", "_")
    others = {new, new.replace("_", "-"), *senses._morphy(new, kind)}  # noqa: SLF001  (`morphy` gives one base only)
    ranks = [
        rank
        for base in senses._morphy(old, kind) or [old]  # noqa: SLF001
        for rank, synset in enumerate(senses.synsets(base, kind), 1)
        if others & {name.lower() for name in synset.lemma_names()}
    ]
    return min(ranks, default=0)


def lemminflect(python: str, **asked: Sequence[Sequence[str]]) -> tuple[list[bool], list[list[str]]]:
    """Ask LemmInflect whether words are the forms that tags name, and for the forms of bases."""
    questions = {"has_form": [], "forms": [], **asked}
    process = subprocess.run(
        [python, "-c", LEMMINFLECT], input=json.dumps(questions), capture_output=True, text=True, check=True
    )
    has_form, forms = map(json.loads, process.stdout.splitlines())
    return has_form, forms


ROWS = (  # title, numerator, denominator
    ("identical to the input", "identical", "rows"),
    ("  but for case and blanks", "case only", "rows"),
    ("spacing/punctuation skeleton changed", "skeleton", "rows"),
    ("kept words re-cased", "re-cased", "rows"),
    ("@mention broken", "mention broken", "mention"),
    ("URL/#tag broken", "address broken", "address"),
    ("placeholder or entity broken", "placeholder broken", "placeholder"),
    ("rows with numbers: changed", "number broken", "number"),
    ("subs of stop-words", "stop-word", "subs"),
    ("subs of negations", "negation", "subs"),
    ("subs of proper nouns (by tag)", "proper noun", "subs"),
    ("subs of words capitalised inside a sentence", "capitalised", "subs"),
    ("inserted multi-words", "multi-word", "subs"),
    ("inflection lost, of inflected words", "form lost", "inflected"),
    ("not a synonym for the context POS", "not a synonym", "ranked"),
    ("synonym only via sense rank > 1", "later sense", "ranked"),
    ("rows with trap words", "trap", "rows"),
)
OTHER_ROWS = (
    ("not the source with its spans replaced", "not rebuilt", "rows"),
    ("equal to any row or sibling", "copies", "rows"),
    ("a stop-word or negation gone or new", "protected", "rows"),
    *(row for row in ROWS if row[1] in ("identical", "case only", "re-cased") or row[1].endswith("broken")),
)
PROTECTED = {f"{kind} broken" for kind in ("mention", "address", "placeholder", "number")}
PROTECTED |= {"stop-word", "negation", "proper noun", "capitalised"}
KEPT = {"mention": MENTION, "address": ADDRESS, "placeholder": PLACEHOLDER, "number": NUMBER}
INFLECTED = {"NNS", "VBZ", "VBG", "VBD", "VBN", "JJR", "JJS"}


def is_negation(word: str) -> bool:
    """Tell whether VADER counts a word as a negation."""
    return word in VaderConstants.NEGATE or word.endswith(("n't", "n\u2019t"))


def tally(pairs: Sequence[Pair], judge_python: str) -> tuple[Counter[str], list[tuple[Pair, Sub]]]:
    """Count what `ROWS` names; return the substitutions too, all and in order."""
    stop, count, found = set(stopwords.words("english")), Counter(rows=len(pairs)), []
    for pair in pairs:
        source, new = pair.source, pair.new
        subs, recased = differences(source, new)
        found += [(pair, sub) for sub in subs]
        count["identical"] += source == new
        count["case only"] += source != new and source.lower().split() == new.lower().split()
        count["skeleton"] += skeleton(source) != skeleton(new)
        count["re-cased"] += recased
        for name, pattern in KEPT.items():
            tokens = Counter(pattern.findall(source))
            count[name] += bool(tokens)
            count[f"{name} broken"] += bool(tokens - Counter(pattern.findall(new)))
        count["trap"] += any(sub.new.lower() in TRAPS for sub in subs)
    articles = [sub for _, sub in found if {sub.old.lower(), sub.new.lower()} == {"a", "an"}]
    subs = [sub for _, sub in found if {sub.old.lower(), sub.new.lower()} != {"a", "an"}]
    count["articles"], count["subs"] = len(articles), len(subs)
    for sub in subs:
        old, rank = sub.old.lower(), sense_rank(sub)
        count["stop-word"] += old in stop
        count["negation"] += is_negation(old)
        count["proper noun"] += sub.tag.startswith("NNP")
        count["capitalised"] += sub.old[0].isupper() and not sub.opens
        count["multi-word"] += " " in sub.new
        count["ranked"] += rank is not None
        count["not a synonym"] += rank == 0
        count["later sense"] += rank is not None and rank > 1
    inflected = [(sub.new.lower().split()[0], sub.tag) for sub in subs if sub.tag in INFLECTED]
    right, _ = lemminflect(judge_python, has_form=inflected)
    count["inflected"], count["form lost"] = len(inflected), right.count(False)
    return count, found


def rebuilt(pair: Pair) -> str:
    """Return the source with its spans replaced."""
    pieces, end = [], 0
    for start, stop, text in pair.spans:
        pieces += [pair.source[end:start], text]
        end = stop
    return "".join([*pieces, pair.source[end:]])


def outside_spans(pair: Pair) -> bool:
    """Tell whether all is the same outside the spans: rebuilt from them, and by an alignment that ignores them."""
    # Words come one for one, so without the spans too each stands against one, in a frame that must be the same.
    old, new = (re.split(r"(\w+)", text) for text in (pair.source, pair.new))
    if len(old) != len(new) or old[::2] != new[::2]:
        return False
    changed, at = [], 0
    for before, after in zip(old, new, strict=True):
        if before != after:
            changed.append((at, at + len(before), after))
        at += len(before)
    return rebuilt(pair) == pair.new and changed == [tuple(span) for span in pair.spans]


def copies(splits: dk.Splits, new: Sequence[str]) -> int:
    """Return how many new texts equal another new one or a row of any split, folded and squeezed."""

    def fold(text: str) -> str:
        return " ".join(text.casefold().split())

    old = {fold(text) for corpus in splits.values() for text in corpus.texts}
    folded = [fold(text) for text in new]
    return sum(text in old for text in folded) + len(folded) - len(set(folded))


def inexact(splits: dk.Splits, result: Augmented) -> int:
    """Return how many classes neither have the rows that were wanted nor say by how many they fell short."""
    counts = Counter(label for labels in result.train.label_sets for label in labels)
    short = {shortfall.label: shortfall.wanted - shortfall.added for shortfall in result.shortfalls}
    assert result.train.texts[: len(splits.train)] == splits.train.texts  # noqa: S101
    return sum(counts[label] + short.get(label, 0) != wanted for label, wanted in result.wanted.items())


# --- what is printed
# ------------------------------------------------------------------------------------------


def table(columns: Mapping[str, Counter[str]], rows: Sequence[tuple[str, str, str]] = ROWS) -> Iterator[str]:
    """Yield the lines of the table: a percentage, and of how many."""
    yield f"| % | {' | '.join(columns)} |"
    yield f"|---|{'---|' * len(columns)}"
    yield f"| rows | {' | '.join(format(count['rows'], ',') for count in columns.values())} |"
    yield f"| substitutions | {' | '.join(format(count['subs'], ',') for count in columns.values())} |"
    for title, part, whole in rows:
        cells = (
            f"{100 * count[part] / count[whole]:.2f}" + (f" ({count[part]})" if 0 < count[part] < 100 else "")
            if count[whole]
            else ""
            for count in columns.values()
        )
        yield f"| {title} | {' | '.join(cells)} |"


def words_touched(pairs: Iterable[Pair], words: AbstractSet[str]) -> int:
    """Return in how many rows one of these words is gone, or new; `a` that became `an` is neither."""
    kept = words - {"a", "an"}

    def counted(text: str) -> Counter[str]:
        return Counter(word for word in re.findall(r"\w+(?:['\u2019]\w+)?", text.lower()) if word in kept)

    return sum(counted(pair.source) != counted(pair.new) for pair in pairs)


def forms_of(words: Iterable[str]) -> set[str]:
    """Return these words in their regular inflections."""
    endings = ("", "s", "es", "d", "ed", "ing", "er", "est", "ly")
    return {stem + ending for word in words for stem in (word, word.removesuffix("e")) for ending in endings}


def forms_compared(texts: Iterable[str], judge_python: str) -> Iterator[str]:
    """Yield the inflected synonyms of the word forms in the texts that LemmInflect knows otherwise."""
    words, seen = thesaurus.load(), Counter(word for text in texts for word in re.findall(r"[a-z]+", text.lower()))
    cases: dict[tuple[str, str], tuple[str | None, int]] = {}
    for word, n in sorted(seen.items()):
        for tag in sorted(INFLECTED):
            entry = words.entry(word, tag)
            bases = words.lexicon.synonyms[POS_OF_TAG[tag]].get(entry.base, ()) if entry.base else ()
            for base in bases:
                made, before = inflect(words.lexicon, base, tag), cases.get((base, tag), (None, 0))[1]
                cases[base, tag] = (made, before + n)
    _, known = lemminflect(judge_python, forms=list(cases))
    outcome = Counter()
    lines = []
    for ((base, tag), (made, n)), forms in zip(cases.items(), known, strict=True):
        verdict = (
            "unknown to LemmInflect" if not forms
            else "not formed" if made is None
            else "the same" if made in forms[:1]
            else "a lesser form" if made in forms
            else "WRONG"
        )  # fmt: skip
        outcome[verdict] += 1
        if verdict != "the same":
            lines.append((verdict, -n, f"{verdict}: {base} {tag} {made} {forms} x{n}"))
    yield str(dict(outcome))
    yield from (line for *_, line in sorted(lines))


def main() -> None:
    """Measure, or print what a reader is to judge."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    beside = Path(__file__).resolve().parents[2] / "shared" / "data"
    parser.add_argument("--data", type=Path, default=Path(os.environ.get("DATAKIT_DATA", beside)))
    parser.add_argument("--nltk-data", type=Path, help="default: nltk_data in --data")
    parser.add_argument("--wordnet", type=Path, default=DEBIAN, help="a folder with WordNet 3.0")
    parser.add_argument("--judge-python", required=True, help="an interpreter that has lemminflect")
    parser.add_argument("--peer-python", nargs="*", default=[], metavar="TOOL=PATH", help=f"of {', '.join(PEERS)}")
    parser.add_argument("--rows", type=int, default=2000, help="sentences that every tool gets")
    parser.add_argument("--sample", type=int, default=0, metavar="N")
    parser.add_argument("--forms", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        prepare_nltk(Path(folder), options.nltk_data or options.data / "nltk_data", options.wordnet)
        measure(options)


def measure(options: argparse.Namespace) -> None:
    """Print the guarantees of datakit set by set, then the table of all tools."""
    splits = {name: splits_of(options.data, name) for name in SETS}
    texts = {name: [text for text in of.train.texts if text.strip()] for name, of in splits.items()}
    if options.forms:
        print("\n".join(forms_compared((text for of in texts.values() for text in of), options.judge_python)))
        return
    made = {name: ours(of, "synonym") for name, of in splits.items()}
    counts = {name: tally(pairs, options.judge_python) for name, (pairs, _) in made.items()}
    print("## What must hold, over all rows\n")
    held = {name: guarantees(splits[name], *made[name], counts[name][0]) for name in SETS}
    print(f"| | {' | '.join(held)} |\n|---|{'---|' * len(held)}")
    for title in held[SETS[0]]:
        print(f"| {title} | {' | '.join(format(of[title], ',') for of in held.values())} |")
    chosen = [text for of in texts.values() for text in random.Random(1).sample(of, options.rows // len(SETS))]
    columns = {tool: peer_column(tool, chosen, options) for tool in PEERS}
    same = set(chosen)
    own = [pair for pairs, _ in made.values() for pair in pairs if pair.source in same]
    columns["datakit, the same rows"], _ = tally(own, options.judge_python)
    columns["datakit, all rows"] = sum((count for count, _ in counts.values()), Counter())
    print("\n## All tools\n")
    print("\n".join(table({tool: count for tool, count in columns.items() if count})))
    print("\n## The other operators on words, sst2\n")
    print("\n".join(table(dict(other_operators(splits["sst2"], options.judge_python)), OTHER_ROWS)))
    if options.sample:
        print("\n## Substitutions to judge\n")
        subs = [
            (pair, sub)
            for _, found in counts.values()
            for pair, sub in found
            if sub.old.lower() not in ("a", "an")
        ]
        for pair, sub in random.Random(7).sample(subs, options.sample):
            print(f"- {sub.old} -> {sub.new} ({sub.tag}): {pair.new!r}")


def peer_column(tool: str, texts: Sequence[str], options: argparse.Namespace) -> Counter[str]:
    """Return a peer's counts, none where it has no interpreter."""
    pythons = dict(entry.split("=", 1) for entry in options.peer_python)
    python = pythons.get(tool.partition("-")[0])
    if python is None:
        return Counter()
    given = random.Random(2).sample(texts, len(texts) // 4) if tool in SLOW else texts
    pairs, failed = theirs(tool, python, given)
    print(f"{tool}: {failed} of {len(given)} texts failed", file=sys.stderr)
    return tally(pairs, options.judge_python)[0]


def other_operators(splits: dk.Splits, judge_python: str) -> Iterator[tuple[str, Counter[str]]]:
    """Yield the counts of each operator on words, also of what it breaks outside its spans."""
    for operator in OPERATORS:
        pairs, _ = ours(splits, operator)
        count, _ = tally(pairs, judge_python)
        count["not rebuilt"] = sum(rebuilt(pair) != pair.new for pair in pairs)
        count["copies"] = copies(splits, [pair.new for pair in pairs])
        count["protected"] = words_touched(pairs, {*stopwords.words("english"), *VaderConstants.NEGATE})
        yield operator, count


def guarantees(splits: dk.Splits, pairs: Sequence[Pair], result: Augmented, count: Counter[str]) -> dict[str, int]:
    """Return by title what must be none, after three lines of how much there is."""
    labels = {word for label in splits.train.label_counts for word in re.findall("[a-z]+", label.lower())}
    own, _ = ours(splits, "synonym", protect=OWN_LIST)
    return {
        "rows of train": len(splits.train),
        "new rows": len(pairs),
        "substitutions": count["subs"],
        "outputs not byte-identical outside the spans": sum(not outside_spans(pair) for pair in pairs),
        **{title: count[part] for title, part, _ in ROWS if part in PROTECTED},
        "rows where a label word was taken or put in": words_touched(pairs, forms_of(labels)),
        "rows where a word of the user's list was": words_touched(own, forms_of(OWN_LIST) | IRREGULAR_OF_OWN_LIST),
        "outputs equal to any row or sibling": copies(splits, [pair.new for pair in pairs]),
        "classes neither exact nor short by the number told": inexact(splits, result),
    }


if __name__ == "__main__":
    main()
