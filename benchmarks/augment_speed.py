"""Words replaced by WordNet synonyms: datakit, nlpaug, TextAttack and textaugment on the same sentences.

    python benchmarks/augment_speed.py [--data FOLDER] [--nltk-data FOLDER]
        --peer-python nlpaug=PATH textattack=PATH textaugment=PATH

Sentences of 15 to 30 words, a third each of critics, tweets and film reviews, come from the folder of data sets
(`--data` or DATAKIT_DATA). Every library runs in a process of its own, on one thread, the peers in the
interpreters that are given; all read the same NLTK data (`--nltk-data` or NLTK_DATA). TextAttack sees the first
50 sentences only: all of them would take many minutes.

- *load*: CPU seconds (user and system) for importing, loading the tables and one sentence.
- *first pass*: sentences per CPU second when they are seen for the first time, one text wanted of each.
- *n=1*, *n=5*: the median of repeated passes, once all is cached; seeding included. `texts` are distinct, and
  differ from their sentence in a word at least, case and spacing aside.
- *got*: such texts as a percentage of those wanted.
- *edits*: words that changed, a text.

`datakit, no tagger` goes by WordNet's counts, as where NLTK's tagger is not installed. Compiling datakit's table
(about 10 s, once a machine) is done before.
"""

import argparse
import gzip
import json
import os
import random
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from difflib import SequenceMatcher
from importlib import metadata
from pathlib import Path

# Peers run this file too: beyond the standard library, each builder imports what it measures.

SOURCES = ("sst2.train.jsonl.gz", "hate_offensive.all.jsonl.gz", "imdb_3k.train.jsonl.gz")
SENTENCE_END = re.compile(r"(?<=[.!?])\s+|(?:<br />)+")
SEED = 13
SHARD = 512  # as in `augment`
SLOW = {"textattack": 50}  # sentences
FEW, MANY = 1, 5
PASSES = {FEW: 5, MANY: 3}
ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")

COLUMNS = (
    "tool",
    "sentences",
    "first pass, sentences/CPU-s",
    "n=1, sentences/CPU-s",
    "datakit, times as many",
    "n=1, texts/CPU-s",
    "n=5, texts/CPU-s",
    "datakit, times as many",
    "got at n=1 / n=5, %",
    "edits",
    "load, CPU-s",
)

#: Gives at most n new texts for each sentence.
Augmenter = Callable[[Sequence[str], int], list[list[str]]]


def datakit() -> Augmenter:
    """Return the operator `synonym` in shards, with a generator a sentence, as `augment` calls it."""
    from datakit.augmentation.operators.synonym import Synonym
    from datakit.core.seeding import rng_for

    operator = Synonym()

    def variants(sentences: Sequence[str], n: int) -> list[list[str]]:
        made = []
        for i in range(0, len(sentences), SHARD):
            shard = sentences[i : i + SHARD]
            rngs = [rng_for(SEED, f"row-{i + place}", "synonym") for place in range(len(shard))]
            streams = operator.augment_many(shard, rngs, [n] * len(shard))
            made += [[edit.text for edit in stream] for stream in streams]
        return made

    return variants


def datakit_without_tagger() -> Augmenter:
    """Return the same where NLTK's data is not found."""
    from datakit.augmentation.lexicon import nltk_data

    nltk_data.search_path = list
    return datakit()


def nlpaug() -> Augmenter:
    """Return its WordNet augmenter, a tenth of the words."""
    from nlpaug.augmenter.word import SynonymAug

    augmenter = SynonymAug(aug_src="wordnet", aug_p=0.1)

    def variants(sentences: Sequence[str], n: int) -> list[list[str]]:
        if n == 1:  # a little quicker, and all that it does with a list
            return [[text] for text in augmenter.augment(sentences)]
        return [augmenter.augment(sentence, n=n) for sentence in sentences]

    return variants


def textattack() -> Augmenter:
    """Return its WordNet augmenter, a tenth of the words."""
    from textattack.augmentation import WordNetAugmenter

    def variants(sentences: Sequence[str], n: int) -> list[list[str]]:
        augmenter = WordNetAugmenter(pct_words_to_swap=0.1, transformations_per_example=n)
        return [augmenter.augment(sentence) for sentence in sentences]

    return variants


def textaugment_wordnet() -> Augmenter:
    """Return its WordNet augmenter of verbs and nouns; one text a call."""
    from textaugment import Wordnet

    augmenter = Wordnet(v=True, n=True, random_state=SEED)
    return lambda sentences, n: [[augmenter.augment(sentence) for _ in range(n)] for sentence in sentences]


def textaugment_eda() -> Augmenter:
    """Return its synonym replacement of EDA, a tenth of the words; one text a call, parts of speech aside."""
    from textaugment import EDA

    augmenter = EDA(random_state=SEED)

    def variant(sentence: str) -> str:
        return augmenter.synonym_replacement(sentence, n=max(1, round(0.1 * len(sentence.split()))))

    return lambda sentences, n: [[variant(sentence) for _ in range(n)] for sentence in sentences]


#: Title, package and builder of each tool.
TOOLS: dict[str, tuple[str, Callable[[], Augmenter]]] = {
    "datakit": ("datakit", datakit),
    "datakit, no tagger": ("datakit", datakit_without_tagger),
    "nlpaug": ("nlpaug", nlpaug),
    "TextAttack": ("textattack", textattack),
    "textaugment Wordnet": ("textaugment", textaugment_wordnet),
    "textaugment EDA": ("textaugment", textaugment_eda),
}


