"""Texts that are nearly the same: what validation reports, and what splitting keeps on one side.

A text is its set of shingles: two neighbouring words, where the ends of the text count as words. Two texts are
compared by the shingles that they share and those that they do not:

    similarity = s / (s + max(u / 2 - 1, 0))

`s` adds up the shared shingles, each weighted by its rarity, 4 / (3 + log2 df) for one that `df` texts hold and at
least 1/3: 1 for a shingle of these two texts only, 1/2 at 32 texts, 1/3 from 512 on. A shared rare phrase tells
a copy, a phrase shared by many only a template ("what is the capital of ..."); the least weight keeps a thousand
copies of one long text together. `u` counts the shingles that only one of the two holds. Replacing one word makes
four of them in a text of any length, so half an edit is forgiven. The weights and the half edit were found by
measuring (`benchmarks/results/near_duplicates.md`): at equal recall they report fewer pairs of the files as they
are than Jaccard similarity does, plain or weighted by idf.

The search is a prefix filter: a pair that reaches the threshold shares one of the rarest shingles of both texts
(Chaudhuri et al. 2006, https://doi.org/10.1109/ICDE.2006.9; Bayardo et al. 2007,
https://doi.org/10.1145/1242572.1242591). Unlike MinHash with banding it misses no pair by bad luck, and it has few
candidates, because the rarest shingles of most texts occur nowhere else. Every candidate is then verified.
"""

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from datakit.core.corpus import Corpus
from datakit.core.hashing import GOLDEN, scattered
from datakit.core.text import ends_of

Ints = npt.NDArray[np.int64]
Hashes = npt.NDArray[np.uint64]
Floats = npt.NDArray[np.float32]
_Integer = TypeVar("_Integer", bound=np.integer)

BLOCK_CHARS = 1 << 21  # hashed at a time; about 60 bytes of work space a character
BLOCK_CANDIDATES = 1 << 22  # collected at a time
BLOCK_VERIFIED = 1 << 22  # shingles of pairs compared at a time
BLOCK_TEXTS = 1 << 16  # whose prefixes are cut at a time
HASH_BITS_OF_SHARD = 4  # the hashes are sorted in 16 parts, each by itself
LEAST_WEIGHT = 1 / 3  # of a shingle that 512 texts or more hold
TOLERANCE = 1e-5  # sums of float32 weights

# Of the texts that share a shingle, each is compared with all others up to 32 texts; in a larger crowd with ever
# fewer neighbours in MinHash order, at least 4, which is enough to link the crowd but never quadratic.
ALL_PAIRS = 32
FEWEST_NEIGHBOURS = 4

# Scripts written without spaces between words, whose characters are taken one by one, as Unicode's word boundaries
# do where they have no dictionary (UAX #29; UAX #14 classes ID, CJ and SA).
UNSPACED = (
    (0x0E00, 0x0EFF),  # Thai, Lao
    (0x1000, 0x109F),  # Myanmar
    (0x1780, 0x17FF),  # Khmer
    (0x2E80, 0x312F),  # Han radicals, kana, bopomofo
    (0x31A0, 0x9FFF),  # kana, Han
    (0xF900, 0xFAFF),  # Han
    (0x20000, 0x3FFFF),  # Han
)


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Pairs:
    """Pairs of near-duplicates, sorted by `a`, then `b`."""

    a: Ints  #: shape (pairs,); index of the earlier text
    b: Ints  #: shape (pairs,); index of the later text, `a < b`
    similarity: Floats  #: shape (pairs,); threshold..1

    def __len__(self) -> int:
        """Return the number of pairs."""
        return len(self.a)


def near_pairs(texts: Sequence[str], *, threshold: float = 0.65, between: int | None = None) -> Pairs:
    """Return the pairs of texts that are nearly the same, each verified.

    Where more than 32 texts share a shingle, each is compared with its neighbours in MinHash order only: a crowd
    of copies is linked, not listed pair by pair. Elsewhere no pair is missed. A text without a letter, digit or
    symbol is near nothing; of one that is longer than `core.text.ENDS` the ends are compared. The order of the
    texts makes no difference but to the indices.

    Args:
        texts: shape (n,), normalised by `datakit.core.text.normalise`, each once. Rarity is counted over all of
            them, so texts that are to be compared across splits are passed together.
        threshold: least similarity, above 0, up to 1; 1 allows half an edit. At 0.65, 95% of the copies with one
            word replaced are found in each of trec6, sms_spam, banking77, sst2 and hate_offensive.
        between: of all those pairs, return only those of one of the first `between` texts and one of the others.
            Much quicker where most are pairs of the others.

    Raises:
        ValueError: if the threshold is out of range.
    """
    if not 0 < threshold <= 1:
        raise ValueError(f"threshold is {threshold}; give a similarity above 0 and up to 1")
    shared = _shared_shingles(list(map(ends_of, texts)))
    slack = (1 - threshold) / threshold
    found = [
        _verified(shared, keys[low:high], slack)
        for keys in _candidates(shared, slack, between)
        for low, high in _blocks(shared.held(keys), BLOCK_VERIFIED)
    ]
    keys = np.concatenate([np.empty(0, np.int64), *(keys for keys, _ in found)])
    keys, first = np.unique(keys, return_index=True)
    similarity = np.concatenate([np.empty(0, np.float32), *(similarity for _, similarity in found)])[first]
    a, b = np.divmod(keys, max(len(texts), 1))
    return Pairs(a=a, b=b, similarity=similarity)


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class NearTexts:
    """The different texts of some corpora, whose rows are numbered one corpus after the other."""

    text: Ints  #: shape (rows,); the number of each row's text, equal for copies
    first: Ints  #: shape (texts,); the first row that has the text
    pairs: Pairs  #: texts that are nearly the same


