"""The operator `contextual`: words replaced by what a masked language model expects in their place."""

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from operator import attrgetter, itemgetter
from pathlib import Path
from random import Random
from typing import Annotated, Any, ClassVar, NamedTuple

from msgspec import Meta

from datakit.augmentation.lexicon import thesaurus
from datakit.augmentation.lexicon.inflection import POS_OF_TAG
from datakit.augmentation.lexicon.tokens import FUNCTION_WORDS
from datakit.augmentation.operators._base import Span
from datakit.augmentation.operators._english import English
from datakit.augmentation.operators._words import SHORTEST, Tagged, Word, WordOperator, replaced
from datakit.core.errors import Problem, UsageError
from datakit.core.files import digest_of_tree
from datakit.core.hushed import quiet_transformers


@dataclass(frozen=True, kw_only=True)
class Contextual(English, WordOperator):
    """Replace words by what a masked language model expects there.

    What:
        Masks a word, shows the model the text as it was and the text with the mask, and draws one of the
        `top_k` likeliest words by their probabilities. Only whole words of the model's vocabulary come in that
        WordNet knows in the inflection of the old word; case and `a`/`an` are kept. Function words, negation
        and the word after it, numbers, names, URLs, mentions, tags, placeholders, fixed phrases and the words
        in `protect` stay; so does every byte outside the replaced words.

    Why:
        It finds words that fit where WordNet knows no synonym, and words of the texts' own style.

    Example:
        `Your parcel is waiting at the local shop.` from `Your parcel is waiting at the local office.`

    Fix:
        Use it for topics, with a model that knows the texts' kind. A word that fits need not mean the same:
        `good` and `awful` fit the same places. For sentiment give the words that carry it in `protect`, and
        let the filter for kept labels judge the rest. On a CPU it is the slowest operator: put it after
        `synonym`.

    Source:
        Kobayashi 2018 (contextual augmentation); Qiang et al. 2020 (LSBert, arXiv 2006.14939) for the text
        beside its masked copy, which keeps the proposals near the old word's meaning, and for ten candidates.
    """

    neural: ClassVar[bool] = True

    #: A folder written by `save_pretrained`, or a hub id, `id@revision` to pin one.
    model: str = "google-bert/bert-base-uncased"
    top_k: Annotated[int, Meta(ge=1)] = 10  #: likeliest words that one is drawn from

    def draws(self, tagged: Tagged, rng: Random) -> Iterator[Sequence[Span]]:
        """Yield one to `share` of the words replaced; the model is asked about a word when it is first drawn.

        Raises:
            UsageError: the model cannot be loaded, or is no masked language model.
        """
        words = [word for word in tagged.words if word.tag in POS_OF_TAG]
        if not words:
            return
        model = _load(self.model)
        if model.mask in tagged.text:  # which of the masks is ours could not be told
            return
        most = min(self.most(tagged), len(words))
        known: dict[Word, _Proposals] = {}
        while True:
            chosen = sorted(rng.sample(words, rng.randint(1, most)), key=attrgetter("start"))
            new = [word for word in chosen if word not in known]
            known.update(zip(new, model.propose(tagged, new, self.top_k), strict=True))
            yield [
                span
                for word in chosen
                if known[word].words
                for span in replaced(word, rng.choices(known[word].words, known[word].weights)[0])
            ]

    def uses(self) -> Mapping[str, str]:
        """Return the WordNet, the tagger and the model's digest; with others, other texts.

        Raises:
            UsageError: the model is neither a folder nor on the hub, or the hub cannot be reached.
        """
        return {**English.uses(self), "model": _identity(self.model)}


class _Proposals(NamedTuple):
    """What may stand in for a word, and how likely the model holds it."""

    words: Sequence[str]
    weights: Sequence[float]


#: Words on either side that the model sees; more of them cost more and say little of the word in the middle.
_AROUND = 20

#: Masks looked at together: their scores over a vocabulary of 30,000 and 200 places take 200 MB.
_MASKS = 8

#: Most tokens of both copies, where the model has places for as many.
_LONGEST = 512


