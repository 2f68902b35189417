"""Which language and which script a text is in: enough to tell a stranger among texts of one language."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Final

_WORD: Final = re.compile(r"[^\W\d_]+")
_EAST_ASIAN: Final = {"CJK", "HIRAGANA", "KATAKANA", "KATAKANA-HIRAGANA"}
_MORE_WORDS: Final = 2  # different small words of a language, above those of the language of the rest
_LEAST_LETTERS: Final = 5  # of a script: a name or an emoticon has fewer
_MAJORITY: Final = 0.5  # of a text's letters
_CLEAR: Final = 0.1  # share of small words; of eight data sets their own language has 0.24 and more, others 0.04
_NO_LETTERS: Final = bytes(byte for byte in range(128) if not chr(byte).isalpha())

#: ISO 639-1 codes of the languages that are told by their small words.
NAMES: Final[Mapping[str, str]] = {
    "cs": "Czech",
    "da": "Danish",
    "de": "German",
    "en": "English",
    "es": "Spanish",
    "fi": "Finnish",
    "fr": "French",
    "hu": "Hungarian",
    "id": "Indonesian",
    "it": "Italian",
    "nl": "Dutch",
    "no": "Norwegian",
    "pl": "Polish",
    "pt": "Portuguese",
    "ro": "Romanian",
    "sv": "Swedish",
    "tr": "Turkish",
}

# Small words that hardly a sentence does without, folded as `core.text.normalise` does; most are stop words of
# NLTK. English has the most, since short messages in it are the commonest texts.
_SMALL_WORDS: Final = {
    "Czech": "že není jsem jsou jako který která které nebo také byl bylo když až ještě jsme něco proč před "
    "při přes být má může podle této aby co kde pouze své svou tento už však více",
    "Danish": "og er ikke det jeg af hvad også blev være efter eller meget nogle hvor noget havde vores deres "
    "været hvis fordi mellem vil hun ud på til ved nu fra mig dig",
    "Dutch": "het een niet zijn dat hij wat voor maar ook zich heeft naar uit bij deze nog wordt geen werd "
    "veel waar omdat kan mijn hebben haar worden onder ik je op van met",
    "English": "the and you that it was for with have this is are not what of to be my your they but from how "
    "his her which would who can will there their at we were been when has had if or by as an in on so no me "
    "do just all up out about get like more don im its he she i a them than then why where please need could "
    "should did does u ur dont cant new one some any good lol",
    "Finnish": "ja ei että hän mutta myös kun ovat oli niin kuin olen sitä mitä joka jotka tämä vain sen "
    "siitä ole minun olisi voi mukaan kanssa vielä nyt jos sekä ollut",
    "French": "le la les des est une dans que qui pour pas sur avec ce il je nous vous mais ou où cette son "
    "sa ses aux du et au ne plus elle sont été par leur ils tout fait être à un mon ma mes y sous depuis avez "
    "ont avant",
    "German": "der die das in an so was will man am und ist nicht ein eine ich den mit auf für von zu sich "
    "dem auch wie wir aber als oder wird bei nach sie aus noch wenn nur haben sind einen im es zum zur einer "
    "eines über hatte schon sein kann mir mich uns ihr bin vor durch keine dass seit warum wurde bitte bis er "
    "meine seinen ohne können",
    "Hungarian": "hogy nem egy és az ez volt csak meg már mint de vagy még van azt ezt minden lesz kell lehet "
    "után amely ami nagyon szerint most hogyan itt akkor",
    "Indonesian": "yang dan tidak dengan ini itu untuk dari pada saya akan adalah ada juga bisa karena sudah "
    "oleh mereka kami dalam lebih telah sebuah anda atau seperti kepada",
    "Italian": "il che non per una sono della di con è gli del questo anche nel alla dei più le ha ma mi si "
    "ho delle come lo perché nella io dal ci essere hanno quando molto",
    "Norwegian": "og er ikke det jeg av hva også ble være etter eller mye noen hvor noe hadde våre deres vært "
    "hvis fordi mellom vil hun ut på til ved nå fra meg deg",
    "Polish": "się nie jest że na jak ale czy są przez tym był było dla może już oraz tylko po od tak który "
    "która które jego jej więc być gdy pod",
    "Portuguese": "não que uma para com em os do da dos das por mais mas ele ela seu sua foi são também muito "
    "já está isso você eu quando pelo pela tem um na no ao",
    "Romanian": "și este nu care pentru din mai sunt fost sau dar această cu pe într lui prin după fi ca "
    "acest am au cea cel doar foarte când cum",
    "Spanish": "el que los las una por con para del es en se no lo como más pero sus le ha este está muy "
    "también porque desde cuando sin sobre ser y son mi yo todo hasta hay donde qué la de un",
    "Swedish": "och är inte det jag av vad också blev vara efter eller mycket några hur något hade våra deras "
    "varit om för mellan ska hon ut på till vid nu från mig dig som att den ett",
    "Turkish": "ve bir bu için çok ile değil daha gibi ama olarak kadar sonra ben olan var ne mi şey her bana "
    "olduğu oldu nasıl en diye",  # noqa: RUF001  (a letter of Turkish)
}


@cache
def _languages_of() -> dict[str, tuple[str, ...]]:
    """Return for each small word the languages that have it."""
    spoken: dict[str, tuple[str, ...]] = {}
    for language, words in _SMALL_WORDS.items():
        for word in words.split():
            spoken[word] = (*spoken.get(word, ()), language)
    return spoken


def small_words(normalised: str) -> Counter[str]:
    """Return how many different small words of each language stand in a normalised text."""
    spoken = _languages_of()
    return Counter(language for word in set(_WORD.findall(normalised)) for language in spoken.get(word, ()))


@cache
def _script(letter: str) -> str:
    """Return the script of a letter, by the first word of its Unicode name."""
    script = unicodedata.name(letter, "").partition(" ")[0]
    return "Chinese or Japanese" if script in _EAST_ASIAN else script.capitalize()


def letters_by_script(text: str) -> Counter[str]:
    """Return how many letters of each script, such as `Latin`, stand in a text."""
    letters: Counter[str] = Counter()
    if text.isascii():
        letters["Latin"] = len(text.encode().translate(None, _NO_LETTERS))
        return +letters
    for character, n in Counter(text).items():
        if character.isalpha():
            letters[_script(character)] += n
    return letters


def leading(found: Mapping[str, int], but: str = "") -> str:
    """Return the most frequent one, of equals the first by name; nothing where there is none."""
    return min((name for name in found if name != but), key=lambda name: (-found[name], name), default="")


def other_language(words: Counter[str], own: str) -> str:
    """Return the language of a text with these small words, where it clearly is another than `own`; else nothing.

    It has two different small words more than of `own`, and twice as many.
    """
    language = leading(words, but=own)
    return language if words[language] >= max(_MORE_WORDS + words[own], 2 * words[own]) else ""


def other_script(letters: Counter[str], own: str) -> str:
    """Return the script of half of these letters, at least five, where it is another than `own`; else nothing."""
    script = leading(letters)
    return script if script != own and letters[script] >= max(_LEAST_LETTERS, _MAJORITY * letters.total()) else ""


def common_language(texts: Iterable[str]) -> str:
    """Return the language of most of these normalised texts; in another script than Latin the script's name.

    Nothing where the texts are too few, too short, or of a language without small words here: of all different
    words of the texts, one in ten is a small word of the language, and two at least.
    """
    words, letters, found = 0, Counter[str](), Counter[str]()
    for text in texts:
        words += len(set(_WORD.findall(text)))
        letters += letters_by_script(text)
        found += small_words(text)
    script = leading(letters)
    if script not in ("Latin", ""):
        return script
    language = leading(found)
    return language if language and found[language] >= max(_MORE_WORDS, _CLEAR * words) else ""


def is_in(language: str, text: str, common: str) -> bool:
    """Tell whether a normalised text is in a language, given that of most texts around it.

    It is where no other language has more different small words in it; where several have as many, or there is
    none, it is in the common one.
    """
    if other_script(letters_by_script(text), "Latin"):
        return False
    words = small_words(text)
    most = max(words.values(), default=0)
    return language == common if words[common] == most else words[language] == most
