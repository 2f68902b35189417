"""The operator `contextual`, with tiny masked language models made here."""

import pytest
from support import printed_under_hash_seeds

from datakit.augmentation.lexicon.tokens import protected_tokens
from datakit.augmentation.operators._base import edit
from datakit.augmentation.operators.contextual import Contextual
from datakit.core.errors import UsageError
from datakit.core.seeding import rng_for

TEXT = "The director bought an automobile in Paris; @bob did not see the 3 umbrellas."

# What the models know beside letters: words, some of which must never come in.
# fmt: off
WORDS = [
    "movie", "film", "cottage", "umbrella", "automobile", "director", "movies", "films", "umbrellas",
    "the", "not", "bought", "saw", "paris",
]
# fmt: on


def save(family, folder, favour=()):
    """Save a masked language model of two layers with random weights, and its tokenizer.

    `favour`: tokens that it expects everywhere.
    """
    import torch
    from tokenizers import Tokenizer, models, pre_tokenizers, processors
    from transformers import AutoConfig, AutoModelForMaskedLM, PreTrainedTokenizerFast

    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    letters = [chr(c) for c in range(33, 127)]
    if family == "bert":
        tokens = dict.fromkeys([*special, *letters, *(f"##{letter}" for letter in letters), "##film", *WORDS])
        vocabulary = {token: i for i, token in enumerate(tokens)}
        tokenizer = Tokenizer(models.WordPiece(vocabulary, unk_token="[UNK]"))  # noqa: S106
        tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    else:
        tokens = dict.fromkeys([*special, *letters, "\u0120a", *(f"\u0120{word}" for word in WORDS), "film"])
        vocabulary = {token: i for i, token in enumerate(tokens)}
        tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token="[UNK]"))  # noqa: S106
        tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    names = {"pad_token": "[PAD]", "unk_token": "[UNK]", "mask_token": "[MASK]"}
    fast = PreTrainedTokenizerFast(tokenizer_object=tokenizer, cls_token="[CLS]", sep_token="[SEP]", **names)  # noqa: S106
    fast.save_pretrained(folder)
    size = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 64}
    config = AutoConfig.for_model(family, vocab_size=len(vocabulary), pad_token_id=0, **size)
    with torch.random.fork_rng():
        torch.manual_seed(0)
        model = AutoModelForMaskedLM.from_config(config)
        for token in favour:
            model.get_output_embeddings().bias.data[vocabulary[token]] = 10.0
        model.save_pretrained(folder)
    return str(folder)


@pytest.fixture(scope="module", params=["bert", "roberta"])
def model(request, tmp_path_factory):
    """Give the folder of a model whose tokens are marked at the start of words, or inside of them."""
    return save(request.param, tmp_path_factory.mktemp("mlm") / request.param)


def variants(model, text=TEXT, n=40, **options):
    """Return the first n edits of a text under a fixed seed."""
    return list(Contextual(model=model, **options).augment(text, rng_for(13, "row", "contextual"), n))


def test_edits_are_exact_new_and_distinct(model):
    """A child is its parent with the spans replaced; a shorter stream begins the longer one."""
    made = variants(model, share=0.3)
    assert len(made) > 5
    assert [edit(TEXT, child.spans) for child in made] == made
    assert len({TEXT, *(child.text for child in made)}) == len(made) + 1
    assert variants(model, n=3, share=0.3) == made[:3]
    assert all(list(protected_tokens(child.text)) == list(protected_tokens(TEXT)) for child in made)


def test_only_whole_words_in_the_same_inflection_come_in(model):
    """The stream of a short sentence ends, and holds exactly what fits."""
    assert {child.text for child in variants(model, "Movies!")} == {"Films!", "Umbrellas!"}
    assert {child.text for child in variants(model, "I bought it.")} == {"I saw it."}


