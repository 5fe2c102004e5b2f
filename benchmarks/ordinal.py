"""The ordinal model against bambi on the same answers, and its own figures: 50,000 and a million answers.

    python benchmarks/ordinal.py --bambi .bench-bambi/bin/python [--write]

Each arm runs in a process of its own, in turns, on one thread for the arithmetic; CPU seconds count every thread. Both
sample 4 chains of the same model: cumulative logit with normal effects of value, subject, value by subject and item, their
standard deviations log-normal; what is compared are differences between subjects on each value.
"""

import argparse
import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

HERE = Path(__file__).parent
SUBJECTS, VALUES, PER_VALUE, RUNS = 3, 10, 4, 50


def made_up(subjects: int, items: int, runs: int, seed: int = 0) -> dict[str, Any]:
    """Answers of a cumulative-logit model: index arrays and ratings from 0."""
    rng = np.random.default_rng(seed)
    value = np.arange(items) % VALUES
    held = rng.normal(0, 0.7, (subjects, VALUES))
    special, lift = rng.normal(0, 0.4, items), rng.normal(0, 0.3, (subjects, runs))
    subject, item, run = (
        x.ravel() for x in np.meshgrid(range(subjects), range(items), range(runs), indexing="ij")
    )
    place = held[subject, value[item]] + special[item] + (lift[subject, run] if runs > 500 else 0.0)
    rating = ((place + rng.logistic(size=len(place)) / 1.5)[:, None] > np.arange(-2.0, 3.0)).sum(axis=1)
    return {
        "subject": subject,
        "item": item,
        "run": run,
        "value": value,
        "rating": rating,
        "subjects": subjects,
    }


def table(data: dict[str, Any]) -> Any:
    """The answers as our table."""
    from axiometer.analyse.ordinal.table import Table
    from axiometer.values import open_system

    system, n = open_system("schwartz10"), data["subjects"]
    runs = int(data["run"].max()) + 1
    return Table(
        system, tuple("abcdef"), 1, tuple(f"s{i}" for i in range(n)), ("",), system.names,
        tuple(f"i{i:03d}" for i in range(len(data["value"]))), np.arange(n), np.zeros(n, dtype=np.int64),
        data["value"], data["subject"], data["item"], data["subject"] * runs + data["run"], data["rating"],
        ({},) * n, {},
    )  # fmt: skip


def design(data: dict[str, Any], *, runs: bool = False) -> Any:
    """The design without effects of items by subject, as in the formula that bambi gets."""
    from axiometer.analyse.ordinal import design as d
    from axiometer.analyse.ordinal.table import terms_of

    t = table(data)
    terms = [term for term in terms_of(t) if term.name != "subject x item"]
    cell = t.group * len(t.items) + t.item
    return d.design(terms, cell, t.rating, 6, run=t.run if runs else None)


def contrasts(theta: np.ndarray, of: Any, data: dict[str, Any]) -> np.ndarray:
    """(draws, pairs x values) centred differences between subjects, in logits."""
    from axiometer.analyse.ordinal.quantities import importances

    found = importances(theta, of, data["value"], data["subjects"])
    return np.concatenate([found[:, a] - found[:, b] for a, b in ((0, 1), (0, 2), (1, 2))], axis=1)


def arm_ours(times: int) -> dict[str, Any]:
    """Fits `times` times in one process: the first pays for compiling."""
    from axiometer.analyse.ordinal.approximate import approximate
    from axiometer.analyse.ordinal.density import Priors
    from axiometer.analyse.ordinal.sampler import sample

    data, rows = made_up(SUBJECTS, VALUES * PER_VALUE, RUNS), []
    for k in range(times):
        wall, cpu = time.perf_counter(), time.process_time()
        of = design(data)
        near = approximate(of, np.random.default_rng(k))
        got = sample(of, near, Priors(), seed=k, enough=lambda theta: theta.shape[1] >= 1000)
        chains, draws, _ = got.theta.shape
        found = contrasts(got.theta.reshape(chains * draws, -1), of, data).reshape(chains, draws, -1)
        rows.append(_judged(found, time.perf_counter() - wall, time.process_time() - cpu))
    return {"fits": rows}


