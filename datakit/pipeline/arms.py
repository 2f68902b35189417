"""Ways of teaching a model from the same splits, to be compared: what each learns from, and how it decides."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self, get_args

from datakit.augmentation.operators._base import Using
from datakit.augmentation.plan import Kind, Stock, Target, quotas, wanted_counts
from datakit.augmentation.registries import operators as operator_registry
from datakit.core.corpus import Corpus
from datakit.core.errors import Problem, UsageError
from datakit.core.names import suggest
from datakit.core.seeding import rng_for
from datakit.pipeline.recipe import Recipe
from datakit.training.registries import losses
from datakit.training.settings import Sampling

#: What an arm may be made of beside the operators, with `+` between: `weights+synonym`.
PLAIN, DUPLICATE, WEIGHTS, THRESHOLD = "plain", "duplicate", "weights", "threshold"
PARTS = (PLAIN, DUPLICATE, WEIGHTS, THRESHOLD)
#: What arms may differ in from the plain loss and the plain order of rows.
LOSSES = tuple(name for name in losses.names() if name != "cross-entropy")
SAMPLINGS = tuple(name for name in get_args(Sampling) if name != "shuffled")

#: Other names of operators.
SHORT = {"backtranslate": "back-translation"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Arm:
    """One way: which rows are added, how rows are drawn and weighed, whether the thresholds are tuned."""

    name: str
    operators: tuple[str, ...] = ()  #: that make new rows, or `duplicate`; at most one
    weights: bool = False
    threshold: bool = False
    loss: str | None = None  #: instead of cross-entropy
    sampling: str | None = None  #: rows of an epoch, instead of all of them once

    @classmethod
    def of(cls, name: str) -> Self:
        """Read `plain`, `weights`, `synonym`, or several with `+` between them.

        Raises:
            UsageError: a part that nobody knows, two ways of adding rows, or `plain` beside others.
        """
        parts = [SHORT.get(part, part) for part in name.split("+")]
        loss = [part for part in parts if part in LOSSES]
        sampling = [part for part in parts if part in SAMPLINGS]
        adding = [part for part in parts if part not in {PLAIN, WEIGHTS, THRESHOLD, *loss, *sampling}]
        known = [*PARTS, *LOSSES, *SAMPLINGS, *operator_registry.names()]
        problems = [
            Problem(where="--arms", got=f"no arm {part!r}", fix=suggest(part, [*known, *SHORT]))
            for part in adding
            if part not in known
        ]
        for several, what in ((adding, "adds rows"), (loss, "reckons the loss"), (sampling, "draws rows")):
            if len(several) > 1:
                got = f"{name!r} {what} in {len(several)} ways"
                problems.append(Problem(where="--arms", got=got, fix="compare them as arms of their own"))
        if len(set(parts)) < len(parts) or (PLAIN in parts and len(parts) > 1):
            got = f"{name!r} names a part twice, or plain with others"
            problems.append(Problem(where="--arms", got=got, fix="name each part once; plain stands alone"))
        if problems:
            raise UsageError(*problems)
        return cls(
            name=name,
            operators=tuple(adding),
            weights=WEIGHTS in parts,
            threshold=THRESHOLD in parts,
            loss=next(iter(loss), None),
            sampling=next(iter(sampling), None),
        )

    @property
    def augments(self) -> bool:
        """Whether it makes new texts; a copy is none."""
        return bool(self.operators) and not self.copies

    @property
    def copies(self) -> bool:
        """Whether it adds copies of rows."""
        return self.operators == (DUPLICATE,)

    def recipe(self, recipe: Recipe) -> Recipe:
        """Return the recipe with this arm's augmentation, class weights, loss and sampling, and all else as it is.

        The target is the recipe's, or `balanced` where it has none; an operator's options are those of the recipe.
        """
        target = "balanced" if recipe.augment.target == "none" else recipe.augment.target
        given = {one["name"]: one for one in recipe.as_dict().get("augment", {}).get("operators") or ()}
        operators = {"operators": [given.get(name, {"name": name}) for name in self.operators]}
        finetune = {
            "class_weights": "balanced" if self.weights else "none",
            **({"loss": self.loss} if self.loss else {}),
            **({"sampling": self.sampling} if self.sampling else {}),
        }
        return recipe.patched(
            {"augment": {"target": target, **(operators if self.augments else {})}, "finetune": finetune}
        )


def arms_of(names: Sequence[str]) -> list[Arm]:
    """Read the names of all arms, the baseline first.

    Raises:
        UsageError: fewer than two, one twice, or one that cannot be read; all problems at once.
    """
    problems = []
    if len(set(names)) < max(2, len(names)):
        got = ",".join(names) or "nothing"
        problems.append(Problem(where="--arms", got=got, fix="name two or more, each once: --arms plain,synonym"))
    arms = []
    for name in dict.fromkeys(names):
        try:
            arms.append(Arm.of(name))
        except UsageError as error:
            problems += error.problems
    if problems:
        raise UsageError(*problems)
    return arms


def require(arms: Sequence[Arm], recipe: Recipe) -> None:
    """See that every arm can be followed, and has the models and engines it needs, before hours of training.

    Raises:
        UsageError: what fights, and what to install, for all arms at once.
    """
    problems: list[Problem] = []
    for arm in arms:
        try:
            followed = arm.recipe(recipe)
            if arm.augments:
                (options,) = followed.as_dict()["augment"]["operators"]
                options.pop("weight", None)
                built = operator_registry.build(options.pop("name"), options)
                if isinstance(built, Using):
                    built.uses()
        except UsageError as error:
            problems += error.problems
    if problems:
        raise UsageError(*problems)


def duplicated(train: Corpus, target: Target, max_per_row: int, seed: int) -> Corpus:
    """Return the rows with as many copies as augmentation would make new rows of each kind.

    Every row of a kind is copied once before one is copied twice.
    """
    before = dict(sorted(train.label_counts.items()))
    wanted = wanted_counts(before, target)
    places: dict[Kind, list[int]] = {}
    for i, labels in enumerate(train.label_sets):
        places.setdefault(tuple(sorted(set(labels))), []).append(i)
    copies = quotas({kind: Stock(rows=len(rows)) for kind, rows in places.items()}, before, wanted, max_per_row)
    chosen = []
    for kind, n in sorted(copies.items()):
        order = sorted(places[kind], key=lambda i: train.ids[i])
        rng_for(seed, "duplicate", *kind).shuffle(order)
        chosen += [order[i % len(order)] for i in range(n)]
    return train.extend(train.take(chosen))
