"""The exact posterior: NumPyro's no-U-turn sampler in coordinates that the approximation has made nearly round.

Three changes of coordinates, none of which changes the posterior: effects are scaled by their standard deviation to a power
between 0 (standardised) and 1 (on their own scale), the more they are learnt from the answers; then everything is
centred and whitened by the approximation's covariance. Chains start scattered over it. JAX compiles once for each size
of model, whatever the data.

Source: hoffman2014, phan2019, gorinova2020
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np

from axiometer.analyse.ordinal.approximate import Approximation, draw, learnt
from axiometer.analyse.ordinal.density import Layout, Priors, layout, log_density, shape
from axiometer.analyse.ordinal.design import Design
from axiometer.analyse.variance import Array
from axiometer.canon import derived
from axiometer.errors import Incapable

CHAINS = 4
WARMUP = 300
DRAWS = 250
BLOCKS = (6, 8, 24)
SCATTER = 1.0
DENSE = 600
FIELDS = ("columns", "term", "cell", "level", "run", "up", "down", "middle", "sharp")


@dataclass(frozen=True)
class Sampled:
    """Draws of all parameters in the layout's order.

    Shapes: theta (chains, draws, size).
    """

    theta: Array
    divergences: int


def sample(
    of: Design,
    near: Approximation,
    priors: Priors,
    *,
    seed: int,
    enough: Callable[[Array], bool],
    most: tuple[int, ...] = BLOCKS,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Sampled:
    """Draws in blocks until there are enough, or as many as there may be.

    Args:
        of: the design.
        near: its approximate posterior, which shapes the coordinates.
        priors: of the model.
        seed: of starts and draws.
        enough: says of all draws so far, as `Sampled.theta`, whether they suffice.
        most: blocks of `DRAWS` draws in each chain; for each number but the first the coordinates are made anew.
        progress: heard after each block.

    Raises:
        Incapable: NumPyro is not installed.
    """
    jax = _jax()
    at, whole = layout(of), _padded(of)
    engine = _engine(at, of.names, of.categories, priors)
    power = _power(of, near)
    around = draw(of, near, np.random.default_rng(derived(seed, "frame")), max(2000, 10 * at.size))
    theta, divergences, done = np.empty((CHAINS, 0, at.size)), 0, 0
    for frame, blocks in enumerate(most):
        arrays = {**{name: getattr(whole, name) for name in FIELDS}, **_frame(of, around, power)}
        starts = np.random.default_rng(derived(seed, "starts", frame)).normal(0, SCATTER, (CHAINS, at.size))
        keys = jax.random.split(jax.random.PRNGKey(derived(seed, "nuts", frame)), CHAINS)
        state = engine.warm(keys, starts, arrays)
        theta, divergences = theta[:, :0], 0
        for block in range(blocks):
            state, found, diverging = engine.block(state, arrays)
            theta = np.concatenate([theta, np.asarray(found)], axis=1)
            divergences, done = divergences + int(diverging), done + 1
            progress(done, sum(most))
            if block and enough(theta):
                return Sampled(theta, divergences)
        # the approximation misled: its place is taken by what was drawn, and all chains start again
        around = theta.reshape(-1, at.size)
    return Sampled(theta, divergences)


@dataclass(frozen=True)
class _Engine:
    """Compiled functions for data of one size.

    Attributes:
        warm: (keys, starts, arrays) -> state of every chain after warm-up.
        block: (state, arrays) -> state, draws (chains, `DRAWS`, size), number of divergent transitions.
    """

    warm: Callable[..., Any]
    block: Callable[..., Any]


def _jax() -> Any:
    try:
        import jax
        import numpyro  # noqa: F401
    except ImportError:
        raise Incapable(
            "the sampler needs NumPyro: pip install 'axiometer[bayes]', or use the fast approximation (--method "
            "approximated)."
        ) from None
    jax.config.update("jax_enable_x64", True)  # type: ignore[no-untyped-call]
    return jax


def _power(of: Design, near: Approximation) -> Array:
    """The power of each effect's standard deviation: how far the answers, and not the prior, tell of it."""
    runs = 1 - 1 / near.mode.own if of.runs else np.zeros(0)
    return np.concatenate([learnt(of, near.mode), runs])


