"""Fine-tune a classifier with Trainer of transformers 5, as it should be done: lint finds nothing here."""

import argparse

import numpy as np
import torch
from datasets import load_dataset
from sklearn.metrics import accuracy_score, f1_score
from sklearn.utils.class_weight import compute_class_weight
from torch import nn
from transformers import (
    AutoModelForSequenceClassification,
    AutoTokenizer,
    DataCollatorWithPadding,
    EarlyStoppingCallback,
    Trainer,
    TrainingArguments,
)


class WeightedTrainer(Trainer):
    """Weighs rare labels more."""

    def __init__(self, *arguments, class_weights, **options):
        super().__init__(*arguments, **options)
        self.class_weights = class_weights

    def compute_loss(self, model, inputs, return_outputs=False, num_items_in_batch=None):  # noqa: ARG002
        """Return the weighted cross-entropy of the logits."""
        labels = inputs.pop("labels")
        outputs = model(**inputs)
        loss = nn.functional.cross_entropy(outputs.logits, labels, weight=self.class_weights.to(labels.device))
        return (loss, outputs) if return_outputs else loss


def compute_metrics(answers):
    """Return figures that see rare labels."""
    predictions = np.argmax(answers.predictions, axis=-1)
    return {
        "accuracy": accuracy_score(answers.label_ids, predictions),
        "macro_f1": f1_score(answers.label_ids, predictions, average="macro"),
    }


def main():
    """Read train.csv, validation.csv and test.csv, train, and measure once on the test rows."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--model", default="distilbert-base-uncased")
    name = parser.parse_args().model

    data = load_dataset("csv", data_files={s: f"{s}.csv" for s in ("train", "validation", "test")})
    tokenizer = AutoTokenizer.from_pretrained(name)
    encoded = data.map(lambda rows: tokenizer(rows["text"], truncation=True, max_length=256), batched=True)
    labels = np.array(data["train"]["label"])
    weights = compute_class_weight("balanced", classes=np.unique(labels), y=labels)

    trainer = WeightedTrainer(
        model=AutoModelForSequenceClassification.from_pretrained(name, num_labels=len(weights), dtype="float32"),
        args=TrainingArguments(
            output_dir="out",
            learning_rate=3e-5,
            num_train_epochs=4,
            per_device_train_batch_size=16,
            warmup_steps=0.1,
            weight_decay=0.01,
            train_sampling_strategy="group_by_length",
            eval_strategy="epoch",
            save_strategy="epoch",
            load_best_model_at_end=True,
            metric_for_best_model="macro_f1",
            logging_nan_inf_filter=False,
            report_to="none",
        ),
        train_dataset=encoded["train"],
        eval_dataset=encoded["validation"],
        processing_class=tokenizer,
        data_collator=DataCollatorWithPadding(tokenizer),
        compute_metrics=compute_metrics,
        callbacks=[EarlyStoppingCallback(early_stopping_patience=2)],
        class_weights=torch.tensor(weights, dtype=torch.float32),
    )
    trainer.train()
    return trainer.evaluate(encoded["test"], metric_key_prefix="test")


if __name__ == "__main__":
    main()
