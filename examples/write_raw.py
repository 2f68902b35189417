"""Writes a messy labelled file: messages to a help desk, with the faults that such files have.

    python examples/write_raw.py raw.jsonl [rows]

The texts are put together from phrases, so that no data set has to be shipped. Planted are: a strong imbalance,
copies (exact and with other case or spacing), labels that contradict each other, wrong labels, empty texts, a
missing label, a line cut off in the middle, and a line that is no JSON at all.
"""

import json
import random
import sys
from pathlib import Path

SEED = 7

OPENINGS = [
    "hi",
    "hello",
    "good morning",
    "dear team",
    "please help",
    "hey there",
    "",
    "",
    "",
    "to whom it may concern",
]
CLOSINGS = [
    "thanks",
    "thank you",
    "please answer soon",
    "regards",
    "",
    "",
    "",
    "this is urgent",
    "kind regards",
    "cheers",
]
WHEN = [
    "yesterday",
    "this morning",
    "last week",
    "since Monday",
    "two days ago",
    "again",
    "after the update",
    "today",
]
WHAT = [
    "order",
    "parcel",
    "invoice",
    "account",
    "subscription",
    "laptop",
    "headphones",
    "printer",
    "phone",
    "ticket",
]

# label -> (share of the rows, phrases); some phrases fit two labels, as in life
TOPICS = {
    "delivery": (
        0.62,
        [
            "my {what} has not arrived, I ordered it {when}",
            "where is the {what} that you sent {when}",
            "the courier left my {what} with a neighbour {when}",
            "tracking has shown no movement for my {what} {when}",
            "the {what} came to the wrong address {when}",
            "can I change the delivery date of the {what}",
            "half of the {what} was missing when it arrived {when}",
            "how long does shipping of a {what} take",
        ],
    ),
    "billing": (
        0.22,
        [
            "I was charged twice for the {what} {when}",
            "the invoice for my {what} shows the wrong amount",
            "I want a refund for the {what} that I returned {when}",
            "my card was declined {when} when I paid for the {what}",
            "please send the invoice of the {what} to my company",
            "why does the {what} cost more than {when}",
            "the discount was not taken off the price of the {what}",
        ],
    ),
    "technical": (
        0.12,
        [
            "the {what} does not switch on {when}",
            "I cannot log in to my {what}, the password is refused {when}",
            "the app crashes when I open the {what} page {when}",
            "the screen of my {what} flickers {when}",
            "an error appears when I register the {what}",
            "the {what} loses its connection {when}",
        ],
    ),
    "cancel": (
        0.04,
        [
            "please cancel my {what}, I ordered it {when}",
            "I want to close my {what} and delete my data",
            "stop the {what}, I no longer need it",
            "I changed my mind about the {what} {when}, do not send it",
            "end my contract for the {what} at the end of the month",
        ],
    ),
}


def message(rng: random.Random, label: str) -> str:
    """Return one message about the topic."""
    body = rng.choice(TOPICS[label][1]).format(what=rng.choice(WHAT), when=rng.choice(WHEN))
    parts = [rng.choice(OPENINGS), body, rng.choice(CLOSINGS)]
    number = f"order no {rng.randrange(10_000, 99_999)}" if rng.random() < 0.5 else ""
    return ", ".join(part for part in (*parts[:2], number, parts[2]) if part)


def lines(rows: int) -> list[str]:
    """Return the file's lines."""
    rng = random.Random(SEED)
    labels = list(TOPICS)
    weights = [TOPICS[label][0] for label in labels]
    made = []
    for _ in range(rows):
        topic = rng.choices(labels, weights)[0]
        label = rng.choice(labels) if rng.random() < 0.02 else topic
        made.append({"text": message(rng, topic), "label": label})
    for row in rng.sample(made, rows // 40):
        text = row["text"]
        made.append({"text": rng.choice([text, text.upper(), f"  {text} "]), "label": row["label"]})
    contradicted = rng.sample(made, 4)
    made += [{**row, "label": next(other for other in labels if other != row["label"])} for row in contradicted]
    made += [
        {"text": "", "label": "billing"},
        {"text": "   ", "label": "delivery"},
        {"text": "no label here", "label": None},
    ]
    rng.shuffle(made)
    written = [json.dumps(row) for row in made]
    written.insert(len(written) // 2, "this line is no JSON")
    written.append(written[0][: len(written[0]) // 2])
    return written


if __name__ == "__main__":
    target = Path(sys.argv[1])
    target.write_text("\n".join(lines(int(sys.argv[2]) if len(sys.argv) > 2 else 2400)), encoding="utf-8")
