"""A tokenizer that is not the model's."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from datakit.core.findings import Severity
from datakit.core.history import History
from datakit.diagnosis.rules._base import SYMPTOMS, Diagnosis, Phase, Rule
from datakit.diagnosis.rules._signs import Signs


@dataclass(frozen=True, kw_only=True, slots=True)
class WrongTokenizer(Rule):
    """The tokenizer does not fit the model, or not the texts.

    What:
        The tokenizer knows more tokens than the model has embeddings; or both name another id for padding; or
        more than `unknown` of the tokens that are read are unknown ones; or, where the rows were not learnt well
        at a sound rate, the tokens stand beyond `rank` of the vocabulary on average, though vocabularies begin
        with what is frequent.
    Why:
        A token is a number. To another model the same number is another word, so what was pretrained is of no
        use; and a number beyond the embeddings breaks the training. All unknown tokens are one word to the model.
    Example:
        RoBERTa's tokenizer (50,265 tokens, padding 1) with BERT's weights (30,522, padding 0)
    Fix:
        Load model and tokenizer from the same folder; choose a model of the texts' language.
    Source:
        Own measurements: ids permuted gave macro-F1 .57 to .66 instead of .92, and a mean rank of .50 to .57 where
        the right ids have .11 to .17 (six English sets, MiniLM's vocabulary; German .29). 66% of the tokens of
        Chinese reviews are unknown to an English BERT.
    """

    phase: ClassVar[Phase] = "before"
    needs: ClassVar[tuple[str, ...]] = ("tokens_unknown",)
    explains: ClassVar[frozenset[str]] = SYMPTOMS | {
        "constant-text",
        "few-training-rows",
        "identical-representations",
        "labels-shuffled",
    }
    unknown: float = 0.1  # of the tokens that are read, 0..1
    rank: float = 0.4  # mean id of the tokens / size of the vocabulary, 0..1
    loss: float = 0.25  # validation loss / loss of a blind answer, below which nothing is missed
    poor: float = 0.6  # the same, from which on the rank is looked at: some vocabularies have another order

    def judge(self, history: History, metrics: Mapping[str, Any]) -> Diagnosis | None:  # noqa: ARG002
        """Compare the sizes, the ids for padding, and what was read."""
        settings, signs = history.settings, Signs.of(history)
        size, embeddings = settings.get("tokenizer_size") or 0, settings.get("embeddings") or 0
        unknown, rank = (settings.get(name) or 0.0 for name in ("tokens_unknown", "token_rank"))
        ours, models = settings.get("padding_ids") or (None, None)
        well = signs.validation_loss is not None and signs.validation_loss < self.loss
        evidence: dict[str, Any]
        if size > embeddings > 0:
            message = f"the tokenizer knows {size:,} tokens, the model has embeddings for {embeddings:,}"
            severity, confidence, evidence = Severity.ERROR, 0.97, {"tokens": size, "embeddings": embeddings}
        elif None not in (ours, models) and ours != models:
            message = f"padding is token {ours} to the tokenizer and {models} to the model"
            severity, confidence, evidence = Severity.WARNING, 0.7, {"tokenizer": ours, "model": models}
        elif unknown > self.unknown and not well:
            message = f"{unknown:.0%} of the tokens that are read are unknown to the tokenizer"
            severity, confidence, evidence = Severity.WARNING, 0.85, {"tokens_unknown": unknown}
        elif rank > self.rank and signs.moved_well and (signs.validation_loss or 0.0) >= self.poor:
            message = f"the tokens that are read stand at {rank:.0%} of the vocabulary on average, for 10 to 30%"
            severity, confidence, evidence = Severity.WARNING, 0.75, {"token_rank": rank}
        else:
            return None
        return self.found(
            message,
            severity=severity,
            symptom="the model learns slowly, as if it had never seen the words",
            cause="the tokenizer belongs to another model, or to texts of another language",
            confidence=confidence,
            fix="load model and tokenizer from the same folder, and choose a model of the texts' language",
            evidence=evidence,
            remedy={},
        )
