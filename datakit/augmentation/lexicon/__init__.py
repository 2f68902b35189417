"""What the operators know of the language: synonyms, parts of speech, inflection."""

from datakit.core.errors import UsageError


def fingerprint() -> dict[str, str]:
    """Name the language data that operators would use on this machine; other data, other texts."""
    from datakit.augmentation.lexicon import nltk_data, tagger, wordnet

    try:
        thesaurus = wordnet.digest(wordnet.find_source())
    except UsageError:  # whoever needs it will say what to install
        thesaurus = "none"
    perceptron = nltk_data.find(f"taggers/{tagger.RESOURCE}")
    return {"wordnet": thesaurus, "tagger": tagger.digest(perceptron) if perceptron else "by counts"}