def near_texts(corpora: Sequence[Corpus], *, near: bool = True) -> NearTexts:
    """Return which rows are copies, and which texts are nearly the same, over all `corpora` together.

    Args:
        corpora: the rows.
        near: look for near-duplicates, which takes most of the time; else there are no pairs.
    """
    keys = np.concatenate([np.empty(0, np.uint64), *(corpus.text_keys for corpus in corpora)])
    _, first, text = np.unique(keys, return_index=True, return_inverse=True)
    texts = [normalised for corpus in corpora for normalised in corpus.normalised] if near else []
    return NearTexts(
        text=text, first=first, pairs=near_pairs([texts[row] for row in first.tolist()] if near else [])
    )


def groups_of(n: int, pairs: Pairs) -> Ints:
    """Return for each of `n` texts the smallest index among those it is linked to, directly or through others.

    The links are verified pairs only. Shape (n,); a text without a pair is its own group.
    """
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    links = coo_array((np.ones(len(pairs), np.int8), (pairs.a, pairs.b)), shape=(n, n))
    _, component = connected_components(links, directed=False)
    _, smallest, members = np.unique(component, return_index=True, return_inverse=True)
    return smallest[members]


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class _Shared:
    """The shingles that two or more texts hold, numbered from the rarest to the commonest."""

    sizes: Ints  # shape (n,); distinct shingles of a text, also those that no other text holds
    weights: Floats  # shape (shingles,)
    rows: Any  # csr_array (n, shingles); the root of the weight where a text holds a shingle, ascending in a row
    order: Ints  # shape (n,); the texts in MinHash order: neighbours are likely to be alike

    def held(self, keys: Ints) -> Ints:
        """Return how many shingles the two texts of each candidate hold."""
        a, b = np.divmod(keys, len(self.sizes))
        held: Ints = np.diff(self.rows.indptr).astype(np.int64)
        return held[a] + held[b]


def _shared_shingles(texts: Sequence[str]) -> _Shared:
    from scipy.sparse import csr_array

    n = len(texts)
    sizes = np.fromiter(map(len, texts), np.int64, n)
    blocks = [_shingle_hashes(texts[low:high]) for low, high in _blocks(sizes, BLOCK_CHARS)]
    hashes = np.concatenate([np.empty(0, np.uint64), *(hashes for hashes, _ in blocks)])
    counts = np.concatenate([np.empty(0, np.int64), *(counts for _, counts in blocks)])
    del blocks
    whole = _by_text(np.add, hashes, np.concatenate([[0], np.cumsum(counts)]))
    values, keys, sizes = _repeated(hashes, counts)
    del hashes
    number, row = _unpacked(keys)
    texts_with = np.bincount(number, minlength=len(values))
    rarest_first = np.argsort(texts_with, kind="stable")
    rarest_first = rarest_first[np.searchsorted(texts_with, 2, sorter=rarest_first) :]
    rank = np.empty(len(values), np.int32)
    rank[rarest_first] = np.arange(len(rarest_first))
    shared = texts_with[number] > 1
    keys = _packed(row[shared], rank[number[shared]])
    del number, row, shared
    keys.sort()
    row, shingles = _unpacked(keys)
    starts = np.searchsorted(row, np.arange(n + 1)).astype(np.int32)
    del keys, row
    weights = np.maximum(4 / (3 + np.log2(texts_with[rarest_first])), LEAST_WEIGHT).astype(np.float32)
    # The product of two roots is the weight.
    rows = csr_array((np.sqrt(weights)[shingles], shingles, starts), shape=(n, len(weights)))
    sketch = _by_text(np.minimum, scattered(values[rarest_first])[shingles], starts)
    return _Shared(sizes=sizes, weights=weights, rows=rows, order=np.lexsort((whole, sketch)))


