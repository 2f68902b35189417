"""The translator `marian`, on tiny models with random weights."""

import pytest
import torch

from datakit.augmentation.operators.back_translation import BackTranslation
from datakit.augmentation.translators.marian import Marian
from datakit.core.seeding import rng_for

TEXTS = ["We tried to contact you.", "Your answer to the offer\nof a handset. We tried.", "customer 7", " "]


@pytest.fixture(scope="module")
def engine(tiny_marian):
    """Give the engine on the tiny models."""
    return Marian(model=tiny_marian, batch_tokens=64)


def test_the_translation_is_that_of_transformers(engine, tiny_marian):
    """Greedy, one sentence at a time, as the library alone would."""
    from transformers import AutoModelForSeq2SeqLM, AutoTokenizer

    folder = tiny_marian.format(source="en", target="de")
    tokenizer, model = AutoTokenizer.from_pretrained(folder), AutoModelForSeq2SeqLM.from_pretrained(folder)
    inputs = tokenizer(TEXTS[0], return_tensors="pt")
    told = model.generate(**inputs, num_beams=1, do_sample=False, max_length=2 * inputs["input_ids"].shape[1] + 16)
    assert engine.translate([TEXTS[0]], "en", "de") == tokenizer.batch_decode(told, skip_special_tokens=True)


def test_company_and_order_play_no_part(engine):
    """A text has the same translation alone, in another order, and drawn by the same seed."""
    for seeds in (None, [1, 2, 3, 4]):
        together = engine.translate(TEXTS, "en", "de", seeds)
        backwards = engine.translate(TEXTS[::-1], "en", "de", seeds and seeds[::-1])
        alone = [engine.translate([t], "en", "de", seeds and [seeds[i]])[0] for i, t in enumerate(TEXTS)]
        assert together == backwards[::-1] == alone
        assert together[3] == " "


def test_seeds_draw_and_the_global_generator_stays(engine):
    """Another seed, another translation; torch's own generator is not touched."""
    before = torch.get_rng_state()
    drawn = {engine.translate([TEXTS[0]], "en", "de", [seed])[0] for seed in range(8)}
    assert len(drawn) == 8
    assert torch.equal(before, torch.get_rng_state())


def test_options_of_decoding_are_part_of_the_identity(engine, tiny_marian):
    """Translations of other beams are others; the batches play no part."""
    same, other = Marian(model=tiny_marian), Marian(model=tiny_marian, beams=4)
    assert engine.identity("en", "de") == same.identity("en", "de") != other.identity("en", "de")
    assert other.translate(TEXTS[:1], "en", "de")
    assert engine.pivots("en") == ("de",)


def test_back_translation_draws_many_variants(tiny_marian, tmp_path, monkeypatch):
    """Of one pivot: all different, the first the same however many are asked for, alone or in company."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    operator = BackTranslation(engine="marian", options={"model": tiny_marian})

    def stream(n):
        return list(operator.augment(TEXTS[0], rng_for(1), n))

    five = stream(5)
    assert len({child.text for child in five}) == 5
    assert stream(2) == five[:2]
    both = operator.augment_many([TEXTS[1], TEXTS[0]], [rng_for(2), rng_for(1)], [1, 5])
    assert list(map(list, both))[1] == five