def timed(variants: Augmenter, sentences: Sequence[str], n: int) -> tuple[float, list[list[str]]]:
    """Return the CPU seconds of one pass, and its texts."""
    start = time.process_time()
    texts = variants(sentences, n)
    return time.process_time() - start, texts


def words(text: str) -> list[str]:
    """Return the words of a text, case aside."""
    return re.findall(r"\w+", text.lower())


def fresh(sentences: Sequence[str], texts: Sequence[Sequence[str]]) -> Iterator[int]:
    """Yield for each text that is new, among its siblings too, how many of the sentence's words changed."""
    for sentence, variants in zip(sentences, texts, strict=True):
        old = words(sentence)
        for new in {tuple(words(variant)) for variant in variants} - {tuple(old)}:
            blocks = SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
            yield sum(max(b - a, d - c) for kind, a, b, c, d in blocks if kind != "equal")


def measure(title: str, sentences: Sequence[str]) -> dict[str, float | str]:
    """Return a tool's figures, measured in this process."""
    package, build = TOOLS[title]
    sentences = sentences[: SLOW.get(package)]
    random.seed(SEED)
    start = time.process_time()
    variants = build()
    variants(["The critics saw a film about an old town and its people."], 1)
    figures: dict[str, float | str] = {"version": metadata.version(package), "sentences": len(sentences)}
    figures["load"] = time.process_time() - start
    figures["first"] = len(sentences) / timed(variants, sentences, FEW)[0]
    for n, passes in PASSES.items():
        runs = [timed(variants, sentences, n) for _ in range(passes)]
        seconds = statistics.median(seconds for seconds, _ in runs)
        edits = list(fresh(sentences, runs[-1][1]))
        figures[f"rate {n}"] = len(sentences) / seconds
        figures[f"texts {n}"] = len(edits) / seconds
        figures[f"got {n}"] = 100 * len(edits) / (n * len(sentences))
        if n == FEW:
            figures["edits"] = statistics.mean(edits)
    return figures


def sentences_from(folder: Path, count: int) -> list[str]:
    """Return sentences of 15 to 30 words, as many of each source, in random order."""
    rng = random.Random(SEED)
    chosen = []
    for i, name in enumerate(SOURCES):
        with gzip.open(folder / name, "rt", encoding="utf-8") as lines:
            texts = [json.loads(line)["text"] for line in lines]
        found = {part.strip() for text in texts for part in SENTENCE_END.split(text)}
        suitable = sorted(sentence for sentence in found if 15 <= len(sentence.split()) <= 30)
        chosen += rng.sample(suitable, count * (i + 1) // len(SOURCES) - len(chosen))
    rng.shuffle(chosen)
    return chosen


def answer(title: str, python: str | None, file: Path) -> dict[str, float | str] | str:
    """Return a tool's figures, measured in a process of its own, or why there are none."""
    if python is None:
        return "not measured: no --peer-python"
    command = [python, __file__, "--measure", title, str(file)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        return f"failed: {(done.stderr.strip() or 'no message').splitlines()[-1]}"
    return json.loads(done.stdout.splitlines()[-1])


def row(title: str, figures: dict[str, float | str] | str, ours: dict[str, float | str]) -> str:
    """Return a line of the table."""
    if isinstance(figures, str):
        return f"| {title} | {figures} |" + " |" * (len(COLUMNS) - 2)
    more = [ours[key] / figures[key] for key in (f"rate {FEW}", f"texts {MANY}")]
    cells = [
        f"{title} {figures['version']}",
        *(f"{figures[key]:,.0f}" for key in ("sentences", "first", f"rate {FEW}")),
        f"{more[0]:.1f}",
        *(f"{figures[key]:,.0f}" for key in (f"texts {FEW}", f"texts {MANY}")),
        f"{more[1]:.1f}",
        f"{figures[f'got {FEW}']:.0f} / {figures[f'got {MANY}']:.0f}",
        *(f"{figures[key]:.2f}" for key in ("edits", "load")),
    ]
    return f"| {' | '.join(cells)} |"


def main() -> None:
    """Measure datakit and the peers that were given."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    beside = Path(__file__).resolve().parents[2] / "shared" / "data"
    parser.add_argument("--data", type=Path, default=Path(os.environ.get("DATAKIT_DATA", beside)))
    parser.add_argument("--nltk-data", default=os.environ.get("NLTK_DATA", ""), metavar="FOLDER")
    parser.add_argument("--peer-python", nargs="+", default=[], metavar="PACKAGE=PATH")
    parser.add_argument("--sentences", type=int, default=2000)
    parser.add_argument("--measure", nargs=2, help=argparse.SUPPRESS)  # the call in a process of its own
    options = parser.parse_args()
    if options.measure:
        title, file = options.measure
        print(json.dumps(measure(title, json.loads(Path(file).read_text(encoding="utf-8")))))
        return

    os.environ.update(ONE_THREAD, NLTK_DATA=options.nltk_data)
    from datakit.augmentation.lexicon import wordnet

    wordnet.load()
    pythons = {"datakit": sys.executable, **dict(item.split("=", 1) for item in options.peer_python)}
    sentences = sentences_from(options.data, options.sentences)
    mean = statistics.mean(len(sentence.split()) for sentence in sentences)
    print(f"{len(sentences):,} sentences of {mean:.1f} words on average\n")
    print(f"| {' | '.join(COLUMNS)} |")
    print(f"|{'---|' * len(COLUMNS)}", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "sentences.json"
        file.write_text(json.dumps(sentences), encoding="utf-8")
        ours = None
        for title, (package, _) in TOOLS.items():
            figures = answer(title, pythons.get(package), file)
            ours = ours or figures
            print(row(title, figures, ours), flush=True)


if __name__ == "__main__":
    main()
