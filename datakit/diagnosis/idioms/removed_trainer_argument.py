"""Options that Trainer no longer takes."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from datakit.core.findings import Severity
from datakit.diagnosis.idioms._base import Idiom, Spot
from datakit.diagnosis.idioms._queries import keyword_of, last_name, trainers
from datakit.diagnosis.idioms._script import Script


@dataclass(frozen=True, kw_only=True, slots=True)
class RemovedTrainerArgument(Idiom):
    """`Trainer(tokenizer=…)`, which transformers 5 does not take.

    What:
        `tokenizer=` given to `Trainer`, `Seq2SeqTrainer` or a class derived from them without an `__init__`.
    Why:
        The parameter is called `processing_class` now; the call ends in a TypeError.
    Example:
        `Trainer(model=model, args=args, tokenizer=tokenizer)`
    Fix:
        `Trainer(model=model, args=args, processing_class=tokenizer)`
    Source:
        `Trainer.__init__` of transformers 5.23
    """

    severity: ClassVar[Severity] = Severity.ERROR

    def find(self, script: Script) -> Iterator[Spot]:
        """Look at what trainers are given; a class with an `__init__` of its own may take it."""
        own = {
            made.name
            for made in script.classes("Trainer", of=("transformers",))
            if any(isinstance(node, ast.FunctionDef) and node.name == "__init__" for node in made.body)
        }
        for call in trainers(script):
            if last_name(call.func) not in own and (keyword := keyword_of(call, "tokenizer")):
                yield Spot(
                    node=keyword,
                    message="Trainer of transformers 5 does not take tokenizer",
                    fix="processing_class=…, with the same tokenizer",
                )