def arm_bambi() -> dict[str, Any]:
    """The same answers through bambi; run by the interpreter that has it."""
    import bambi
    import pandas as pd

    data = made_up(SUBJECTS, VALUES * PER_VALUE, RUNS)
    frame = pd.DataFrame(
        {
            "y": pd.Categorical(data["rating"] + 1, ordered=True),
            "value": pd.Categorical([f"v{v}" for v in data["value"][data["item"]]]),
            "llm": pd.Categorical([f"s{s}" for s in data["subject"]]),
            "item": pd.Categorical([f"i{i:03d}" for i in data["item"]]),
        }
    )
    # our prior of a standard deviation, from rating steps to logits by the 1.5 logits per step that the answers have
    sigma = bambi.Prior("LogNormal", mu=float(np.log(0.5 * 1.5)), sigma=0.8)
    effects = ("value", "llm", "value:llm", "item")
    priors = {f"1|{name}": bambi.Prior("Normal", mu=0, sigma=sigma) for name in effects}
    wall, cpu = time.perf_counter(), time.process_time()
    formula = "y ~ " + " + ".join(f"(1|{name})" for name in effects)
    model = bambi.Model(formula, frame, family="cumulative", priors=priors)
    idata = model.fit(draws=500, tune=500, chains=4, cores=1, progressbar=False, random_seed=1)
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    cross = idata.posterior["1|value:llm"]
    names = [str(name) for name in cross.coords[cross.dims[-1]].values]
    eta = np.zeros((*cross.shape[:2], SUBJECTS, VALUES))
    for s in range(SUBJECTS):
        for v in range(VALUES):
            eta[:, :, s, v] = cross.values[:, :, names.index(f"v{v}:s{s}")]
    # what values and subjects have in common drops out of centred differences
    eta -= eta.mean(axis=3, keepdims=True)
    found = np.concatenate([eta[:, :, a] - eta[:, :, b] for a, b in ((0, 1), (0, 2), (1, 2))], axis=2)
    return {"draws": found.tolist(), "wall": wall, "cpu": cpu, "version": bambi.__version__}


