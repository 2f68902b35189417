"""What the operators have in common that edit English words."""

from collections.abc import Mapping
from typing import ClassVar

from datakit.augmentation.lexicon import fingerprint


class English:
    """An operator that knows English words, and none of other languages: `die` is no verb in German."""

    language: ClassVar[str] = "en"

    def uses(self) -> Mapping[str, str]:
        """Name the WordNet and the tagger; with others, other texts."""
        return fingerprint()
