"""The filter `semantic-similarity`: a text that says something else than its source, or nothing else."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, ClassVar

from msgspec import Meta

from datakit.augmentation.filters._base import Pair
from datakit.core.encoder import WEIGHTS_SHA256

Cosine = Annotated[float, Meta(ge=-1, le=1)]


@dataclass(frozen=True, kw_only=True)
class SemanticSimilarity:
    """Reject a text whose meaning is too far from its source's, or too near it.

    What:
        Puts both texts through the encoder all-MiniLM-L6-v2, the mean of whose token vectors is a text's
        meaning, and compares the cosine of both with a band. The first 256 tokens of a text are looked at.

    Why:
        A translation that went astray is about something else; a text above the band has nothing to add.

    Example:
        `governments promise aid` from `the film is a delight` is rejected.

    Fix:
        Add it where an operator rewrites whole sentences. It reads a hundred texts a second on a core, so leave
        it out where the edits are small. It does not tell `good` from `bad`, nor a sentence from its negation:
        see `label-kept` and `negation-flipped`. English only.

    Source:
        Reimers and Gurevych 2019, Sentence-BERT (arXiv 1908.10084). The band is measured on sst2 and trec6: 99 %
        of random pairs are below 0.47 and 0.34, 99 % of the outputs of `synonym` above 0.65 and 0.68, of a
        round trip through Spanish above 0.42 and 0.49, 95 % of these above 0.69 and 0.65.
    """

    neural: ClassVar[bool] = True

    low: Cosine = 0.5  #: least cosine of both texts' vectors
    high: Cosine = 1.0  #: greatest cosine

    def keep_many(self, pairs: Sequence[Pair]) -> list[str | None]:
        """Return None for each pair whose cosine lies from `low` to `high`."""
        from datakit.core.embeddings import embeddings

        texts = sorted({text for pair in pairs for text in (pair.source, pair.candidate)})
        vectors = embeddings(texts)
        place = {text: i for i, text in enumerate(texts)}
        sources = vectors[[place[pair.source] for pair in pairs]]
        candidates = vectors[[place[pair.candidate] for pair in pairs]]
        return [self._reason(cosine) for cosine in (sources * candidates).sum(axis=1).round(4).tolist()]

    def uses(self) -> Mapping[str, str]:
        """Name the encoder: its weights' digest."""
        return {"encoder": WEIGHTS_SHA256}

    def _reason(self, cosine: float) -> str | None:
        if cosine < self.low:
            return f"cosine {cosine:.2f}, below {self.low:.2f}"
        return f"cosine {cosine:.2f}, above {self.high:.2f}" if cosine > self.high else None
