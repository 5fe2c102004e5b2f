"""The network against torch, and its training: it learns what is planted, goes on where it stopped, and is the same again."""

import numpy as np
import pytest
from planted_reader import NAMES, Words, planted

from axiometer.decide.model import Network, halved, load_network, save_network
from axiometer.decide.network import HIDDEN, backward, forward, fresh
from axiometer.decide.states import kept_states, pooled, states
from axiometer.decide.training import Frame, Pairs, Recipe, _slopes, assessed, train
from axiometer.errors import BadInput

QUICK = Recipe(epochs=15, patience=4, batch=64, rate=3e-3)


def laid(scenes):
    reader = Words()
    texts = [action.text for scene in scenes for action in scene.actions]
    of = np.repeat(np.arange(len(scenes)), [len(scene.actions) for scene in scenes])
    rated = np.array([[a.ratings.get(n, 0.0) for n in NAMES] for s in scenes for a in s.actions], np.float32)
    return Pairs(
        states(reader, [scene.text for scene in scenes], 8),
        states(reader, texts, 4),
        of,
        rated,
        np.array([len(scene.values) for scene in scenes]),
    )


def head(width=16, values=3, seed=0):
    rng = np.random.default_rng(seed)
    return {
        n: (p + rng.normal(0, 0.1, p.shape)).astype(np.float64)
        for n, p in fresh(width, values, seed, "a").items()
    }


def test_the_pass_forward_and_back_is_that_of_torch():
    torch = pytest.importorskip("torch")
    rng, part = np.random.default_rng(1), head()
    x, drop = rng.normal(size=(5, 7, 16)), (rng.random((5, HIDDEN)) < 0.8) / 0.8
    known = {name: torch.tensor(array, requires_grad=True) for name, array in part.items()}
    wide = torch.tensor(x).transpose(0, 1)
    out, _ = torch.nn.functional.multi_head_attention_forward(
        wide, wide, wide, 16, 4,
        torch.cat([known["wq"].T, known["wk"].T, known["wv"].T]), torch.cat([known["bq"], known["bk"], known["bv"]]),
        None, None, False, 0.0, known["wo"].T, known["bo"],
    )  # fmt: skip
    hidden = torch.relu(out.mean(0) @ known["w1"] + known["b1"]) * torch.tensor(drop)
    out = hidden @ known["w2"] + known["b2"]
    at = forward(part, x, drop)
    assert at.out == pytest.approx(out.detach().numpy(), abs=1e-12)
    slope = rng.normal(size=at.out.shape)
    out.backward(torch.tensor(slope))
    for name, found in backward(part, at, slope, drop).items():
        assert found == pytest.approx(known[name].grad.numpy(), abs=1e-12), name


@pytest.mark.parametrize("which", ["label", "rate"])
def test_the_slope_of_the_loss_is_its_difference(which):
    rng = np.random.default_rng(2)
    out, y = rng.normal(size=(4, 3)), rng.uniform(-1, 1, (4, 3))
    y[0] = 0
    z = (y != 0).astype(float)
    _, slope = _slopes(which, out, y, z)
    for i in range(4):
        for j in range(3):
            step = np.zeros_like(out)
            step[i, j] = 1e-6
            up, down = (_slopes(which, out + s * step, y, z)[0] for s in (1, -1))
            assert slope[i, j] == pytest.approx((up - down) / 2e-6, abs=1e-6)


@pytest.mark.parametrize(("tokens", "places"), [(20, 8), (3, 8), (8, 8), (1, 4)])
def test_pooling_is_the_usual_adaptive_average(tokens, places):
    torch = pytest.importorskip("torch")
    found = np.random.default_rng(3).normal(size=(tokens, 5)).astype(np.float32)
    other = torch.nn.functional.adaptive_avg_pool1d(torch.tensor(found.T)[None], places)[0].T.numpy()
    assert pooled(found, places) == pytest.approx(other, abs=1e-6)


@pytest.fixture(scope="module")
def trained():
    return train(laid(planted().split("train")), QUICK)


def test_what_is_planted_is_learned_and_holds_on_other_scenes(trained):
    other = laid(planted().split("test"))
    involved, rates = assessed(trained, trained.frame.pair(other.scenes[other.of], other.actions))
    there = other.ratings != 0
    assert np.abs(rates - other.ratings)[there].mean() < 0.35
    assert (np.sign(rates) == np.sign(other.ratings))[there].mean() > 0.9
    assert involved[there].mean() > involved[~there].mean() + 0.5