@dataclass(frozen=True, eq=False)
class _MaskedModel:
    """A masked language model, and the words among its tokens."""

    model: Any
    tokenizer: Any
    _vocabulary: dict[str, tuple[list[str], Any]] = field(default_factory=dict, init=False)

    @property
    def mask(self) -> str:
        """The mask as it stands in a text."""
        return str(self.tokenizer.mask_token)

    def propose(self, tagged: Tagged, words: Sequence[Word], k: int) -> Iterator[_Proposals]:
        """Yield what may stand in for each word, at most `k` each.

        A batch holds masks of one text only. Padding to the length of other texts would change the last bits
        of the scores, and with them, now and then, what is drawn: a text's variants would depend on its
        neighbours.
        """
        for i in range(0, len(words), _MASKS):
            batch = words[i : i + _MASKS]
            for word, scores in zip(batch, self._scores(tagged, batch), strict=True):
                yield self._likeliest(tagged, word, scores, k)

    def _scores(self, tagged: Tagged, words: Sequence[Word]) -> list[Any]:
        """Return for each word the scores of the vocabulary in its place; None where the model did not see it."""
        import torch

        copies = [_copies(tagged, word, self.mask) for word in words]
        places = getattr(self.model.config, "max_position_embeddings", _LONGEST)
        batch = self.tokenizer(
            [plain for plain, _ in copies],
            [masked for _, masked in copies],
            truncation=True,
            max_length=min(_LONGEST, self.tokenizer.model_max_length, places - 2),  # RoBERTa counts them from 2
            padding=True,
            return_tensors="pt",
        ).to(self.model.device)
        with torch.inference_mode():
            scores = self.model(**batch).logits
        hits = batch["input_ids"] == self.tokenizer.mask_token_id
        return [row[hit][0] if hit.any() else None for row, hit in zip(scores, hits, strict=True)]

    def _likeliest(self, tagged: Tagged, word: Word, scores: Any, k: int) -> _Proposals:  # noqa: ANN401  (a tensor)
        words, ids = self._words_as(word.tag)
        if scores is None or not words:
            return _Proposals((), ())
        top = scores[ids].float().topk(min(k, len(words)))
        chances = {
            words[i]: chance for i, chance in zip(top.indices, top.values.softmax(-1).tolist(), strict=True)
        }
        fitting = {
            new: chance
            for new, chance in chances.items()
            if new != word.text.lower() and not tagged.is_protected(new, word.tag)
        }
        return _Proposals(tuple(fitting), tuple(fitting.values()))

    def _words_as(self, tag: str) -> tuple[list[str], Any]:
        """Return the words of the vocabulary that WordNet knows in an inflection, and the tensor of their ids."""
        if tag not in self._vocabulary:
            import torch

            entry = thesaurus.load().entry
            known = [(word, i) for word, i in _whole_words(self.tokenizer) if entry(word, tag).base]
            ids = torch.tensor([i for _, i in known], dtype=torch.long, device=self.model.device)
            self._vocabulary[tag] = [word for word, _ in known], ids
        return self._vocabulary[tag]


def _copies(tagged: Tagged, word: Word, mask: str) -> tuple[str, str]:
    """Return a word and its surroundings, as they are and with the word masked."""
    tokens = tagged.tokens
    i = bisect_left(tokens, word.start, key=itemgetter(1))
    _, start = tokens[max(0, i - _AROUND)]
    stop = tokens[i + _AROUND][1] if i + _AROUND < len(tokens) else len(tagged.text)
    left, right = tagged.text[start : word.start], tagged.text[word.stop : stop]
    return f"{left}{word.text}{right}", f"{left}{mask}{right}"


def _whole_words(tokenizer: Any) -> list[tuple[str, int]]:  # noqa: ANN401  (transformers ships no types)
    """Return the lower-case words among the tokens with their ids, sorted.

    What marks the start of a word differs (`\u0120` in byte-level BPE, `\u2581` in SentencePiece, nothing in
    WordPiece), so the tokenizer is asked.
    """
    start = tokenizer.tokenize("a a")[-1].removesuffix("a")
    words = (
        (token.removeprefix(start), i) for token, i in tokenizer.get_vocab().items() if token.startswith(start)
    )
    return sorted(
        (word, i)
        for word, i in words
        if len(word) >= SHORTEST
        and word.isascii()
        and word.isalpha()
        and word.islower()
        and word not in FUNCTION_WORDS
    )


@cache
def _load(name: str) -> _MaskedModel:
    import torch
    from transformers import AutoModelForMaskedLM, AutoTokenizer

    source, revision = _source(name)
    with _told(name), quiet_transformers(), torch.random.fork_rng():
        tokenizer = AutoTokenizer.from_pretrained(source, revision=revision, trust_remote_code=False)
        model, loading = AutoModelForMaskedLM.from_pretrained(
            source,
            revision=revision,
            use_safetensors=True,
            trust_remote_code=False,
            dtype=torch.float32,
            output_loading_info=True,
        )
    if loading["missing_keys"] or tokenizer.mask_token is None:
        raise UsageError(_no_model(name, "holds no masked language model"))
    return _MaskedModel(model.eval().to(_device()), tokenizer)


def _source(name: str) -> tuple[str, str | None]:
    """Return the folder or repository, and the revision asked for."""
    if Path(name).expanduser().is_dir():
        return str(Path(name).expanduser()), None
    repository, _, revision = name.partition("@")
    return repository, revision or None


def _identity(name: str) -> str:
    """Return the digest of a folder, or the commit of a repository."""
    source, revision = _source(name)
    if Path(source).is_dir():
        return digest_of_tree(Path(source))
    from transformers import AutoConfig

    with _told(name):
        config = AutoConfig.from_pretrained(source, revision=revision, trust_remote_code=False)
    return str(config._commit_hash)  # noqa: SLF001  (transformers keeps it nowhere else)


def _device() -> Any:  # noqa: ANN401  (torch is imported late)
    import torch

    return torch.accelerator.current_accelerator(check_available=True) or torch.device("cpu")


@contextmanager
def _told(name: str) -> Iterator[None]:
    """Turn the loaders' errors into one that says what to do."""
    try:
        yield
    except (OSError, ValueError) as error:
        raise UsageError(_no_model(name, str(error).strip().partition("\n")[0])) from error


def _no_model(name: str, got: str) -> Problem:
    return Problem(
        where=name,
        got=got,
        fix="give the option model: a folder with model.safetensors, written by save_pretrained, or the hub id of "
        "a masked language model; or use the operator 'synonym'",
    )
