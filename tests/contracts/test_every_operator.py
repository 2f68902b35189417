"""What every operator promises, ours and those that are yet to be written."""

import random
import time

import numpy as np
import pytest

from datakit.augmentation import operators
from datakit.augmentation.lexicon.tokens import protected_tokens
from datakit.augmentation.operators._base import edit, streams
from datakit.augmentation.translators.apertium import Apertium
from datakit.core.seeding import rng_for

TEXTS = [
    "The director bought an automobile and quickly began the big movie in a large house.",
    "It came today in a small box. My friends bought a film! Was the movie not long?",
    "Wo ist der Bahnhof und warum kam die Post gestern nicht zu mir?",
    "很快好吃。量大\uff01味道足。",
    "\N{GRINNING FACE} \N{PARTY POPPER} \N{GRINNING FACE}\N{GRINNING FACE} \N{FIRE}",
    "good movie",
    "<user> saw {name} and @bob at https://x.example/a?b=1 for 3.50 on [DATE] #fun a@b.example &amp; did not pay",
    "movie",
    " \n",
    "?!",
    "",
]

#: Operators that change characters whatever they belong to, or may say `no` for `not`: the filters
#: `protected-token-lost` and `negation-flipped` are for these.
CARELESS = {"nlpaug", "back-translation"}

every_operator = pytest.mark.parametrize("name", operators.names())


@pytest.fixture(scope="module")
def masked(tmp_path_factory):
    """Give a tiny masked language model that knows a few words."""
    return save_masked(tmp_path_factory.mktemp("masked"))


@pytest.fixture
def build(masked, tmp_path, monkeypatch):
    """Give a function that builds an operator; one that needs a model gets a tiny one."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    options = {
        "contextual": {"model": masked, "share": 0.3},
        "back-translation": {"engine": "apertium", "pivots": ["es"]},
    }

    def built(name):
        if name == "back-translation" and "es" not in Apertium().pivots("en"):
            pytest.skip("apertium-eng-spa is not installed")
        return operators.build(name, options.get(name, {}))

    return built


def made(operator, texts=TEXTS, n=6, seed=13):
    """Return the first n edits of each text."""
    rngs = [rng_for(seed, text) for text in texts]
    return [list(stream) for stream in streams(operator, texts, rngs, [n] * len(texts))]


@every_operator
def test_it_keeps_every_promise_about_its_edits(name, build):
    """Spans rebuild the text; at most n, distinct, none the parent; and some text has one."""
    streams_ = made(build(name))
    assert any(streams_)
    for text, edits in zip(TEXTS, streams_, strict=True):
        assert [edit(text, child.spans) for child in edits] == edits
        assert len({text, *(child.text for child in edits)}) == len(edits) + 1
        assert len(edits) <= 6
        for child in edits:
            assert list(child.spans) == sorted(child.spans, key=lambda span: (span.start, span.stop))
            assert all(a.stop <= b.start for a, b in zip(child.spans, child.spans[1:], strict=False))


@every_operator
def test_an_edit_is_known_by_its_place(name, build):
    """The first m of n are the same for every n; alone, in company and in another order."""
    operator = build(name)
    six = made(operator)
    assert made(operator, n=2) == [edits[:2] for edits in six]
    assert made(operator, n=0) == [[] for _ in TEXTS]
    assert made(operator, TEXTS[::-1]) == six[::-1]
    assert made(operator, TEXTS[:1]) == six[:1]
    assert [list(operator.augment(text, rng_for(13, text), 6)) for text in TEXTS[:2]] == six[:2]


@every_operator
def test_only_its_generator_decides(name, build):
    """The global states of Python and NumPy neither matter nor change."""
    operator = build(name)
    outcomes = []
    for seed in (1, 2):
        random.seed(seed)
        np.random.seed(seed)  # noqa: NPY002
        before = random.getstate(), np.random.get_state()[1].tolist()  # noqa: NPY002
        outcomes.append(made(operator))
        assert (random.getstate(), np.random.get_state()[1].tolist()) == before  # noqa: NPY002
    assert outcomes[0] == outcomes[1]


@every_operator
def test_what_is_protected_stays(name, build):
    """Addresses, mentions, tags, placeholders, numbers and negation are all still there, in any order."""
    if name in CARELESS:
        pytest.skip("takes texts apart; the filter protected-token-lost judges it")
    for text, edits in zip(TEXTS, made(build(name)), strict=True):
        for child in edits:
            assert sorted(protected_tokens(child.text)) == sorted(protected_tokens(text))


@every_operator
def test_its_language_is_a_code(name, build):
    """Empty, or missing, where it can be given any text."""
    language = getattr(build(name), "language", "")
    assert language == "" or (len(language) in (2, 3) and language.islower())


@every_operator
def test_what_it_uses_is_named_in_plain_words(name, build):
    """Roles and values are words that stand in a key and on a line."""
    uses = getattr(build(name), "uses", dict)()
    assert all(isinstance(part, str) and part and "\n" not in part for pair in uses.items() for part in pair)


@every_operator
def test_a_long_text_takes_no_quadratic_time(name, build):
    """Four times the words take at most about four times as long."""
    if name in ("contextual", "back-translation", "nlpaug"):
        pytest.skip("the time is that of the model, or of the library")
    operator = build(name)
    text = "the director bought an automobile and quickly began the big movie. It was large! "

    def seconds(times):
        start = time.process_time()
        list(operator.augment(text * times, rng_for(1), 2))
        return time.process_time() - start

    seconds(1)
    assert seconds(800) < max(1.5, 8 * seconds(200))


def save_masked(folder):
    """Save a masked language model of one layer with random weights."""
    import torch
    from tokenizers import Tokenizer, models, pre_tokenizers, processors
    from transformers import AutoConfig, AutoModelForMaskedLM, PreTrainedTokenizerFast

    letters = [chr(c) for c in range(33, 127)]
    words = ["movie", "film", "house", "box", "automobile", "director", "big", "large", "small", "bought", "saw"]
    tokens = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *letters, *(f"##{c}" for c in letters), *words]
    vocabulary = {token: i for i, token in enumerate(tokens)}
    tokenizer = Tokenizer(models.WordPiece(vocabulary, unk_token="[UNK]"))  # noqa: S106
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    names = {"pad_token": "[PAD]", "unk_token": "[UNK]", "mask_token": "[MASK]"}
    PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        cls_token="[CLS]",  # noqa: S106
        sep_token="[SEP]",  # noqa: S106
        **names,
    ).save_pretrained(folder)
    size = {"hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 1, "intermediate_size": 16}
    config = AutoConfig.for_model("bert", vocab_size=len(tokens), pad_token_id=0, **size)
    with torch.random.fork_rng():
        torch.manual_seed(0)
        AutoModelForMaskedLM.from_config(config).save_pretrained(folder)
    return str(folder)
