"""What may stand in for a word in its place: same sense, same part of speech, same inflection."""

from dataclasses import dataclass, field
from functools import cache
from typing import NamedTuple

from datakit.augmentation.lexicon import wordnet
from datakit.augmentation.lexicon.inflection import POS_OF_TAG, base_of, inflect
from datakit.augmentation.lexicon.wordnet import LIKELY, Lexicon


class Entry(NamedTuple):
    """The synonyms of one word form."""

    base: str
    forms: tuple[str, ...]  # inflected as the word, the most used first


_NO_ENTRY = Entry("", ())


@dataclass(frozen=True, eq=False)
class Thesaurus:
    """Looks up word forms; remembers what it found."""

    lexicon: Lexicon
    _entries: dict[tuple[str, str], Entry] = field(default_factory=dict, init=False)

    def entry(self, word: str, tag: str) -> Entry:
        """Return the safe synonyms of a lower-case word with a Penn Treebank tag, as few as none."""
        found = self._entries.get((word, tag))
        if found is None:
            found = self._entries[word, tag] = self._look_up(word, tag)
        return found

    def is_collocation(self, first: str, second: str) -> bool:
        """Tell whether two neighbours, in lower case, are part of one multi-word entry: `credit cards`."""
        pairs = self.lexicon.collocations
        if f"{first}_{second}" in pairs:
            return True
        one, other = first.removesuffix("s"), second.removesuffix("s")
        return f"{one}_{second}" in pairs or f"{first}_{other}" in pairs or f"{one}_{other}" in pairs

    def _look_up(self, word: str, tag: str) -> Entry:
        base = base_of(self.lexicon, word, tag)
        if base is None:
            return _NO_ENTRY
        pos = POS_OF_TAG[tag]
        own = self.lexicon.uses[pos][base]
        others = sum(uses.get(word, 0) for other, uses in self.lexicon.uses.items() if other != pos)
        if own < LIKELY * (own + others):
            return _NO_ENTRY
        synonyms = self.lexicon.synonyms[pos].get(base, ())
        forms = (inflect(self.lexicon, synonym, tag) for synonym in synonyms)
        return Entry(base, tuple(form for form in forms if form is not None and form != word))


@cache
def load() -> Thesaurus:
    """Return the thesaurus over this machine's WordNet; raises as `wordnet.load` does."""
    return Thesaurus(wordnet.load())
