"""The public release of Value Portrait, read as its authors lay it out.

Source: valueportrait
"""

import csv
import gzip
import io
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from axiometer.data import read_text
from axiometer.errors import BadInput
from axiometer.instruments.bank import Portrait

Array = npt.NDArray[np.float64]


SURVEY = "prolific/survey/main/survey.json"
SCORES = "prolific/value/main/value.json"
TEXTS = "query-response-tagged/query-response-tagged.json"
CORRELATIONS = {
    "pvq": ("correlation_results/pvq_correlation_results.json", "pvq_dimension"),
    "bfi": ("correlation_results/bfi_correlation_results.json", "bfi_dimension"),
    "higher_pvq": ("correlation_results/higher_pvq_correlation_results.json", "higher_pvq_dimension"),
}
ANSWERS = "lm_evaluation/llm_item_responses.csv.gz"
MODEL_SCORES = "lm_evaluation/score_results"
VERSIONS = ("v1", "v1_reversed", "v2", "v2_reversed", "v3", "v3_reversed")
NOT_SIGNIFICANT = (("3902/4", "Achievement"), ("1901/1", "Universalism"))


@dataclass(frozen=True)
class Scale:
    """One questionnaire of the raters and its correlations with the items as released.

    Shapes: scores (raters, dimensions); rho, p (items, dimensions).
    """

    dimensions: tuple[str, ...]
    scores: Array
    rho: Array
    p: Array


@dataclass(frozen=True)
class Release:
    """The release.

    Shapes: ratings (raters, items), nan where not rated; form (items,) which group of raters saw an item; answers
    (models, items, versions), nan where there is none.

    Attributes:
        portraits: the items in the order of the arrays.
        scales: pvq, bfi and higher_pvq.
        models: names, in the order of `answers`.
        model_scores: model -> value -> released centred score.
    """

    portraits: tuple[Portrait, ...]
    raters: tuple[str, ...]
    ratings: Array
    form: tuple[int, ...]
    scales: dict[str, Scale]
    models: tuple[str, ...]
    answers: Array
    model_scores: dict[str, dict[str, float]]


def read_release(folder: Path) -> Release:
    """The release in a folder: a clone of the authors' repository, or its `data` folder.

    Raises:
        BadInput: a file is missing or not as released; the message names it.
    """
    root = next((r for r in (folder, folder / "data") if (r / SURVEY).is_file()), None)
    if root is None:
        raise BadInput(
            f"{folder} holds no {SURVEY}; give the folder of the public release of Value Portrait (or its data folder)."
        )
    try:
        return _release(root, folder)
    except (KeyError, TypeError, IndexError, ValueError) as error:
        raise BadInput(f"{folder} is not laid out as the release of 2025: {error!r}.") from None


def _release(root: Path, folder: Path) -> Release:
    people = _json(root / SCORES)
    raters = tuple(people)
    row = {name: i for i, name in enumerate(raters)}
    portraits = _portraits(_json(root / TEXTS))
    column = {p.id: k for k, p in enumerate(portraits)}
    ratings, form = np.full((len(raters), len(portraits)), np.nan), [0] * len(portraits)
    for number, group in enumerate(_json(root / SURVEY)):
        for portrait, options in group.items():
            for option in options:
                k = column[f"{portrait}/{option['option_id']}"]
                form[k] = number
                for rating, rater in option["data"]:
                    ratings[row[rater], k] = float(rating)
    scales = {}
    for name, (path, field) in CORRELATIONS.items():
        dimensions = tuple(people[raters[0]][name])
        scores = np.array([[float(people[r][name][d]) for d in dimensions] for r in raters])
        rho, p = (np.full((len(portraits), len(dimensions)), np.nan) for _ in range(2))
        for found in _json(root / path):
            at = column[f"{found['portrait_id']}/{found['option_id']}"], dimensions.index(found[field])
            rho[at], p[at] = found["spearman_corr"], found["spearman_p_value"]
        scales[name] = Scale(dimensions, scores, rho, p)
    models, answers = _answers(folder / ANSWERS, column)
    return Release(
        portraits,
        raters,
        ratings,
        tuple(form),
        scales,
        models,
        answers,
        _model_scores(folder / MODEL_SCORES),
    )


def _portraits(rows: Any) -> tuple[Portrait, ...]:
    found = []
    for row in rows:
        number, content = str(row["portrait_id"]), row["content"]
        kind = "scenario" if number[0] in "12" else "message"
        for output in row["outputs"]:
            found.append(
                Portrait(
                    f"{number}/{output['id']}",
                    kind,
                    str(content.get("title") or "") if kind == "scenario" else "",
                    str(content["text"]).strip(),
                    str(output["content"]).strip(),
                )
            )
    return tuple(sorted(found, key=lambda p: p.id))


def _answers(path: Path, column: dict[str, int]) -> tuple[tuple[str, ...], Array]:
    if not path.is_file():
        return (), np.zeros((0, len(column), len(VERSIONS)))
    rows = list(csv.DictReader(io.StringIO(gzip.decompress(path.read_bytes()).decode())))
    models = tuple(sorted({row["model"] for row in rows}))
    found = np.full((len(models), len(column), len(VERSIONS)), np.nan)
    for row in rows:
        at = models.index(row["model"]), column[f"{row['portrait_id']}/{row['option_id']}"]
        found[at] = [float(row[v]) if row[v] else np.nan for v in VERSIONS]
    return models, found


def _model_scores(folder: Path) -> dict[str, dict[str, float]]:
    found = {}
    for path in sorted(folder.glob("*.json")) if folder.is_dir() else ():
        table = _json(path)
        scores = table["scores"]["pvq"]
        found[str(table["meta"]["model_name"])] = {v: float(s["centered_mean"]) for v, s in scores.items()}
    return found


def _json(path: Path) -> Any:
    try:
        return json.loads(read_text(path))
    except (ValueError, RecursionError) as error:
        raise BadInput(f"{path} is not valid JSON: {error}.") from None
