"""Train a tiny BERT from scratch, so that rules are tried on a second encoder.

    python benchmarks/faults_training/second_encoder.py FOLDER [--minutes 5] [--taught 4]

Its vocabulary (8,000 word pieces) and its texts are those of the English sets in `sets.DATA`, without labels and
without the texts of any test file. 4 blocks, 192 wide, 3 heads, 3.4M parameters. Its embeddings begin as word
vectors (PPMI of the four words on either side, factorised; Levy and Goldberg 2014). It learns masked words for
some CPU minutes (30% hidden; Wettig et al. 2023, Should you mask 15% in masked language modeling?), and then to
give the vectors that the embedded encoder has for short texts (distillation; Reimers and Gurevych 2020): masked
words alone would take hours to a sane state. So it owes MiniLM what it knows, but no weight, and has another
width, depth and vocabulary. Whether its state is sane the healthy trainings on trec6 show, beside
TF-IDF with a logistic regression.
"""

import argparse
import json
import os
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")

import gzip

import numpy as np
import torch
from scipy import sparse
from sets import DATA
from sklearn.utils.extmath import randomized_svd
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors, trainers
from torch import Tensor, nn
from transformers import BertConfig, BertForMaskedLM, BertModel, PreTrainedTokenizerFast

from datakit.core.embeddings import embeddings
from datakit.core.seeding import rng_for

SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
PAD, CLS, SEP, MASK = 0, 2, 3, 4
WORDS, LONGEST, BATCH, HIDDEN, PEAK, WARM_UP = 8000, 48, 64, 0.3, 1e-3, 0.03
ENGLISH = ("banking77", "goemotions", "hate_offensive", "imdb_3k", "sms_spam", "sst2", "trec6")
BESIDE, SPREAD, SEED = 4, 0.04, 13
TAUGHT, SHORT = 24_000, 16  #: texts, and their words at most
LONG = 60  #: words of a piece that a longer text is cut into


def texts(folder: Path) -> list[str]:
    """Return the texts of the English sets, long ones in pieces, without those that models are tested by."""
    found: list[str] = []
    for name in ENGLISH:
        for file in sorted(folder.glob(f"{name}.*.jsonl*")):
            if ".test." not in file.name:
                found += _read(file)
    pieces = [words[i : i + LONG] for words in map(str.split, found) for i in range(0, len(words), LONG)]
    return list(dict.fromkeys(" ".join(piece) for piece in pieces))


def _read(file: Path) -> list[str]:
    opened = gzip.open if file.suffix == ".gz" else open
    with opened(file, "rt", encoding="utf-8") as lines:
        return [json.loads(line)["text"] for line in lines]


def tokenizer_of(corpus: Sequence[str]) -> PreTrainedTokenizerFast:
    """Return word pieces learnt from the texts."""
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))  # noqa: S106
    tokenizer.normalizer = normalizers.BertNormalizer()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    trainer = trainers.WordPieceTrainer(vocab_size=WORDS, special_tokens=list(SPECIAL), show_progress=False)
    tokenizer.train_from_iterator(corpus, trainer)
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", CLS), ("[SEP]", SEP)]
    )
    named = {"pad_token": "[PAD]", "unk_token": "[UNK]", "cls_token": "[CLS]", "sep_token": "[SEP]"}
    return PreTrainedTokenizerFast(tokenizer_object=tokenizer, mask_token="[MASK]", **named)  # noqa: S106


def batches(ids: Sequence[Sequence[int]], rng: np.random.Generator) -> Iterator[Tensor]:
    """Yield padded batches of rows of like length, (rows, tokens), in random order, without end."""
    lengths = np.array(list(map(len, ids)))
    while True:
        order = np.argsort(lengths + rng.random(len(ids)), kind="stable")
        cuts = [order[i : i + BATCH] for i in range(0, len(order), BATCH)]
        for i in rng.permutation(len(cuts)):
            rows = [torch.tensor(ids[j]) for j in cuts[i]]
            yield nn.utils.rnn.pad_sequence(rows, batch_first=True, padding_value=PAD)


def word_vectors(ids: Sequence[Sequence[int]], width: int) -> Tensor:
    """Return vectors of the vocabulary by what stands beside each word, (WORDS, width), spread as BERT's are."""
    flat = np.concatenate([np.array([*row, *[PAD] * BESIDE]) for row in ids])
    counts = sparse.csr_matrix((WORDS, WORDS), dtype=np.float64)
    for distance in range(1, BESIDE + 1):
        pairs = flat[:-distance], flat[distance:]
        counts += sparse.coo_matrix((np.ones(len(pairs[0])), pairs), shape=(WORDS, WORDS)).tocsr()
    counts = (counts + counts.T).tocoo()
    known = (counts.row > MASK) & (counts.col > MASK)
    row, column, times = counts.row[known], counts.col[known], counts.data[known]
    each = np.bincount(row, weights=times, minlength=WORDS)
    context = each**0.75 / (each**0.75).sum()
    surprise = np.log(times / (each[row] * context[column])).clip(0)
    left, strength, _ = randomized_svd(
        sparse.csr_matrix((surprise, (row, column)), shape=(WORDS, WORDS)), width, random_state=SEED
    )
    vectors = torch.from_numpy(left * np.sqrt(strength)).float()
    return vectors * (SPREAD / vectors.std())


