"""A statement about splits that anyone can check again."""

from collections.abc import Iterator, Mapping, Sequence
from hashlib import blake2b, sha256
from itertools import combinations
from typing import Any

import numpy as np
from msgspec.json import encode

from datakit.core.corpus import Corpus, Splits
from datakit.core.findings import Finding, Severity
from datakit.splitting.kinship import Kinship

_SHOWN = 5  # labels named in a message
_NOTHING = object()


def certify(splits: Splits, *, near: bool = True) -> Mapping[str, Any]:
    """Count, again and from the rows alone, what splits must not share, and what they should.

    Args:
        splits: what is certified.
        near: look for near-duplicates too, which takes most of the time.

    Returns:
        JSON-able: rows and label counts by split; `absent`, the labels that other splits have; `deviation`, the
        label whose rows' share in the split is farthest from that of all rows, in percentage points; for each
        pair of splits the number of shared texts (after normalisation), of near-duplicate pairs (None if not
        looked for), of shared ids, and of augmented rows on one side whose parent stands on the other; augmented
        rows in held-out splits; SHA-256 digests of the ids and of the rows, whatever their order; and `clean`,
        which is true if nothing is shared and no held-out split holds an augmented row.
    """
    kin = Kinship.of(list(splits.values()), near=near)
    of_row = np.repeat(np.arange(len(splits)), [len(corpus) for corpus in splits.values()])
    texts = {name: kin.of_texts(of_row == place) for place, name in enumerate(splits)}
    pairs = {}
    for one, other in combinations(splits, 2):
        a, b = kin.near
        across = (texts[one][a] & texts[other][b]) | (texts[one][b] & texts[other][a])
        pairs[f"{one}/{other}"] = {
            "texts": int((texts[one] & texts[other]).sum()),
            "near": int(across.sum()) if near else None,
            **_shared_rows(splits[one], splits[other]),
        }
    augmented = {
        name: sum(parent is not None for parent in splits[name].parents) for name in splits if name != "train"
    }
    return {
        "rows": {name: len(corpus) for name, corpus in splits.items()},
        "labels": {name: dict(corpus.label_counts) for name, corpus in splits.items()},
        **_balance(splits),
        "shared": pairs,
        "augmented_held_out": augmented,
        "digests": {name: _digests(corpus) for name, corpus in splits.items()},
        "clean": not any(augmented.values()) and not any(any(counts.values()) for counts in pairs.values()),
    }


def verify(splits: Splits, certificate: Mapping[str, Any], *, near: bool = True) -> list[str]:
    """Return what of `certificate` does not hold for `splits`, one line a difference; none if all of it does.

    Args:
        splits: what the certificate is about.
        certificate: what `certify` said of them.
        near: look for near-duplicates too, if the certificate tells of them; else they are not compared.
    """
    certified = dict(_leaves(certificate))
    near = near and any(path[-1] == "near" and count is not None for path, count in certified.items())
    found = dict(_leaves(certify(splits, near=near)))
    return [
        f"{', '.join(path)}: certified {certified.get(path, 'nothing')}, found {found.get(path, 'nothing')}"
        for path in dict.fromkeys([*certified, *found])
        if certified.get(path, _NOTHING) != found.get(path, _NOTHING)
        # What follows from the rest, and near-duplicates that were not looked for (None), is not compared.
        and path != ("clean",)
        and None not in (certified.get(path, _NOTHING), found.get(path, _NOTHING))
    ]


def findings_of(certificate: Mapping[str, Any]) -> Iterator[Finding]:
    """Yield what a certificate says against its splits: rows that they share, and labels that some lack."""
    if not certificate["clean"]:
        pairs = [pair for pair, counts in certificate["shared"].items() if any(counts.values())]
        held_out = [name for name, rows in certificate["augmented_held_out"].items() if rows]
        wrong = [f"{pair} share rows" for pair in pairs] + [f"{name} holds augmented rows" for name in held_out]
        yield Finding(
            code="split-leakage",
            severity=Severity.ERROR,
            message=f"the splits are not clean: {', '.join(wrong)}",
            fix="the files you gave for validation and test overlap: take the shared rows out of one of them",
            evidence={name: certificate[name] for name in ("shared", "augmented_held_out")},
        )
    if absent := {name: labels for name, labels in certificate["absent"].items() if labels}:
        places = [f"{name} lacks {len(labels):,} ({_some(labels)})" for name, labels in absent.items()]
        yield Finding(
            code="absent-label",
            severity=Severity.WARNING,
            message=f"not every label stands in every split: {', '.join(places)}",
            fix="label more rows of these: each needs as many different texts as there are splits; or let "
            "near-duplicates stand on two sides: near=False",
            evidence={"absent": absent},
        )


def _shared_rows(one: Corpus, other: Corpus) -> dict[str, int]:
    ids, others = set(one.ids), set(other.ids)
    return {
        "ids": len(ids & others),
        "parents": sum(parent in others for parent in one.parents if parent)
        + sum(parent in ids for parent in other.parents if parent),
    }


def _balance(splits: Splits) -> dict[str, Any]:
    """Return what labels each split lacks, and the label whose share in it is farthest from that of all rows."""
    labels = sorted({label for corpus in splits.values() for label in corpus.label_counts})
    counts = np.array([[corpus.label_counts.get(label, 0) for label in labels] for corpus in splits.values()])
    rows = np.array([len(corpus) for corpus in splits.values()])
    shares = counts / counts.sum(axis=0, keepdims=True)
    points = 100 * np.abs(shares - (rows / max(rows.sum(), 1))[:, None])
    return {
        "absent": {
            name: [label for label, count in zip(labels, of_split, strict=True) if not count]
            for name, of_split in zip(splits, counts, strict=True)
        },
        "deviation": {
            name: {"label": labels[int(np.argmax(off))], "points": round(float(off.max()), 4)}
            for name, off in zip(splits, points, strict=True)
            if labels
        },
    }


def _digests(corpus: Corpus) -> dict[str, str]:
    """Return a SHA-256 of the ids and one of ids, texts, labels and parents, in hex; the order does not matter."""
    told = corpus.table.select(["id", "text", "label", "labels", "parent"])
    rows = (
        blake2b(encode(row), digest_size=16).digest()
        for batch in told.to_batches(max_chunksize=10_000)
        for row in batch.to_pylist()
    )
    return {
        "ids": sha256(encode(sorted(corpus.ids))).hexdigest(),
        "rows": sha256(b"".join(sorted(rows))).hexdigest(),
    }


def _leaves(value: object, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    if isinstance(value, Mapping):
        for name, inner in value.items():
            yield from _leaves(inner, (*path, str(name)))
    else:
        yield path, value


def _some(labels: Sequence[str]) -> str:
    return ", ".join(labels[:_SHOWN]) + (", …" if len(labels) > _SHOWN else "")
