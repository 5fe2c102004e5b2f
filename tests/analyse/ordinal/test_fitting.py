"""Fits end to end: planted values, certainty, separation, refusal, and the approximation against the sampler."""

from dataclasses import replace

import numpy as np
import pytest

from analyse.ordinal.made_up import answers
from axiometer.analyse.ordinal import Findings, find, fitting
from axiometer.analyse.ordinal.fitting import fit, quantities_of
from axiometer.canon import formed, plain
from axiometer.errors import NotConverged

pytestmark = pytest.mark.filterwarnings("default")


@pytest.fixture(scope="module")
def findings() -> Findings:
    return find(answers(), "approximated", compare=True)


def test_a_findings_record_survives_the_way_through_json(findings: Findings) -> None:
    assert formed(Findings, plain(findings)) == findings


def test_profiles_are_centred_and_ranks_are_shares(findings: Findings) -> None:
    for group in findings.groups:
        assert abs(sum(q.median for q in group.values.values())) < 0.5
        for share in group.ranks.values():
            assert sum(share) == pytest.approx(1.0)
        assert sum(group.bars.observed) == pytest.approx(1.0)
        ends = (group.bars.low, group.bars.observed, group.bars.high)
        inside = [lo <= x <= hi for lo, x, hi in zip(*ends, strict=True)]
        assert all(inside)


def test_an_approximation_says_so_and_claims_no_convergence(findings: Findings) -> None:
    assert findings.method == "approximated"
    assert all(q.rhat is None and q.ess is None for g in findings.groups for q in g.values.values())
    assert findings.diagnostics["efficiency"] > 0.1


def test_the_model_that_made_the_answers_is_preferred(findings: Findings) -> None:
    assert findings.comparison[0].model == "value * subject"
    assert findings.comparison[0].difference == 0.0
    assert all(c.difference < -2 * c.difference_se for c in findings.comparison[1:])
    assert all(c.worst_k < 0.7 for c in findings.comparison)


def test_contrasts_are_differences_between_subjects(findings: Findings) -> None:
    by_name = {(g.subject, g.condition): g for g in findings.groups}
    for contrast in findings.contrasts:
        a, b = by_name[contrast.a], by_name[contrast.b]  # type: ignore[index]
        pick = (lambda g: g.higher) if contrast.higher else (lambda g: g.values)
        told = pick(a)[contrast.on].median - pick(b)[contrast.on].median
        assert contrast.quantity.median == pytest.approx(told, abs=0.1)
    assert len(findings.contrasts) == 3 * (4 + 10)


def test_leaving_out_an_item_moves_its_own_value_most(findings: Findings) -> None:
    for value, worst in findings.stability.items():
        assert worst.item.startswith(value)
        assert worst.change > 0


def test_more_answers_say_more_but_not_of_other_items() -> None:
    few, many = (find(answers(runs=r, seed=3), "approximated") for r in (5, 80))
    width = [np.mean([q.high - q.low for g in f.groups for q in g.values.values()]) for f in (few, many)]
    assert width[1] < width[0]
    assert width[1] > 0.4 * width[0]


def test_a_subject_that_answers_more_sharply_has_the_higher_discrimination() -> None:
    sharp, blunt = answers(subjects=1, runs=20, sharpness=6.0), answers(subjects=1, runs=20, sharpness=0.8)
    both = replace(
        sharp,
        subjects=("sharp", "blunt"),
        subject=np.array([0, 1]),
        condition=np.zeros(2, dtype=np.int64),
        group=np.concatenate([sharp.group, blunt.group + 1]),
        item=np.tile(sharp.item, 2),
        run=np.concatenate([sharp.run, blunt.run + sharp.run.max() + 1]),
        rating=np.concatenate([sharp.rating, blunt.rating]),
        missing=({}, {}),
    )
    scales = find(both, "approximated", discrimination=True).scales
    assert scales["discrimination of sharp"].low > 1.5 > 1 / 1.5 > scales["discrimination of blunt"].high


@pytest.mark.slow
@pytest.mark.parametrize("run_spread", [0.0, 0.5])
def test_the_approximation_is_within_a_fiftieth_of_a_logit_of_the_sampler(run_spread: float) -> None:
    table = answers(per_value=4, runs=25, run_spread=run_spread, seed=4)
    exact, near = (
        quantities_of(table, fit(table, method, runs=run_spread > 0)).importance  # type: ignore[arg-type]
        for method in ("sampled", "approximated")
    )
    noise = 4 * exact.std(axis=0) / np.sqrt(400)
    assert (np.abs(exact.mean(axis=0) - near.mean(axis=0)) < 0.02 + noise).all()
    assert near.std(axis=0) == pytest.approx(exact.std(axis=0), rel=0.15)


@pytest.mark.slow
@pytest.mark.parametrize("sharpness", [8.0, pytest.param(1e6, marks=pytest.mark.full)])
def test_answers_that_hardly_or_never_vary_are_fitted_and_converge(sharpness: float) -> None:
    table = answers(sharpness=sharpness, seed=5)
    made = fit(table, "sampled")
    assert made.diagnostics["worst_rhat"] <= 1.01
    assert made.diagnostics["least_ess"] >= 400
    found = quantities_of(table, made).importance
    assert np.isfinite(found).all()
    means = np.array(
        [
            [table.rating[(table.group == g) & (table.value[table.item] == v)].mean() for v in range(10)]
            for g in range(3)
        ]
    )
    middle = np.median(found, axis=0)
    assert min(np.corrcoef(middle[g], means[g])[0, 1] for g in range(3)) > 0.9


@pytest.mark.slow
def test_everybody_always_saying_the_same_is_fitted_and_says_nothing() -> None:
    table = answers(runs=10)
    found = find(replace(table, rating=np.full_like(table.rating, 5)), "sampled")
    assert all(q.low < 0 < q.high for g in found.groups for q in g.values.values())


@pytest.mark.slow
def test_one_subject_alone_has_a_profile_and_no_contrasts() -> None:
    found = find(answers(subjects=1), "sampled")
    assert len(found.groups) == 1
    assert found.contrasts == ()
    assert found.comparison == ()


def test_chains_that_do_not_agree_are_refused_with_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    from axiometer.analyse.ordinal import sampler

    def apart(of: object, near: fitting.Approximation, *args: object, **kwargs: object) -> sampler.Sampled:
        size = len(near.mode.hyper) + len(near.mode.effects)
        theta = np.random.default_rng(0).normal(size=(4, 300, size)) + np.arange(4)[:, None, None]
        kwargs["enough"](theta)  # type: ignore[operator]
        return sampler.Sampled(theta * 0.2, 0)

    monkeypatch.setattr(sampler, "sample", apart)
    with pytest.raises(NotConverged, match="R-hat"):
        fit(answers(runs=2), "sampled")


def test_an_approximation_that_does_not_fit_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fitting, "LEAST_EFFICIENCY", 1.1)
    with pytest.raises(NotConverged, match="use --method sampled"):
        fit(answers(runs=2), "approximated")