def arm_large(subjects: int, items: int, runs: int, run_effects: bool, method: str) -> dict[str, Any]:
    """One large fit: seconds, and peak memory of the process."""
    from axiometer.analyse.ordinal.approximate import approximate, draw
    from axiometer.analyse.ordinal.density import Priors
    from axiometer.analyse.ordinal.sampler import sample

    data = made_up(subjects, items, runs)
    wall = time.perf_counter()
    of = design(data, runs=run_effects)
    near = approximate(of, np.random.default_rng(0))
    if method == "sampled":
        sample(of, near, Priors(), seed=0, enough=lambda theta: theta.shape[1] >= 500)
    else:
        draw(of, near, np.random.default_rng(0), 4000 if not run_effects else 500)
    return {
        "answers": len(data["rating"]),
        "wall": time.perf_counter() - wall,
        "efficiency": near.efficiency,
        "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def arm_near() -> dict[str, Any]:
    """How far the fast approximation is from the sampler on 50,000 answers; every reported importance."""
    from axiometer.analyse.ordinal.approximate import approximate, draw
    from axiometer.analyse.ordinal.density import Priors
    from axiometer.analyse.ordinal.quantities import importances
    from axiometer.analyse.ordinal.sampler import sample
    from axiometer.analyse.ordinal.table import design_of

    t, seconds = table(made_up(SUBJECTS, 50, 333)), {}
    wall = time.perf_counter()
    of = design_of(t)
    guess = approximate(of, np.random.default_rng(0))
    draw(of, guess, np.random.default_rng(0), 4000)
    seconds["approximated"] = time.perf_counter() - wall
    wall = time.perf_counter()
    got = sample(of, guess, Priors(), seed=0, enough=lambda theta: theta.shape[1] >= 5000, most=(24,))
    seconds["sampled"] = time.perf_counter() - wall
    # many draws of both, so that Monte-Carlo error does not stand for disagreement
    flat = got.theta.reshape(-1, got.theta.shape[-1])
    exact = importances(flat, of, t.value, SUBJECTS)
    near = importances(draw(of, guess, np.random.default_rng(1), 24_000), of, t.value, SUBJECTS)
    pairs = ((0, 1), (0, 2), (1, 2))
    apart = [
        np.abs(
            np.median(near[:, a] - near[:, b], axis=0) - np.median(exact[:, a] - exact[:, b], axis=0)
        ).max()
        for a, b in pairs
    ]
    return {
        "answers": len(t.rating),
        "seconds": seconds,
        "draws": len(flat),
        "contrasts": float(max(apart)),
        "importances": float(np.abs(np.median(near, axis=0) - np.median(exact, axis=0)).max()),
        "sd": float(np.abs(near.std(axis=0) / exact.std(axis=0) - 1).max()),
    }


def _judged(found: np.ndarray, wall: float, cpu: float) -> dict[str, Any]:
    from axiometer.analyse.ordinal.summary import ess, rhat

    each = [ess(found[:, :, i]) for i in range(found.shape[2])]
    flat = found.reshape(-1, found.shape[2])
    return {
        "wall": wall,
        "cpu": cpu,
        "ess_min": min(each),
        "ess_median": float(np.median(each)),
        "rhat": max(rhat(found[:, :, i]) for i in range(found.shape[2])),
        "mean": flat.mean(axis=0).tolist(),
        "sd": flat.std(axis=0).tolist(),
        "mcse": (flat.std(axis=0) / np.sqrt(each)).tolist(),
    }


def arm(python: str, *words: str) -> dict[str, Any]:
    """One arm in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "found.json"
        env = {**os.environ, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
        subprocess.run([python, __file__, "--out", str(out), "--arm", *words], check=True, env=env)
        found: dict[str, Any] = json.loads(out.read_text())
    return found


def main() -> None:
    """Runs everything in turns and prints the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--bambi", help="an interpreter with bambi; without it that comparison is left out")
    parser.add_argument("--write", action="store_true", help="into RESULTS.md")
    parser.add_argument("--out")
    parser.add_argument("--arm", nargs="+")
    given = parser.parse_args()
    if given.arm:
        name, *rest = given.arm
        arms = {
            "ours": lambda: arm_ours(int(rest[0])),
            "bambi": arm_bambi,
            "near": arm_near,
            "large": lambda: arm_large(int(rest[0]), int(rest[1]), int(rest[2]), rest[3] == "runs", rest[4]),
        }
        Path(given.out).write_text(json.dumps(arms[name]()))
        return
    lines = report(given.bambi)
    print("\n".join(lines))
    if given.write:
        path = HERE / "RESULTS.md"
        begin, end = "<!-- ordinal.py writes from here -->", "<!-- ordinal.py to here -->"
        text = path.read_text()
        head, tail = text.split(begin)[0], text.split(end)[1]
        path.write_text(head + begin + "\n\n" + "\n".join(lines) + "\n\n" + end + tail)


def report(bambi: str | None) -> list[str]:
    """The lines of the table."""
    ours = arm(sys.executable, "ours", "3")["fits"]
    lines = [
        f"{date.today()}; {platform.processor() or platform.machine()}, {os.cpu_count()} cores, one thread for arithmetic; Python "
        f"{platform.python_version()}, numpyro {version('numpyro')}, jax {version('jax')}, numpy {np.__version__}. "
        f"{SUBJECTS} subjects x {VALUES * PER_VALUE} items x {RUNS} runs = {SUBJECTS * VALUES * PER_VALUE * RUNS:,} answers; "
        "effective samples of the 30 differences between subjects on a value (least over them).",
        "",
        "| arm | wall s | CPU s | least ESS | ESS per wall s | ESS per CPU s | times bambi, wall | times bambi, CPU | R-hat |",
        "|---|--:|--:|--:|--:|--:|--:|--:|--:|",
    ]
    theirs = None
    if bambi:
        raw = arm(bambi, "bambi")
        theirs = _judged(np.array(raw["draws"]), raw["wall"], raw["cpu"])
    names = ["axiometer, first fit of a process (compiles)", "axiometer, next fit", "axiometer, next fit"]
    rows = [*zip(names, ours, strict=True), *([(f"bambi {raw['version']}", theirs)] if theirs else [])]
    for name, row in rows:
        speed = row["ess_min"] / row["wall"], row["ess_min"] / row["cpu"]
        ratio = (
            [f"{a / b:.1f}" for a, b in zip(speed, (theirs["ess_min"] / theirs["wall"], theirs["ess_min"] / theirs["cpu"]), strict=True)]
            if theirs else ["-", "-"]
        )  # fmt: skip
        lines.append(
            f"| {name} | {row['wall']:.1f} | {row['cpu']:.1f} | {row['ess_min']:.0f} | {speed[0]:.1f} | {speed[1]:.1f} | "
            f"{ratio[0]} | {ratio[1]} | {row['rhat']:.3f} |"
        )
    if theirs:
        apart = np.abs(np.array(ours[1]["mean"]) - np.array(theirs["mean"]))
        error = np.hypot(ours[1]["mcse"], theirs["mcse"])
        lines += [
            "",
            f"Largest difference of posterior means {apart.max():.4f} logits, {(apart / error).max():.1f} times its Monte-Carlo error "
            f"(median {np.median(apart / error):.1f}); standard deviations within "
            f"{100 * np.abs(np.array(ours[1]['sd']) / np.array(theirs['sd']) - 1).max():.1f} %.",
        ]
    near = arm(sys.executable, "near")
    lines += [
        "",
        f"Fast approximation on {near['answers']:,} answers: {near['seconds']['approximated']:.2f} s (the sampler "
        f"{near['seconds']['sampled']:.1f} s for {near['draws']:,} draws); differences between subjects within {near['contrasts']:.4f} logits of "
        f"the sampler's, importances within {near['importances']:.4f}, standard deviations within {100 * near['sd']:.0f} %.",
        "",
        "| large fits | answers | wall s | peak MiB |",
        "|---|--:|--:|--:|",
    ]
    for name, words in (
        ("approximation, runs collapsed", ("20", "50", "1000", "none", "approximated")),
        ("sampler, runs collapsed", ("20", "50", "1000", "none", "sampled")),
        ("approximation, 20,000 run effects", ("20", "50", "1000", "runs", "approximated")),
    ):
        row = arm(sys.executable, "large", *words)
        lines.append(f"| {name} | {row['answers']:,} | {row['wall']:.1f} | {row['peak']:,.0f} |")
    return lines


if __name__ == "__main__":
    main()
