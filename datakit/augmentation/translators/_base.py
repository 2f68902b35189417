"""What a translator is."""

from collections.abc import Sequence
from typing import Protocol

from datakit.core.registry import Registry


class Translator(Protocol):
    """An engine that translates, with whatever models it has on this machine or can fetch.

    Languages are named by ISO 639-1 codes: `en`, `es`.
    """

    @property
    def samples(self) -> bool:
        """Whether it draws translations by `seeds`; else each text has one."""
        ...

    @property
    def neural(self) -> bool:
        """Whether it has a neural model, whose last bits the kind of device decides."""
        ...

    def pivots(self, language: str) -> tuple[str, ...]:
        """Return the languages that a text in `language` can go to and come back from, without any download.

        Empty where the engine is not installed or has no models here.
        """
        ...

    def identity(self, source: str, target: str) -> str:
        """Name the engine and the model of a direction; another identity, other translations.

        Raises:
            UsageError: the engine cannot translate in this direction here.
        """
        ...

    def translate(
        self, texts: Sequence[str], source: str, target: str, seeds: Sequence[int] | None = None
    ) -> list[str]:
        """Return the translations of `texts`, in their order.

        Args:
            texts: in the language `source`, any length and number; batches are made inside.
            source: language of the texts.
            target: language of the translations.
            seeds: one a text, to draw each translation by (an engine that does not sample ignores them);
                None for the likeliest translation.

        Raises:
            UsageError: the engine cannot translate in this direction here.
            TransientError: it stopped in the middle.
        """
        ...


translators: Registry[Translator] = Registry("translators", "datakit.augmentation.translators")
