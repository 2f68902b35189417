"""How often `datakit compare` names a winner where there is none, and where there is one.

    python benchmarks/compare_aa.py [--pairs N] [--quick]

An arm is simulated: a row has a difficulty that all models share, a model (a seed) has a leaning of its own and
some noise on each row, and answers by a threshold. Two arms of one kind (A/A) differ by their seeds alone. `f1` is
the mean macro-F1, `sd` its standard deviation over the seeds, both in points on 20,000 rows. Told are

- false wins in macro-F1 and in the recall of the rare label, percent of the pairs: 5 at most is claimed;
- the same by the plain two-level percentile bootstrap (rows and seeds drawn anew), for comparison;
- the median of the least difference that would be seen, in points of macro-F1, among arms that are alike;
- wins in macro-F1, percent, where the second arm is truly better by that median;
- the same two figures where that difference is as great as the median told among arms that differ by it. Arms that
  truly differ disagree on more rows than arms that are alike, so this is what a reader of one comparison is told;
  here 80 is claimed.

Simulated percentages of 1,000 pairs have a standard error of 0.7 points at 5%, of 1.3 at 80%.
"""

import argparse
import time
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import brentq

from datakit.evaluation.comparison import Figure, compare, macro_f1, recall_of, resampled
from datakit.evaluation.truth import one_hot

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

DIFFICULTY = 1.2  # standard deviation over the rows, shared by all models


@dataclass(frozen=True, kw_only=True)
class World:
    """Rows and models of one kind."""

    rare: float  # share of the rare label
    leaning: float  # standard deviation over the seeds
    noise: float  # standard deviation over rows and seeds
    skill: float = 2.5  # distance between the labels

    def rows(self, rng: np.random.Generator, n: int) -> tuple[Ints, npt.NDArray[np.float64]]:
        """Return truth (n) and difficulty (n)."""
        return (rng.random(n) < self.rare).astype(np.int64), rng.normal(0, DIFFICULTY, n)

    def arm(
        self, rng: np.random.Generator, rows: tuple[Ints, npt.NDArray[np.float64]], seeds: int, blur: float = 1.0
    ) -> Bools:
        """Return what models answer, (seeds, n, 2); the less blur, the better they see."""
        truth, difficulty = rows
        leaning = rng.normal(0, self.leaning, (seeds, 1))
        noise = rng.normal(0, self.noise, (seeds, len(truth)))
        cut = self.skill / 2 + np.log(1 / self.rare - 1) / self.skill / 2
        answers = (truth * self.skill + blur * (difficulty + leaning + noise) > cut).astype(np.int64)
        return one_hot(answers.ravel(), 2).reshape(seeds, len(truth), 2)


WORLDS = {
    "1:1, leaning": World(rare=0.5, leaning=0.3, noise=0.2),
    "1:1, noise on rows": World(rare=0.5, leaning=0.2, noise=0.8),
    "1:10": World(rare=1 / 11, leaning=0.2, noise=0.4),
    "1:50": World(rare=1 / 51, leaning=0.15, noise=0.4),
    "deterministic, 1:10": World(rare=1 / 11, leaning=0.0, noise=0.0),
}
SET_UPS = ((200, 5), (500, 3), (500, 5), (500, 10), (2000, 5))  # rows, seeds
SETTLING = 4  # rounds in which difference and told difference are made equal


def plain_wins(truth: Bools, arms: dict[str, Bools], figure: Figure, seed: int) -> bool:
    """Tell whether the percentile interval of the plain two-level bootstrap excludes 0."""
    seeds = len(arms["a"])
    _, drawn = resampled(truth, np.concatenate(list(arms.values())), figure, seed)
    weights = np.random.default_rng(seed).multinomial(seeds, np.full(seeds, 1 / seeds), size=len(drawn))
    low, high = np.quantile(((drawn[:, seeds:] - drawn[:, :seeds]) * weights).sum(axis=1) / seeds, [0.025, 0.975])
    return bool(low > 0 or high < 0)