def pretrained(ids: Sequence[Sequence[int]], minutes: float) -> BertForMaskedLM:
    """Return the model after so many minutes of CPU time."""
    torch.manual_seed(SEED)
    rng = np.random.default_rng(SEED)
    model = BertForMaskedLM(
        BertConfig(
            vocab_size=WORDS,
            hidden_size=192,
            num_hidden_layers=4,
            num_attention_heads=3,
            intermediate_size=768,
            max_position_embeddings=512,
            hidden_dropout_prob=0.1,
            attention_probs_dropout_prob=0.1,
        )
    ).train()
    with torch.no_grad():
        model.get_input_embeddings().weight.copy_(word_vectors(ids, model.config.hidden_size))
    optimizer = torch.optim.AdamW(model.parameters(), lr=PEAK, weight_decay=0.01, fused=True)
    began, shown = time.process_time(), 0.0
    for step, rows in enumerate(batches(ids, rng)):
        done = (time.process_time() - began) / (60 * minutes)
        if done >= 1:
            return model.eval()
        optimizer.param_groups[0]["lr"] = PEAK * min(done / WARM_UP, (1 - done) / (1 - WARM_UP))
        loss = _loss(model, rows)
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad()
        if done >= shown:
            print(f"{done:4.0%}, step {step}: loss {loss.item():.3f}", flush=True)
            shown += 0.05
    raise AssertionError


def _loss(model: BertForMaskedLM, rows: Tensor) -> Tensor:
    """Return the loss of the hidden tokens; only these are read out."""
    hidden = (torch.rand(rows.shape) < HIDDEN) & (rows > MASK)
    hidden[:, 1] |= ~hidden.any(dim=1) & (rows[:, 1] > MASK)
    with torch.autocast("cpu", torch.bfloat16):
        states = model.bert(rows.masked_fill(hidden, MASK), attention_mask=(rows != PAD).long())[0]
        logits = model.cls(states[hidden])
    return nn.functional.cross_entropy(logits.float(), rows[hidden])


def taught(encoder: BertModel, tokenizer: PreTrainedTokenizerFast, corpus: Sequence[str], minutes: float) -> None:
    """Let the first token's state, seen through a matrix, point where the embedded encoder's vector does."""
    short = [text for text in corpus if 3 <= len(text.split()) <= SHORT]
    chosen = rng_for(SEED, "taught").sample(short, min(TAUGHT, len(short)))
    vectors = torch.from_numpy(embeddings(chosen))
    ids = [torch.tensor(row) for row in tokenizer(chosen, truncation=True, max_length=LONGEST)["input_ids"]]
    seen = nn.Linear(encoder.config.hidden_size, vectors.shape[1])
    optimizer = torch.optim.AdamW([*encoder.parameters(), *seen.parameters()], lr=PEAK, fused=True)
    rng, began, shown = np.random.default_rng(SEED), time.process_time(), 0.0
    encoder.train()
    while True:
        for rows in np.array_split(rng.permutation(len(ids)), len(ids) // BATCH):
            done = (time.process_time() - began) / (60 * minutes)
            if done >= 1:
                encoder.eval()
                return
            optimizer.param_groups[0]["lr"] = PEAK * min(done / WARM_UP, (1 - done) / (1 - WARM_UP))
            batch = nn.utils.rnn.pad_sequence([ids[i] for i in rows], batch_first=True, padding_value=PAD)
            with torch.autocast("cpu", torch.bfloat16):
                given = seen(encoder(batch, attention_mask=(batch != PAD).long())[0][:, 0]).float()
            loss = 1 - nn.functional.cosine_similarity(given, vectors[rows]).mean()
            loss.backward()
            nn.utils.clip_grad_norm_(encoder.parameters(), 1.0)
            optimizer.step()
            optimizer.zero_grad()
            if done >= shown:
                print(f"taught {done:4.0%}: cosine {1 - loss.item():.3f}", flush=True)
                shown += 0.1


def main() -> None:
    """Make it, and save what `from_pretrained` loads."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--minutes", type=float, default=5.0, help="of CPU time for masked words")
    parser.add_argument("--taught", type=float, default=4.0, help="of CPU time for vectors of texts")
    given = parser.parse_args()
    torch.set_num_threads(1)
    corpus = texts(DATA)
    tokenizer = tokenizer_of(corpus)
    ids = tokenizer(corpus, truncation=True, max_length=LONGEST)["input_ids"]
    print(f"{len(ids):,} rows, {sum(map(len, ids)):,} tokens", flush=True)
    encoder = pretrained(ids, given.minutes).bert
    taught(encoder, tokenizer, corpus, given.taught)
    encoder.save_pretrained(given.folder)
    tokenizer.save_pretrained(given.folder)


if __name__ == "__main__":
    main()