def _repeated(hashes: Hashes, counts: Ints) -> tuple[Hashes, Hashes, Ints]:
    """Return the hashes that occur twice or more, ascending; who holds which; the distinct hashes of each text.

    Who holds which: the place of the hash and the index of the text, packed, sorted, each once.
    """
    row = np.repeat(np.arange(len(counts), dtype=np.int32), counts)
    sizes = counts.copy()
    shard_of = (hashes >> np.uint64(64 - HASH_BITS_OF_SHARD)).astype(np.uint8)
    values: list[Hashes] = []
    keys: list[Hashes] = []
    distinct = 0
    for shard in range(1 << HASH_BITS_OF_SHARD):
        here = np.flatnonzero(shard_of == shard)
        here = here[np.argsort(hashes[here])]
        hash_here, row_here = hashes[here], row[here]
        changes = np.ones(len(here) + 1, np.bool_)
        np.not_equal(hash_here[1:], hash_here[:-1], out=changes[1:-1])
        repeated = ~(changes[1:] & changes[:-1])
        number = np.cumsum(changes[:-1][repeated]) - 1 + distinct
        values.append(hash_here[repeated & changes[:-1]])
        distinct += len(values[-1])
        occurrences = _packed(number, row_here[repeated])
        keys.append(_distinct(occurrences))
        # A shingle that repeats inside one text is one shingle of it.
        sizes -= np.bincount(row_here[repeated], minlength=len(counts))
        sizes += np.bincount(_unpacked(keys[-1])[1], minlength=len(counts))
    return np.concatenate(values), np.concatenate(keys), sizes


def _by_text(reduce: np.ufunc, values: Hashes, starts: npt.NDArray[np.integer]) -> Hashes:
    """Return one value a text, 0 for a text that has none."""
    reduced = np.zeros(len(starts) - 1, np.uint64)
    filled = np.flatnonzero(np.diff(starts))
    if len(filled):
        reduced[filled] = reduce.reduceat(values, starts[filled])
    return reduced


def _prefixes(shared: _Shared, slack: float) -> Iterator[tuple[Ints, Ints]]:
    """Yield texts and the shingles of theirs that may be the rarest one they share with a near text."""
    starts, shingles = shared.rows.indptr, shared.rows.indices
    alone = shared.sizes - np.diff(starts)
    for low in range(0, len(alone), BLOCK_TEXTS):
        block = starts[low : low + BLOCK_TEXTS + 1].astype(np.int64)
        text = np.repeat(np.arange(len(block) - 1), np.diff(block))
        entries = shingles[block[0] : block[-1]]
        # All rarer shingles of the text are then unmatched, and no more than the rest of the text is shared.
        unmatched = alone[low + text] + np.arange(len(text)) - (block - block[0])[text]
        before = np.concatenate([[0.0], np.cumsum(shared.weights[entries], dtype=np.float64)])
        rest = before[(block - block[0])[text + 1]] - before[:-1]
        prefix = unmatched / 2 - 1 <= slack * rest + TOLERANCE
        yield low + text[prefix], entries[prefix]


