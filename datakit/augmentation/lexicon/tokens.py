"""Where the words of a text are, and which of them no edit may touch."""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

#: Addresses, mentions, tags and placeholders whole; contractions split as in the Penn Treebank, which the
#: tagger was trained on; words with inner hyphens or full stops in one piece; any other mark by itself.
TOKEN = re.compile(
    r"""
      (?:https?://|www\.)\S+
    | (?<![\w.+-])[\w.+-]+@\w[\w.-]*\w
    | [@#]\w+
    | <[^<>\s]+> | \[[^\[\]\s]+\] | \{[^{}\s]+\} | &\#?\w+;
    | \w+(?=n['\u2019]t\b) | n['\u2019]t\b | ['\u2019](?:s|re|ve|ll|d|m)\b
    | \w+(?:[-._/]\w+|['\u2019](?!(?:s|re|ve|ll|d|m|t)\b)\w+)*
    | [^\w\s]
    """,
    re.VERBOSE | re.IGNORECASE,
)


def tokenise(text: str) -> list[str]:
    """Return the tokens of a text, as `TOKEN` finds them."""
    return [token for piece in text.split() for token in _tokens(piece)]


@lru_cache(maxsize=2**16)
def _tokens(piece: str) -> tuple[str, ...]:
    """Return the tokens of what white space parts; no token reaches across it, and most pieces come again."""
    return tuple(TOKEN.findall(piece))


def starts(text: str, tokens: Iterable[str]) -> Iterator[int]:
    """Yield where each of a text's tokens starts; between them is white space only."""
    stop = 0
    for token in tokens:
        start = text.index(token, stop)
        stop = start + len(token)
        yield start


def word_set(words: str) -> frozenset[str]:
    """Return the words of a text that separates them by white space."""
    return frozenset(words.split())


NEGATIONS = word_set(
    """
    no not n't n\u2019t nor none nobody nothing nowhere neither never without cannot cant dont doesnt didnt
    isnt arent wasnt werent wont wouldnt shouldnt couldnt hasnt havent hadnt aint hardly barely scarcely
    seldom rarely
    """
)

#: Words of the closed classes, and number words: they carry grammar or an exact amount, and have no synonyms.
FUNCTION_WORDS = NEGATIONS | word_set(
    """
    a about above across after again against all almost along already also although always am amid among an
    and another any anybody anyone anything are around as at away back be became because become been before
    behind being below beneath beside besides between beyond both but by can come could despite did do does
    doing done down during each either else enough etc even ever every everybody everyone everything few
    first for from further get gets getting go goes going gone gonna got gotta had has have having he her
    here hers herself him himself his how however i if in indeed instead into is it its itself just last
    least less let lets like lot lots many may maybe me mere might mine more most much must my myself near
    need needs next now of off often on once only onto or other others otherwise ought our ours ourselves
    out over own per perhaps please plus quite rather really said same say saying says second several shall
    she should since so some somebody someone something sometimes soon still such supposed tell telling
    tells than thanks that the their theirs them themselves then there therefore these they thing things
    third this those though through thus till to together told too toward towards under unless until up upon
    us used very via was we well went were what whatever when whenever where whereas wherever whether which
    while who whoever whole whom whose why will with within would yes yet you your yours yourself yourselves
    except little single
    zero one two three four five six seven eight nine ten eleven twelve dozen twenty thirty forty fifty
    sixty seventy eighty ninety hundred thousand million billion
    """
)

#: After these a full stop ends no sentence, and what follows is a name: `Mr. Big`.
TITLES = word_set("capt col dr feat ft gen gov hon jr lt mr mrs ms no prof rep rev sen sgt sr st vs")

_SIGILS = ("http://", "https://", "www.", "@", "#", "<", "[", "{", "&")


def is_protected(token: str) -> bool:
    """Tell whether a token is an address, mention, tag, placeholder or negation, or holds a digit."""
    folded = token.lower()
    if len(token) > 1 and (folded.startswith(_SIGILS) or "@" in token):
        return True
    return folded in NEGATIONS or any(character.isdigit() for character in token)


def protected_tokens(text: str) -> Iterator[str]:
    """Yield the protected tokens of a text in their order."""
    return (token for token in tokenise(text) if is_protected(token))


def article_for(word: str) -> str:
    """Return the indefinite article before `word`, judged by its spelling: `a unit`, `an hour`."""
    return "an" if _VOWEL_SOUND.match(word) else "a"


_VOWEL_SOUND = re.compile(
    r"(?!uni(?!n|m)|us[aeiu]|ut[ei]|eu|ewe|one|once|ubi|ura)[aeiou]|hour|honest|honou?r|heir", re.IGNORECASE
)