def test_many_texts_give_what_one_gives(model):
    """What a text gives does not depend on its neighbours."""
    texts = [TEXT, "", "Movies!", f"{TEXT} {TEXT}"]
    rngs = [rng_for(13, i) for i in range(4)]
    operator = Contextual(model=model)
    batch = [list(stream) for stream in operator.augment_many(texts, rngs, [5] * 4)]
    assert batch == [list(operator.augment(text, rng_for(13, i), 5)) for i, text in enumerate(texts)]


def test_likely_words_come_more_often(tmp_path):
    """Words are drawn by the model's probabilities, from the likeliest `top_k`."""
    folder = save("bert", tmp_path, favour=["film", "not", "##film", "the"])
    firsts = [next(Contextual(model=folder).augment("a movie", rng_for(seed), 1)).text for seed in range(20)]
    assert set(firsts) == {"a film"}
    assert [child.text for child in variants(folder, "a movie", top_k=1)] == ["a film"]


def test_case_and_article_suit(model):
    """`a` becomes `an`, and a capital stays a capital."""
    texts = {child.text for child in variants(model, "Movies in a cottage")}
    assert "Movies in an umbrella" in texts
    assert "Films in a cottage" in texts


def test_words_of_the_user_are_neither_replaced_nor_put_in(model):
    """Protection covers all forms of a word."""
    assert variants(model, "Movies!", protect=("movie",)) == []
    assert {child.text for child in variants(model, "Movies!", protect=("film",))} == {"Umbrellas!"}


@pytest.mark.parametrize("text", ["", "to be or not to be", "42", "a movie [MASK] a film"])
def test_texts_without_a_safe_word_yield_nothing(model, text):
    """Nor does a text with a mask of its own, which could not be told from ours."""
    assert variants(model, text) == []


def test_long_texts_are_seen_in_part(model):
    """The model sees the words around the mask, so that no text is too long for it."""
    text = "the 1 2 3 4 5 " * 500 + "movies"
    assert {child.text for child in variants(model, text)} == {f"{text[:-6]}films", f"{text[:-6]}umbrellas"}


def test_a_place_that_the_model_cannot_see_stays(model):
    """An endless code before the word pushes it out of the model's sight."""
    assert variants(model, f"{'3-' * 3000}3 movies") == []


def test_what_it_uses_tells_models_apart(tmp_path, model):
    """Other weights, other texts: the key of the stage needs it."""
    other = save("bert", tmp_path, favour=["film"])
    assert Contextual(model=model).uses() == Contextual(model=model).uses()
    assert Contextual(model=model).uses()["model"] != Contextual(model=other).uses()["model"]


def test_a_model_of_another_kind_is_refused(tiny_encoder):
    """Without its head a model would propose noise."""
    with pytest.raises(UsageError, match="no masked language model"):
        variants(str(tiny_encoder))


def test_a_missing_model_is_a_usage_error(tmp_path):
    """The message says what can be given."""
    with pytest.raises(UsageError, match="save_pretrained"):
        variants(str(tmp_path / "nowhere"))
    with pytest.raises(UsageError, match="save_pretrained"):
        Contextual(model=str(tmp_path / "nowhere")).uses()


def test_the_global_random_states_stay(tmp_path):
    """Neither torch nor Python notices, not even when a model is loaded."""
    import random

    import torch

    before = random.getstate(), torch.random.get_rng_state().tolist()
    assert variants(save("bert", tmp_path))
    assert (random.getstate(), torch.random.get_rng_state().tolist()) == before


@pytest.mark.slow
def test_hash_seeds_play_no_part(model):
    """Two processes with different hash seeds agree."""
    code = (
        "from datakit.augmentation.operators.contextual import Contextual\n"
        "from datakit.core.seeding import rng_for\n"
        f"print([e.text for e in Contextual(model={model!r}).augment({TEXT!r}, rng_for(1), 40)])"
    )
    assert len(printed_under_hash_seeds(code)) == 1
