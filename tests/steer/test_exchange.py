"""Control vectors: written as llama.cpp and repeng read them, read as they write them, block by block."""

import base64
import struct
import sys
import zlib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "subjects" / "local"))
from click.testing import CliRunner
from tiny_models import make_folder

from axiometer.cli.exchange import command
from axiometer.errors import BadInput, Incapable, StorageFailure
from axiometer.instruments.contrast import open_contrast
from axiometer.locate.vectors import locate_vector
from axiometer.steer import steer
from axiometer.steer.edits import Add
from axiometer.steer.exchange import (
    ControlVector,
    averaged,
    constant,
    imported,
    read_gguf,
    write_gguf,
)
from axiometer.steer.saved import save_steering
from axiometer.steer.vectors import Vector, adding, reaching
from axiometer.studies.exchange import exported
from axiometer.subjects import Prompt
from axiometer.subjects.opening import open_subject
from axiometer.subjects.sites import Site

gguf = pytest.importorskip("gguf", reason="needs the extra `local`")

PROMPTS = [Prompt("I value power"), Prompt("they like new things and rules for me")]
OPTIONS = [[" yes", " no"]] * 2
# What repeng 0.5 (ControlVector.export_gguf) wrote of {3: [1, 2, 3, 4], 1: [.5, 0, -1, .25]}, packed.
REPENG = (
    "c-nJ!4|QW^U|?WkfB<GFEdr&}Q}a@b5_9wti;^=kOHz|dN{doCfa1JR`Q-e(lA`>aGN4R;kpwnDz1;ki)SUQ?%)AniMpmeroSekmL`kd~a"
    "uO?3i{g{>OY=%tpibk4Don{N0;<W(&(kwz1aeszFaf4gLv*DI$m$#HfrJAP0da!^76a{}>h=S%9l9g{`N1-h"
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return make_folder(tmp_path_factory.mktemp("llama"))


@pytest.fixture(scope="module")
def name(folder):
    return f"local:{folder}?threads=1&max_new_tokens=5"


@pytest.fixture(scope="module")
def model(name):
    return open_subject(name)


@pytest.fixture(scope="module")
def located(model):
    return locate_vector(model, open_contrast("power"), layers=[1, 3])


def logp(subject):
    return np.array([weights.logp for weights in subject.weigh(PROMPTS, OPTIONS)])


def as_llama_cpp_reads(path):
    """Block -> what is added to its output: the file's bytes, the loader's buffer and the model's look-up, by hand."""
    data, at = path.read_bytes(), 24
    assert data[:4] == b"GGUF"
    tensors, keys = struct.unpack_from("<QQ", data, 8)

    def text():
        nonlocal at
        (size,) = struct.unpack_from("<Q", data, at)
        at += 8 + size
        return data[at - size : at].decode()

    for _ in range(keys):
        text()
        (kind,) = struct.unpack_from("<I", data, at)
        at += 4
        if kind == 8:
            text()
        else:
            assert kind == 4
            at += 4
    listed = []
    for _ in range(tensors):
        called = text()
        dims, width, kind, offset = struct.unpack_from("<IQIQ", data, at)
        assert (dims, kind) == (1, 0)
        listed.append((called, width, offset))
        at += 24
    start = -(-at // 32) * 32
    buffer = np.zeros(width * max(int(called.split(".")[1]) for called, *_ in listed), np.float32)
    for called, wide, offset in listed:
        layer = int(called.split(".")[1])
        assert layer > 0
        buffer[wide * (layer - 1) : wide * layer] += np.frombuffer(data, "<f4", wide, start + offset)
    rows = buffer.reshape(-1, width)
    return {block: rows[block - 1] for block in range(1, len(rows) + 1) if rows[block - 1].any()}


def test_a_constant_vector_comes_back_exactly_and_steers_the_same(tmp_path, model, located):
    vector, file = adding(located, 2.0), tmp_path / "power.gguf"
    write_gguf(file, constant(vector, "llama"))
    again, note = imported(read_gguf(file), model)
    assert note == ""
    assert (again.value, again.method) == ("power", "imported")
    for mine, theirs in zip(vector.pushes, again.pushes, strict=True):
        assert mine.site == theirs.site
        assert np.array_equal(mine.vector, theirs.vector)
    assert np.array_equal(logp(steer(model, again)), logp(steer(model, vector)))


def test_what_llama_cpp_adds_to_a_block_is_what_we_add_to_the_block_of_that_number(tmp_path, model, located):
    vector, file = adding(located, 2.0), tmp_path / "power.gguf"
    write_gguf(file, constant(vector))
    added = as_llama_cpp_reads(file)
    assert sorted(added) == [1, 3]
    for push in vector.pushes:
        assert np.array_equal(added[push.site.layer], push.vector)

    def told(module, given, output, block):
        direction = model_tensor(added[block])
        return (output[0] + direction, *output[1:]) if isinstance(output, tuple) else output + direction

    import torch

    model_tensor = torch.from_numpy
    model.forget()
    blocks = model.model.model.layers
    hooks = [blocks[b].register_forward_hook(lambda m, g, o, b=b: told(m, g, o, b)) for b in added]
    try:
        by_hand = logp(model)
    finally:
        for hook in hooks:
            hook.remove()
        model.forget()
    assert by_hand == pytest.approx(logp(steer(model, vector)), abs=1e-4)
    assert np.abs(by_hand - logp(model)).max() > 1e-3


def test_a_push_one_block_off_would_be_noticed(tmp_path, model, located):
    vector = adding(located, 2.0)
    off = replace(vector, pushes=tuple(replace(p, site=Site(p.site.layer - 1)) for p in vector.pushes))
    assert np.abs(logp(steer(model, off)) - logp(steer(model, vector))).max() > 1e-3


def test_a_file_that_repeng_wrote_is_read(tmp_path):
    file = tmp_path / "repeng.gguf"
    file.write_bytes(zlib.decompress(base64.b85decode(REPENG)))
    found = read_gguf(file)
    assert found.hint == "llama"
    assert {layer: list(row) for layer, row in found.directions.items()} == {
        1: [0.5, 0, -1, 0.25],
        3: [1, 2, 3, 4],
    }
    assert as_llama_cpp_reads(file).keys() == found.directions.keys()


def test_strength_multiplies_and_a_file_of_others_needs_a_name(model):
    control = ControlVector({2: np.ones(32, np.float32)}, "llama")
    vector, note = imported(control, model, value="hedonism", strength=-0.5)
    assert np.array_equal(vector.pushes[0].vector, np.full(32, -0.5, np.float32))
    assert "does not say for which weights" in note
    with pytest.raises(BadInput, match="name the value"):
        imported(control, model)
    with pytest.raises(BadInput, match="finite"):
        imported(control, model, value="power", strength=float("nan"))


def test_a_push_that_depends_on_the_token_is_averaged_over_the_tokens_and_says_what_is_lost(model, located):
    vector = reaching(located, 2.0)
    with pytest.raises(Incapable, match="name prompts"):
        constant(vector)
    found = averaged(vector, model, PROMPTS, "llama")
    sites = [push.site for push in vector.pushes]
    for push in vector.pushes:
        amounts = []
        for prompt in PROMPTS:
            states = model.capture([prompt], sites, tokens="each", edits=[vector.pushes])[push.site][1:]
            amounts += [push.step(state) for state in states]
        assert found.directions[push.site.layer] == pytest.approx(np.mean(amounts, axis=0), abs=1e-5)
        assert f"n = {len(amounts)} needed a push" in found.note
    assert "lost are" in found.note
    assert "pushes the prompt alone" in found.note
    assert averaged(vector, model, PROMPTS[:1]).note != found.note


def test_a_push_of_whole_prompts_is_averaged_over_prompts(model, located):
    vector = reaching(located, 2.0, scope="fixed")
    found = averaged(vector, model, PROMPTS)
    each = vector.edits(model, PROMPTS)
    for i, push in enumerate(vector.pushes):
        mean = np.mean([edits[i].vector for edits in each], axis=0)
        assert found.directions[push.site.layer] == pytest.approx(mean, abs=1e-6)
    assert "over the prompts of 2 prompts" in found.note


def test_the_mean_of_a_constant_push_is_itself_and_loses_nothing(model, located):
    vector = adding(located, 1.0)
    found = averaged(vector, model, PROMPTS)
    assert found.note == ""
    assert np.array_equal(found.directions[3], constant(vector).directions[3])


def test_two_pushes_of_one_layer_become_their_sum():
    one, two = np.ones(4, np.float32), np.full(4, 2, np.float32)
    vector = Vector("power", "difference", "x", (Add(Site(1), one), Add(Site(1), two)))
    assert constant(vector).directions[1].tolist() == [3, 3, 3, 3]


def test_what_the_format_cannot_say_is_refused(tmp_path, located):
    file = tmp_path / "x.gguf"
    with pytest.raises(BadInput, match="layer 0 cannot be written"):
        write_gguf(file, ControlVector({0: np.ones(4, np.float32)}))
    with pytest.raises(BadInput, match="no direction"):
        write_gguf(file, ControlVector({}))
    with pytest.raises(Incapable, match="only the output of a block"):
        constant(Vector("power", "x", "y", (Add(Site(1, "heads"), np.ones(4, np.float32)),)))
    with pytest.raises(StorageFailure, match="choose another file"):
        write_gguf(tmp_path / "no" / "x.gguf", ControlVector({1: np.ones(4, np.float32)}))
    assert not file.exists()


def test_a_mean_needs_prompts_and_the_right_weights(model, located):
    vector = reaching(located, 2.0)
    with pytest.raises(BadInput, match="no prompts"):
        averaged(vector, model, [])
    with pytest.raises(Incapable, match="was made for weights"):
        averaged(replace(vector, fingerprint="b2:other"), model, PROMPTS)


def test_another_width_or_too_many_layers_are_refused(model):
    with pytest.raises(BadInput, match="have 8 numbers"):
        imported(ControlVector({1: np.ones(8, np.float32)}), model, value="power")
    with pytest.raises(BadInput, match="direction for layer 4"):
        imported(ControlVector({4: np.ones(32, np.float32)}), model, value="power")


def written(path, architecture="controlvector", **tensors):
    writer = gguf.GGUFWriter(str(path), architecture)
    writer.add_string("note", "x")
    for called, numbers in tensors.items():
        writer.add_tensor(called, numbers)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


@pytest.mark.parametrize(
    ("tensors", "says"),
    [
        ({"direction.0": np.ones(4, np.float32)}, "direction.0"),
        ({"direction.one": np.ones(4, np.float32)}, "direction.one"),
        ({"blk.1": np.ones(4, np.float32)}, "blk.1"),
        ({"direction.1": np.ones((2, 4), np.float32)}, "one dimension"),
        ({"direction.1": np.ones(4, np.float16)}, "float32"),
        ({"direction.1": np.full(4, np.nan, np.float32)}, "finite"),
        ({"direction.1": np.ones(4, np.float32), "direction.2": np.ones(5, np.float32)}, r"widths \[4, 5\]"),
        ({}, r"widths \[\]"),
    ],
)
def test_directions_of_another_form_are_refused(tmp_path, tensors, says):
    with pytest.raises(BadInput, match=says):
        read_gguf(written(tmp_path / "x.gguf", **tensors))


def test_a_model_is_no_control_vector(tmp_path):
    with pytest.raises(BadInput, match="architecture is 'llama', which is no control vector"):
        read_gguf(written(tmp_path / "x.gguf", "llama", **{"output.weight": np.ones((4, 4), np.float32)}))


def test_a_file_cut_short_anywhere_is_refused(tmp_path):
    whole = written(tmp_path / "x.gguf", **{"direction.1": np.ones(64, np.float32)}).read_bytes()
    assert read_gguf(tmp_path / "x.gguf").directions[1].shape == (64,)
    short = tmp_path / "short.gguf"
    for size in (0, 3, 10, 30, 60, 100, len(whole) - 255, len(whole) - 1):
        short.write_bytes(whole[:size])
        with pytest.raises(BadInput, match=r"short\.gguf"):
            read_gguf(short)
    short.write_bytes(b"no such thing at all" * 20)
    with pytest.raises(BadInput, match="cannot be read as GGUF"):
        read_gguf(short)
    with pytest.raises(BadInput, match="cannot be read as GGUF"):
        read_gguf(tmp_path / "absent.gguf")


def test_the_commands_write_a_file_and_open_it_as_a_steered_subject(tmp_path, name, model, located):
    vector = adding(located, 2.0)
    save_steering(tmp_path / "kept", name, [vector], {})
    file, out = str(tmp_path / "power.gguf"), str(tmp_path / "again")
    wrote = CliRunner().invoke(
        command, ["export", str(tmp_path / "kept"), "--gguf", file], catch_exceptions=False
    )
    assert "layers 1, 3" in wrote.output
    assert "Nothing is lost" in wrote.output
    assert read_gguf(Path(file)).hint == "llama"
    read = CliRunner().invoke(command, ["import", file, "-s", name, "--out", out], catch_exceptions=False)
    assert "power: layers 1, 3" in read.output
    assert np.array_equal(logp(open_subject(f"steered:{out}")), logp(steer(model, vector)))


def test_the_command_says_what_a_mean_push_loses_and_takes_a_file_of_prompts(tmp_path, name, located):
    save_steering(tmp_path / "kept", name, [reaching(located, 2.0)], {})
    (tmp_path / "prompts.txt").write_text("I like rules\n\nyou help me\n")
    words = ["export", str(tmp_path / "kept"), "--gguf", str(tmp_path / "x.gguf")]
    found = CliRunner().invoke(
        command, [*words, "--prompts", str(tmp_path / "prompts.txt")], catch_exceptions=False
    )
    assert "tokens of 2 prompts" in found.output
    assert read_gguf(tmp_path / "x.gguf").note in found.output


def test_a_folder_of_more_than_one_vector_is_not_exported(tmp_path, name, located):
    save_steering(tmp_path / "kept", name, [adding(located, 1.0), reaching(located, 2.0)], {})
    with pytest.raises(Incapable, match="holds Vector, Vector"):
        exported(tmp_path / "kept", tmp_path / "x.gguf")
