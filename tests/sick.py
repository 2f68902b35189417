"""A training with each fault, by the rule that names it: what `datakit.testing.judge` takes."""

from dataclasses import replace

from datakit.core.history import Start
from datakit.testing import history, metrics

_BLIND = {"information": 0.0, "macro_f1": 0.43, "accuracy": 0.5, "train_accuracy": 0.5}
_NOTHING = {"relative_loss": 0.99, "accuracy": 0.5}
_PROBES = {"tfidf-logistic-regression": 0.48, "frozen-encoder-probe": 0.5}


def _run(epoch=None, every_step=None, settings=None, **changes):
    return {
        "history": history(epochs=[epoch or {}], every_step=every_step, settings=settings or {}, **changes),
        "metrics": metrics(),
    }


def _start(**changes):
    return Start(**{"loss": 0.7, "relative_loss": 1.0, "cosine": 0.6, "learning": 1.0, **changes})


def _before(settings=None, **changes):
    """Return what is known before the first step."""
    return {"history": history(epochs=[], steps=(), start=None, settings=settings or {}, **changes), "metrics": {}}


def _guessing(macro_f1):
    return {"rows": 400, "macro_f1": macro_f1, "roc_auc_interval": [0.44, 0.56]}


_ONE_IN_TEN = {"train_counts": {"ham": 900, "spam": 100}}

SICK = {
    "constant-text": _before({"texts_alike": 0.97, "texts_truncated": 0.0}),
    "inverted-class-weights": _before({"class_weights": {"ham": 9.0, "spam": 1.0}}, **_ONE_IN_TEN),
    "learning-rate-out-of-range": _before({"learning_rate": 5e-3, "epochs": 4}),
    "low-precision-weights": _before({"weights_dtype": "bfloat16"}),
    "misleading-accuracy": _run(
        {"recall": {"ham": 1.0, "spam": 0.0, "news": 1.0}, "predicted": {"ham": 82, "spam": 0, "news": 18}},
        labels=("ham", "news", "spam"),
        train_counts={"ham": 300, "news": 70, "spam": 30},
        validation_counts={"ham": 75, "news": 18, "spam": 7},
    ),
    "missing-class-weights": _before({"class_weights": "none"}, **_ONE_IN_TEN),
    "reference-at-chance": {
        **_before(),
        "metrics": {
            "reference": {
                "majority": {"rows": 400, "macro_f1": 0.43, "roc_auc_interval": [0.5, 0.5]},
                "tfidf-logistic-regression": _guessing(0.48),
                "frozen-encoder-probe": _guessing(0.5),
            }
        },
    },
    "reference-below-chance": {
        **_before(),
        "metrics": {
            "reference": {
                "majority": {"rows": 400, "macro_f1": 0.43, "roc_auc_interval": [0.5, 0.5]},
                "tfidf-logistic-regression": {"rows": 400, "macro_f1": 0.3, "roc_auc_interval": [0.2, 0.3]},
                "frozen-encoder-probe": {"rows": 400, "macro_f1": 0.2, "roc_auc_interval": [0.1, 0.2]},
            }
        },
    },
    "softmax-before-cross-entropy": _run({"train_accuracy": 0.97}, {"relative_loss": 0.48}),
    "too-few-steps": _before({"epochs": 2, "batch_size": 32}),
    "validation-too-good": {
        "history": history(epochs=[{"accuracy": 0.99}], validation_counts={"ham": 300, "spam": 100}),
        "metrics": metrics(),
    },
    "weights-not-loaded": _before({"weights_missing": 0.5, "weights_untrained": 0.5}),
    "wrong-tokenizer": _before({"tokenizer_size": 50_265, "embeddings": 30_522, "padding_ids": [1, 0]}),
    "diverged": {"history": history(epochs=[], diverged_at=60), "metrics": {}},
    "dropout-too-high": _run(_BLIND, _NOTHING, {"dropout": 0.6}),
    "frozen-body": _run(None, {"relative_loss": 0.8, "body_update": 0.0}, {"freeze": "embeddings,0-5"}),
    "head-not-learning": _run(None, {"head_update": 0.0}),
    "identical-representations": _run(_BLIND, _NOTHING, start=_start(cosine=1.0)),
    "label-noise": _run({"train_accuracy": 0.76, "accuracy": 0.57, "relative_loss": 0.9}),
    "labels-shuffled": {
        **_run({**_BLIND, "train_accuracy": 0.95}),
        "metrics": metrics(macro_f1=0.45, baselines=_PROBES),
    },
    "learning-rate-too-high": _run(_BLIND, {**_NOTHING, "body_update": 1.6e-2}, {"learning_rate": 5e-3}),
    "learning-rate-too-low": _run(_BLIND, {**_NOTHING, "body_update": 4e-6}, {"learning_rate": 1e-6}),
    "majority-collapse": _run({"predicted": {"ham": 100, "spam": 0}}),
    "no-warm-up": _run(
        {"train_accuracy": 0.77}, {"body_update": 4e-3, "drift": 0.085}, {"warmup": 0.0, "learning_rate": 1e-3}
    ),
    "nothing-learns": _run(_BLIND, {**_NOTHING, "body_update": 0.0, "head_update": 0.0}),
    "overfitting": {
        "history": history(epochs=[{"validation_loss": 0.2}, {"validation_loss": 0.5, "macro_f1": 0.7}]),
        "metrics": metrics(),
    },
    "schedule-ends-early": _run(
        steps=[replace(s, learning_rate=2e-5 if s.step <= 20 else 0.0) for s in history(epochs=[{}] * 3).steps]
    ),
    "sorted-batches": _run(_BLIND, {**_NOTHING, "label_entropy": 0.02}),
    "tiny-batch": _run(None, {"relative_loss": 0.7}, {"batch_size": 1}),
    "few-training-rows": _run({"accuracy": 0.6}, train_counts={"ham": 12, "spam": 4}),
    "truncation": _run(None, None, {"texts_truncated": 0.9, "tokens_lost": 0.6, "max_length": 8}),
    "under-trained": _run(None, {"relative_loss": 0.6, "drift": 0.008}),
    "validation-label-map": _run({"accuracy": 0.03, "train_accuracy": 0.98}),
    "worse-than-baseline": {
        "history": history(),
        "metrics": metrics(macro_f1=0.43, baselines={"tfidf-logistic-regression": 0.9}),
    },
    "wrong-optimizer": _run(
        _BLIND, {**_NOTHING, "body_update": 1.9e-7}, {"optimizer": "sgd", "learning_rate": 2e-5}
    ),
}