def _candidates(shared: _Shared, slack: float, between: int | None) -> Iterator[Ints]:
    """Yield pairs a < b as a * n + b, no pair twice in one array; with `between`, those with a < between <= b."""
    n = len(shared.sizes)
    place_of = np.empty(n, np.int32)
    place_of[shared.order] = np.arange(n)
    found = list(_prefixes(shared, slack))
    if between is not None:
        found = _on_both_sides(found, between, len(shared.weights))
    packed = [_packed(shingle, place_of[text]) for text, shingle in found]
    keys = np.sort(np.concatenate([np.empty(0, np.uint64), *packed]))
    del found, packed
    shingle, place = _unpacked(keys)
    text = shared.order[place]
    crowd = np.bincount(shingle, minlength=len(shared.weights))
    left = np.cumsum(crowd)[shingle] - np.arange(len(shingle)) - 1
    reach = np.minimum(left, np.maximum(FEWEST_NEIGHBOURS, ALL_PAIRS**2 // crowd[shingle]))
    del keys, shingle, place, crowd, left
    before = np.concatenate([[0], np.cumsum(reach)])
    cuts = np.searchsorted(before[:-1], np.arange(0, before[-1] + BLOCK_CANDIDATES, BLOCK_CANDIDATES))
    for low, high in pairwise(cuts.tolist()):
        one = np.repeat(np.arange(low, high), reach[low:high])
        steps = np.arange(len(one)) - (before[one] - before[low]) + 1
        x, y = text[one], text[one + steps]
        a, b = np.minimum(x, y), np.maximum(x, y)
        if between is not None:
            across = (a < between) & (b >= between)
            a, b = a[across], b[across]
        yield _distinct(a * n + b)


def _on_both_sides(found: list[tuple[Ints, Ints]], between: int, shingles: int) -> list[tuple[Ints, Ints]]:
    """Keep of texts and shingles those whose shingle stands beside a text on each side."""
    sides = np.zeros((2, shingles), np.bool_)
    for text, shingle in found:
        sides[(text >= between).astype(np.intp), shingle] = True
    kept = sides[0] & sides[1]
    return [(text[kept[shingle]], shingle[kept[shingle]]) for text, shingle in found]


def _verified(shared: _Shared, keys: Ints, slack: float) -> tuple[Ints, Floats]:
    """Return the pairs that are near enough and their similarities."""
    a, b = np.divmod(keys, len(shared.sizes))
    common = shared.rows[a].multiply(shared.rows[b])
    weight = common.sum(axis=1)
    unmatched = shared.sizes[a] + shared.sizes[b] - 2 * np.diff(common.indptr)
    excess = np.maximum(unmatched / 2 - 1, 0)
    near = excess <= slack * weight + TOLERANCE
    return keys[near], (weight[near] / (weight[near] + excess[near])).astype(np.float32)


def _blocks(sizes: Ints, most: int) -> Iterator[tuple[int, int]]:
    """Yield from where to where blocks go that weigh about `most` each."""
    cuts = np.flatnonzero(np.diff(np.cumsum(sizes) // most, append=-1)) + 1
    return pairwise([0, *cuts.tolist()])


def _shingle_hashes(texts: Sequence[str]) -> tuple[Hashes, Ints]:
    """Return the hashes of the shingles, text after text, and how many each text has."""
    codes = np.frombuffer("".join(texts).encode("utf-32-le", "surrogatepass"), np.uint32)
    lengths = np.array([len(text) for text in texts])
    text_ends = np.cumsum(lengths)
    in_word, single, value = _alphabet(codes)

    word = in_word[codes]
    begins = word.copy()
    begins[1:] &= ~word[:-1] | single[codes[1:]] | single[codes[:-1]]
    first = (text_ends - lengths)[lengths > 0]
    begins[first] = word[first]
    starts = np.flatnonzero(begins)
    words_before = np.searchsorted(starts, text_ends - lengths)
    words = np.searchsorted(starts, text_ends) - words_before
    if not len(starts):
        return np.empty(0, np.uint64), words

    # A polynomial in the place of the character, modulo 2 ** 64; what separates words adds nothing.
    spans = np.diff(starts, append=len(codes))
    place = np.arange(starts[0], len(codes)) - np.repeat(starts, spans)
    powers = np.cumprod(np.full(spans.max(), GOLDEN))
    word_hashes = scattered(np.add.reduceat(value[codes[starts[0] :]] * powers[place], starts - starts[0]))

    # One mark between the texts is the end of one and the beginning of the next.
    marked = np.zeros(len(starts) + len(texts) + 1, np.uint64)
    text_of_word = np.repeat(np.arange(len(texts)), words)
    marked[np.arange(len(starts)) + text_of_word + 1] = word_hashes
    hashes = scattered(marked[:-1] * np.uint64(0xD1342543DE82EF95) + marked[1:])
    shingles = np.where(words > 0, words + 1, 0)
    return hashes[np.repeat(words > 0, words + 1)], shingles


def _alphabet(codes: npt.NDArray[np.uint32]) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_], Hashes]:
    """Return, by code point: is it part of a word, is it a word by itself, and its hash (0 outside words)."""
    counts = np.bincount(codes)
    in_word, single = np.zeros((2, len(counts)), np.bool_)
    value = np.zeros(len(counts), np.uint64)
    for code in np.flatnonzero(counts).tolist():
        category = unicodedata.category(chr(code))
        in_word[code] = category[0] in "LMN" or category == "So"
        single[code] = category == "So" or any(first <= code <= last for first, last in UNSPACED)
    words = np.flatnonzero(in_word)
    value[words] = scattered(words.astype(np.uint64))
    return in_word, single, value


def _distinct(keys: npt.NDArray[_Integer]) -> npt.NDArray[_Integer]:
    """Return what np.unique does. That hashes integers: 18 times as slow for four million of them (NumPy 2.4)."""
    keys = np.sort(keys)
    first = np.ones(len(keys), np.bool_)
    np.not_equal(keys[1:], keys[:-1], out=first[1:])
    return keys[first]


def _packed(high: npt.NDArray[Any], low: npt.NDArray[Any]) -> Hashes:
    return high.astype(np.uint64) << np.uint64(32) | low.astype(np.uint64)


def _unpacked(keys: Hashes) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int32]]:
    return (keys >> np.uint64(32)).astype(np.int32), keys.astype(np.int32)
