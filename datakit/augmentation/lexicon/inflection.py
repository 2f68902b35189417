"""Inflection of single English words: what rules and WordNet's exception lists allow, settled by what is written.

Tags are those of the Penn Treebank. The exception lists hold every form that the rules miss, doubled consonants
(`stopped`) among them, but not which form is which, nor whether it is archaic (`curst`), nor verbs that never
change (`put`). Where several forms vie, the one that WordNet's own glosses and examples use most is taken; a
plural that they never use (`foliages`) is none.
"""

import re
from collections.abc import Iterable, Iterator

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
    beat beset bet burst bust cast broadcast forecast cost cut fit hit hurt knit let offset put quit read rid set
    reset upset shed shut slit split spread sublet thrust typeset wed wet
    """
)

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
    """Return the base form that the lower-case `word` may be the inflection of by `tag`, or None."""
    pos = POS_OF_TAG.get(tag)
    if pos is None:
        return None
    for base in _bases(lexicon, word, tag):
        if base in lexicon.uses[pos] and word in _forms(lexicon, base, tag):
            return base
    return None


def inflect(lexicon: Lexicon, base: str, tag: str) -> str | None:
    """Return `base` as `tag` asks for; None where neither the lists nor the rules settle the form."""
    forms = _forms(lexicon, base, tag)
    is_certain = len(forms) == 1 and tag != "NNS"
    return next((form for form in forms if is_certain or form in lexicon.written), None)


def _by_use(lexicon: Lexicon, forms: Iterable[str]) -> list[str]:
    """Return different forms, the most written first; equally common ones stay in their order."""
    return sorted(dict.fromkeys(forms), key=lambda form: -lexicon.written.get(form, 0))


def _forms(lexicon: Lexicon, base: str, tag: str) -> list[str]:
    """Return the forms that vie, the best first."""
    if tag in _UNINFLECTED:
        return [base]
    irregular = lexicon.irregular[POS_OF_TAG[tag]].get(base, ())
    match tag:
        case "NNS":
            odd = [form for form in irregular if form != base and not form.endswith("ing")]  # sheep, outing
            return _by_use(lexicon, [*_plurals(base), *odd])
        case "VBZ":
            return [next((form for form in irregular if form.endswith("s")), _with_s(base))]
        case "VBG":
            return [next((form for form in irregular if form.endswith("ing")), _with_ing(base))]
        case "VBD" | "VBN":
            return _pasts(lexicon, base, tag, [form for form in irregular if not form.endswith(("ing", "s"))])
        case _:
            return _graded(lexicon, base, "er" if tag == "JJR" else "est", irregular)


def _bases(lexicon: Lexicon, word: str, tag: str) -> Iterator[str]:
    yield from lexicon.bases[POS_OF_TAG[tag]].get(word, ())
    for suffix, ending in _STRIP.get(tag, ()):
        if word.endswith(suffix):
            yield word.removesuffix(suffix) + ending
    yield word


def _plurals(base: str) -> list[str]:
    forms = [_with_s(base)]
    if base.endswith("man"):
        forms.append(f"{base[:-3]}men")  # women, but humans
    if base.endswith(("o", "ch")):
        forms += [f"{base}s", f"{base}es"]  # photos, potatoes; monarchs, branches
    return forms


def _with_s(base: str) -> str:
    if re.search(r"[^aeiou]y$", base):
        return f"{base[:-1]}ies"
    return f"{base}es" if re.search(r"(s|x|z|ch|sh|[^aeiou]o)$", base) else f"{base}s"


def _with_ing(base: str) -> str:
    if base.endswith("ie"):
        return f"{base[:-2]}ying"
    return f"{base[:-1]}ing" if re.search(r"[^eoy]e$", base) else f"{base}ing"


def _pasts(lexicon: Lexicon, base: str, tag: str, irregular: list[str]) -> list[str]:
    """Return what vies for the simple past (VBD) or the past participle (VBN)."""
    participles = [form for form in irregular if re.search(r"(n|ne)$", form) and not form.endswith("gan")]
    if base in _INVARIANT:
        return participles[:1] if tag == "VBN" and participles else [base]
    regular = _with_ed(base)
    if not irregular or any(form.endswith("ed") for form in irregular):
        return irregular[:1] or [regular]  # stopped
    if len(irregular) == 1 and irregular[0].endswith(("came", "ran")):
        return [base] if tag == "VBN" else irregular  # came, come
    if len(irregular) > 1 and not participles:
        participles = [form for form in irregular if re.search(r"u[nm][gk]?$", form)]  # sang, sung
    # `seed` is no past of `see`.
    rival = [] if any(regular in lexicon.uses[pos] for pos in "nv") else [regular]
    if tag == "VBN" and participles:
        return [*_by_use(lexicon, participles), *rival]  # shown, though showed is written more: as a past
    return _by_use(lexicon, [*(form for form in irregular if form not in participles), *rival])


def _with_ed(base: str) -> str:
    if re.search(r"[^aeiou]y$", base):
        return f"{base[:-1]}ied"
    return f"{base}d" if base.endswith("e") else f"{base}ed"


def _graded(lexicon: Lexicon, base: str, suffix: str, irregular: tuple[str, ...]) -> list[str]:
    """Return the form with `suffix`; none for long words and participles, or where it says something else."""
    listed = [form for form in irregular if form.endswith(suffix[-1])]
    if listed:
        return listed if len(listed) == 1 else []
    stem = re.sub(r"e(?=ly$|$)", "", base)  # these are silent: lonely, fine
    ends_in_y = re.search(r"[^aeiou]y$", base) is not None
    if len(re.findall(r"[aeiouy]+", stem)) > 1 + ends_in_y or base in lexicon.bases["v"]:
        return []  # more beautiful: another word would have to be inserted
    form = f"{base[:-1]}i{suffix}" if ends_in_y else f"{base.removesuffix('e')}{suffix}"
    return [] if form in lexicon.uses["n"] else [form]  # a primer
