"""The filter `language-changed`: a text in another language than its source."""

from dataclasses import dataclass

from datakit.core.languages import leading, letters_by_script, other_language, other_script, small_words
from datakit.core.text import normalise


@dataclass(frozen=True, kw_only=True)
class LanguageChanged:
    """Reject a text in another language, or another script, than its source.

    What:
        Compares the small words (`der`, `und`, `nicht`) of 17 languages: the new text has two different ones
        more of another language than of the source's own, and twice as many. And the scripts: five letters or
        more, and at least half of all, are of another script than most of the source's.

    Why:
        A translator that copies its input, or stops at the pivot, gives a text that no real row is like.

    Example:
        `Wo ist der Bahnhof und die Post?` from `Where is the station and the post office?` is rejected.

    Fix:
        Add it where an operator translates. The language of a source without a small word is not known, so that
        such texts are judged by their script only.

    Source:
        Grefenstette 1995, Comparing two language identification schemes: small words as signs of a language.
        The limits are those of the check `foreign-language`.
    """

    def keep(self, source: str, candidate: str) -> str | None:
        """Return None unless the candidate is clearly in another language or script."""
        before, after = small_words(normalise(source)), small_words(normalise(candidate))
        own, language = leading(before), other_language(after, leading(before))
        # Languages share small words: as many of the other one in the source, and nothing has changed.
        if own and language and after[language] > before[language]:
            return f"{own} became {language}"
        own = leading(letters_by_script(source))
        script = other_script(letters_by_script(candidate), own) if own else ""
        return f"{own} script became {script} script" if script else None