def _frame(of: Design, around: Array, power: Array) -> dict[str, Array]:
    """The coordinates: centre, whitening matrix and powers, from draws near the posterior."""
    at, placed = layout(of), around.copy()
    deviation = np.array([_deviations(t[: at.hyper], at, of.term, of.categories, np) for t in around])
    placed[:, at.hyper :] *= deviation**power
    inner = at.size if at.size <= DENSE else at.size - at.runs
    white = np.diag(placed.std(axis=0))
    spread = np.cov(placed[:, :inner].T)
    white[:inner, :inner] = np.linalg.cholesky(spread + 1e-9 * np.diag(np.diag(spread)))
    return {"centre": placed.mean(axis=0), "white": white, "power": power}


def _deviations(hyper: Any, at: Layout, term: Any, categories: int, xp: Any) -> Any:
    """The standard deviation of every effect and run effect."""
    found = shape(hyper, at, categories, xp)
    return xp.concatenate([found.deviation[term], found.run_deviation * xp.ones(at.runs)])


def _padded(of: Design) -> Design:
    """The same design with idle entries, so that data of one size have one number of entries."""
    cells, levels = of.columns.shape[0], of.categories - 1
    if of.runs:
        idle = -len(of.cell) % 2048
        pad: dict[str, Any] = {
            name: np.pad(getattr(of, name), (0, idle)) for name in ("cell", "level", "run", "up", "down")
        }
        return replace(of, **pad)
    up, down = np.zeros((cells, levels)), np.zeros((cells, levels))
    up[of.cell, of.level], down[of.cell, of.level] = of.up, of.down
    cell, level = np.divmod(np.arange(cells * levels), levels)
    return replace(of, cell=cell, level=level, run=np.zeros_like(cell), up=up.ravel(), down=down.ravel())


@lru_cache(maxsize=16)
def _engine(at: Layout, names: tuple[str, ...], categories: int, priors: Priors) -> _Engine:
    """NumPyro's sampler for one layout; JAX keeps what it compiled for each size of data.

    Why not NumPyro's own `MCMC`: it compiles anew for every data set.
    """
    import jax
    import jax.numpy as jnp
    from jax import lax
    from numpyro.infer.hmc import hmc

    def placed(q: Any, arrays: dict[str, Any]) -> tuple[Any, Any]:
        x = arrays["centre"] + arrays["white"] @ q
        deviation = _deviations(x[: at.hyper], at, arrays["term"], categories, jnp)
        log_scale = arrays["power"] * jnp.log(deviation)
        return jnp.concatenate([x[: at.hyper], x[at.hyper :] * jnp.exp(-log_scale)]), jnp.sum(log_scale)

    def potential(arrays: dict[str, Any]) -> Callable[[Any], Any]:
        given = Design(names, runs=at.runs, **{name: arrays[name] for name in FIELDS})

        def energy(q: Any) -> Any:
            theta, log_scale = placed(q, arrays)
            return log_scale - log_density(theta, given, at, priors, jnp)

        return energy

    init, step = hmc(potential_fn_gen=potential, algo="NUTS")

    @jax.jit
    def warm(keys: Any, starts: Any, arrays: dict[str, Any]) -> Any:
        def chain(key: Any, start: Any) -> Any:
            state = init(start, num_warmup=WARMUP, target_accept_prob=0.85, model_args=(arrays,), rng_key=key)
            return lax.fori_loop(0, WARMUP, lambda _, now: step(now, model_args=(arrays,)), state)

        return jax.vmap(chain)(keys, starts)

    @jax.jit
    def block(state: Any, arrays: dict[str, Any]) -> Any:
        def chain(now: Any) -> Any:
            def once(before: Any, _: Any) -> Any:
                after = step(before, model_args=(arrays,))
                return after, (placed(after.z, arrays)[0], after.diverging)

            return lax.scan(once, now, None, length=DRAWS)

        after, (theta, diverging) = jax.vmap(chain)(state)
        return after, theta, diverging.sum()

    return _Engine(warm, block)
