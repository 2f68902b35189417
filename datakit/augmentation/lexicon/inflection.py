"""Inflection of single English words, by rule and WordNet's exception lists; None rather than a guess.

Tags are those of the Penn Treebank. The exception lists hold every form that the rules miss, doubled
consonants (`stopped`) among them, but not which form is which, nor verbs that never change (`put`): `_past`
decides.
"""

import re
from collections.abc import Iterator

from datakit.augmentation.lexicon.tokens import word_set
from datakit.augmentation.lexicon.wordnet import Lexicon

POS_OF_TAG = {
    "NN": "n", "NNS": "n",
    "VB": "v", "VBP": "v", "VBZ": "v", "VBG": "v", "VBD": "v", "VBN": "v",
    "JJ": "a", "JJR": "a", "JJS": "a",
    "RB": "r",
}  # fmt: skip

_UNINFLECTED = frozenset({"NN", "VB", "VBP", "JJ", "RB"})

_INVARIANT = word_set(
    """
    beat bet bid burst bust cast broadcast forecast cost cut fit hit hurt knit let offset put quit read rid
    set reset upset shed shut slit split spread sublet thrust wed wet
    """
)

#: Nouns whose irregular plural is the only one; others, such as `formulae` and `brethren`, vie with a regular
#: one.
_IRREGULAR_PLURALS = word_set(
    """
    child grandchild foot tooth goose mouse calf half elf knife leaf life loaf self shelf thief wife wolf
    analysis basis crisis diagnosis emphasis hypothesis oasis parenthesis synthesis thesis phenomenon
    criterion
    """
)

_NO_MEN = word_set("brahman caiman german human norman ottoman roman shaman talisman")

_STRIP = {
    "NNS": (("men", "man"), ("ies", "y"), ("es", ""), ("s", "")),
    "VBZ": (("ies", "y"), ("es", ""), ("s", "")),
    "VBG": (("ying", "ie"), ("ing", ""), ("ing", "e")),
    "VBD": (("ied", "y"), ("ed", ""), ("d", "")),
    "VBN": (("ied", "y"), ("ed", ""), ("d", "")),
    "JJR": (("ier", "y"), ("er", ""), ("r", "")),
    "JJS": (("iest", "y"), ("est", ""), ("st", "")),
}


def base_of(lexicon: Lexicon, word: str, tag: str) -> str | None:
    """Return the base form whose inflection by `tag` is the lower-case `word`; None where there is none."""
    pos = POS_OF_TAG.get(tag)
    if pos is None:
        return None
    for base in _bases(lexicon, word, tag):
        if base in lexicon.uses[pos] and inflect(lexicon, base, tag) == word:
            return base
    return None


def inflect(lexicon: Lexicon, base: str, tag: str) -> str | None:
    """Return `base` as `tag` asks for; None where neither the lists nor the rules settle the form."""
    if tag in _UNINFLECTED:
        return base
    irregular = lexicon.irregular[POS_OF_TAG[tag]].get(base, ())
    match tag:
        case "NNS":
            return _plural(base, irregular)
        case "VBZ":
            return _with_s(base)
        case "VBG":
            return next((form for form in irregular if form.endswith("ing")), _with_ing(base))
        case "VBD" | "VBN":
            return _past(base, tag, [form for form in irregular if not form.endswith(("ing", "s"))])
        case _:
            return _graded(base, "er" if tag == "JJR" else "est", irregular)


def _bases(lexicon: Lexicon, word: str, tag: str) -> Iterator[str]:
    yield from lexicon.bases[POS_OF_TAG[tag]].get(word, ())
    for suffix, ending in _STRIP.get(tag, ()):
        if word.endswith(suffix):
            yield word.removesuffix(suffix) + ending
    yield word


def _plural(base: str, irregular: tuple[str, ...]) -> str | None:
    if base.endswith("man") and base not in _NO_MEN:
        return f"{base[:-3]}men"
    if irregular:
        return irregular[0] if base in _IRREGULAR_PLURALS else None
    if re.search(r"[^aeiou]o$|(?<!s)s$|ics$", base):
        return None  # photos but potatoes; buses but physics
    return _with_s(base)


def _with_s(base: str) -> str:
    if re.search(r"[^aeiou]y$", base):
        return f"{base[:-1]}ies"
    return f"{base}es" if re.search(r"(s|x|z|ch|sh|[^aeiou]o)$", base) else f"{base}s"


def _with_ing(base: str) -> str:
    if base.endswith("ie"):
        return f"{base[:-2]}ying"
    return f"{base[:-1]}ing" if re.search(r"[^eoy]e$", base) else f"{base}ing"


def _past(base: str, tag: str, irregular: list[str]) -> str | None:
    """Return the simple past (VBD) or the past participle (VBN)."""
    regular = base if base in _INVARIANT else _with_ed(base)
    if not irregular:
        return regular
    if len(irregular) == 1:
        (form,) = irregular
        if form.endswith(("wn", "en")):  # showed, shown
            return form if tag == "VBN" else regular
        if form.endswith(("came", "ran")):  # came, come
            return base if tag == "VBN" else form
        return None if form.endswith(("rnt", "amt", "lt", "apt")) else form  # learnt vies with learned
    participles = [form for form in irregular if re.search(r"(n|ne)$", form) and not form.endswith("gan")]
    if not participles:
        participles = [form for form in irregular if re.search(r"u[nm][gk]?$", form)]  # sang, sung
    if len(irregular) != 2 or len(participles) != 1:  # noqa: PLR2004  (a past and a participle)
        return None
    return next(form for form in irregular if (form in participles) == (tag == "VBN"))


def _with_ed(base: str) -> str:
    if re.search(r"[^aeiou]y$", base):
        return f"{base[:-1]}ied"
    return f"{base}d" if base.endswith("e") else f"{base}ed"


def _graded(base: str, suffix: str, irregular: tuple[str, ...]) -> str | None:
    listed = [form for form in irregular if form.endswith(suffix[-1])]
    if listed:
        return listed[0] if len(listed) == 1 else None
    if re.search(r"[^aeiou]y$", base):
        return f"{base[:-1]}i{suffix}"
    syllables = len(re.findall(r"[aeiouy]+", base.removesuffix("e")))
    if syllables != 1:
        return None  # more beautiful: another word would have to be inserted
    return f"{base.removesuffix('e')}{suffix}"