def test_levels_join_in_the_order_of_the_curriculum(trained):
    joined = [level for level, _, head, _ in trained.course if head == "rate"]
    assert list(dict.fromkeys(joined)) == [6, 1, 2, 3]
    plain = train(laid(planted().split("train")), Recipe(curriculum=(), epochs=2))
    assert len({level for level, *_ in plain.course}) == 1


class Stop(Exception):
    pass


def test_an_interrupted_training_goes_on_and_ends_the_same(tmp_path, trained):
    pairs, heard = laid(planted().split("train")), []

    def stop(done, total):
        heard.append(done)
        if done == 9:
            raise Stop

    with pytest.raises(Stop):
        train(pairs, QUICK, work=tmp_path, progress=stop)
    again = train(pairs, QUICK, work=tmp_path, progress=lambda done, total: heard.append(done))
    assert heard[8:10] == [9, 10]
    assert again.course == trained.course
    for which, parts in again.heads.items():
        for name, array in parts.items():
            assert np.array_equal(array, trained.heads[which][name])
    with pytest.raises(BadInput, match="another recipe"):
        train(pairs, Recipe(epochs=3), work=tmp_path)


def test_states_are_kept_and_read_again_only_where_they_end(tmp_path):
    texts, seen = [f"word{i} and word{i + 1}" for i in range(1200)], []

    class Counts(Words):
        def tokens(self, some):
            seen.append(len(some))
            if len(seen) == 2:
                raise Stop
            return super().tokens(some)

    with pytest.raises(Stop):
        kept_states(Counts(), texts, 4, tmp_path, "x")
    found = kept_states(Counts(), texts, 4, tmp_path, "x")
    assert seen == [512, 512, 512, 176]
    assert np.asarray(found, np.float32) == pytest.approx(states(Words(), texts, 4), abs=2e-3)
    assert kept_states(Counts(), texts, 4, tmp_path, "x").shape == (1200, 4, 16)
    assert len(seen) == 4
    kept_states(Counts(), texts[:-1], 4, tmp_path, "x")
    assert len(seen) > 4


def test_a_network_in_a_folder_is_the_same_network(tmp_path, trained):
    network = halved(Network("valuepilot6", "words", 0, trained, 4))
    save_network(
        tmp_path, network, 'schema = 1\nsystem = "valuepilot6"\nreader = "words"\nlayer = 0\nplaces = 4\n'
    )
    again = load_network(tmp_path)
    assert again.key == network.key
    found, other = (
        one.assess(Words(), "place1 lock", ["lock thing1", "blaze thing2"]) for one in (network, again)
    )
    assert np.array_equal(found.actions, other.actions)
    assert found.actions[0, NAMES.index("safety")] > found.actions[1, NAMES.index("safety")]
    (tmp_path / "network.npz").write_bytes(b"no")
    with pytest.raises(BadInput, match="cannot be read"):
        load_network(tmp_path)
    with pytest.raises(BadInput, match=r"has no card\.toml"):
        load_network(tmp_path / "nowhere")


def test_scenes_alone_are_rated_by_the_mean_of_their_actions():
    pairs = Pairs(
        np.zeros((2, 2, 4), np.float32), np.zeros((3, 1, 4), np.float32), np.array([0, 0, 1]),
        np.array([[1, 0], [0, 0], [-1, 0.5]], np.float32), np.array([1, 2]),
    )  # fmt: skip
    assert pairs.whole.tolist() == [[0.5, 0.0], [-1.0, 0.5]]
    assert pairs.involved.tolist() == [[True, False], [True, True]]


def test_an_action_is_told_from_its_scene_by_a_mark():
    frame = Frame(np.zeros(4, np.float32), np.ones(4, np.float32), np.full(4, 2.0, np.float32))
    pair = frame.pair(np.ones((1, 4, 4), np.float32), np.ones((1, 2, 4), np.float32))
    assert pair[0, :2].tolist() == [[1.0] * 4] * 2
    assert pair[0, 2:].tolist() == [[3.0] * 4] * 2


def test_too_few_scenes_are_refused():
    with pytest.raises(BadInput, match="too few"):
        train(laid(planted(4).split("train")), QUICK)