def population(world: World, blur: float = 1.0) -> tuple[float, float]:
    """Return mean and standard deviation over the seeds of macro-F1 on 20,000 rows."""
    rng = np.random.default_rng(0)
    rows = world.rows(rng, 20_000)
    models = world.arm(rng, rows, 40, blur)
    truth = one_hot(rows[0], 2)
    hits, named = (models & truth).sum(axis=1), models.sum(axis=1) + truth.sum(axis=0)
    scores = (2 * hits / named).mean(axis=1)
    return float(scores.mean()), float(scores.std(ddof=1))


def better_by(world: World, difference: float) -> float:
    """Return the blur of arms whose macro-F1 is greater by `difference`."""
    aim = population(world)[0] + difference
    return float(brentq(lambda blur: population(world, blur)[0] - aim, 0.05, 1.0, xtol=1e-3))


def measure(name: str, rows: int, seeds: int, pairs: int, *, false_wins_only: bool) -> None:
    """Print the line of one set-up."""
    world, rng = WORLDS[name], np.random.default_rng([rows, seeds])
    wins, seen = np.zeros(4), []
    for i in range(pairs):
        sample = world.rows(rng, rows)
        truth = one_hot(sample[0], 2)
        arms = {arm: world.arm(rng, sample, seeds) for arm in "ab"}
        (one,) = compare(truth, arms, macro_f1, seed=i)
        seen.append(one.detectable)
        wins[0] += one.outcome != "no difference"
        wins[2] += not false_wins_only and plain_wins(truth, arms, macro_f1, i)
        carrying = truth[:, 1]
        if carrying.sum() > 1:
            truth, arms = truth[carrying], {arm: models[:, carrying] for arm, models in arms.items()}
            wins[1] += compare(truth, arms, recall_of(1), seed=i)[0].outcome != "no difference"
            wins[3] += not false_wins_only and plain_wins(truth, arms, recall_of(1), i)
    shares = " | ".join(f"{100 * count / pairs:.1f}" for count in wins)
    powers = (
        ""
        if false_wins_only or name.startswith("deterministic")
        else powers_of(world, rows, seeds, float(np.median(seen)), pairs)
    )
    f1, spread = population(world)
    print(f"| {name} | {rows} | {seeds} | {100 * f1:.1f} | {100 * spread:.1f} | {shares} | {powers} |", flush=True)


def powers_of(world: World, rows: int, seeds: int, alike: float, pairs: int) -> str:
    """Return detectable difference and wins among arms that are alike, then where they differ by what is told."""
    settled = alike
    for _ in range(SETTLING):
        settled = power_at(world, rows, seeds, settled, pairs // 10)[1]
    figures = [alike, power_at(world, rows, seeds, alike, pairs // 4)[0]]
    figures += [settled, power_at(world, rows, seeds, settled, pairs // 2)[0]]
    return " | ".join(f"{100 * figure:.1f}" for figure in figures)


def power_at(world: World, rows: int, seeds: int, difference: float, pairs: int) -> tuple[float, float]:
    """Return how often the second arm wins where it is better by `difference`, and what difference is told."""
    rng, blur = np.random.default_rng([rows, seeds, 1]), better_by(world, difference)
    found = []
    for i in range(pairs):
        sample = world.rows(rng, rows)
        arms = {"a": world.arm(rng, sample, seeds), "b": world.arm(rng, sample, seeds, blur)}
        found += compare(one_hot(sample[0], 2), arms, macro_f1, seed=i)
    wins = np.mean([one.outcome == "better" for one in found])
    return float(wins), float(np.median([one.detectable for one in found]))


def main() -> None:
    """Measure every set-up."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", type=int, default=1000)
    parser.add_argument("--quick", action="store_true", help="only 500 rows and 5 seeds")
    parser.add_argument("--false-wins", action="store_true", help="of compare only: neither peer nor power")
    options = parser.parse_args()
    started = time.process_time()
    titles = "world | rows | seeds | f1 | sd | false f1 | false recall | plain f1 | plain recall"
    titles += " | alike | power | told | power"
    print(f"| {titles} |\n|{'---|' * 13}")
    for name in WORLDS:
        for rows, seeds in ((500, 5),) if options.quick else SET_UPS:
            measure(name, rows, seeds, options.pairs, false_wins_only=options.false_wins)
    print(f"\n{options.pairs} pairs each, {time.process_time() - started:.0f} CPU seconds")


if __name__ == "__main__":
    main()
