"""Encoders of transformers out of folders: BERT, RoBERTa and T5 read as torch does, a network trained on them opens again, and what is none is told."""

import sys
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from released_folder import write_released

sys.path.insert(0, str(Path(__file__).parents[1] / "subjects" / "local"))
from tiny_models import make_tokenizer, torch, transformers

from axiometer.cli import axiometer
from axiometer.decide import open_decider
from axiometer.decide.model import load_network
from axiometer.decide.states import open_reader
from axiometer.errors import BadInput, Incapable
from axiometer.raters.encoder import encoder_folder

TEXTS = ["She locks the gate.", "you value freedom and power", "\ud800", "I"]
SIZES = {"hidden_size": 16, "num_hidden_layers": 3, "num_attention_heads": 2, "intermediate_size": 24}


def config(family, words, **more):
    sizes = {"vocab_size": words, "pad_token_id": 1, **SIZES}
    t5 = {"vocab_size": words, "d_model": 16, "d_kv": 8, "d_ff": 24, "num_layers": 3, "num_heads": 2}
    made = {
        "bert": lambda: transformers.BertConfig(**{**sizes, "max_position_embeddings": 40, **more}),
        "roberta": lambda: transformers.RobertaConfig(**{**sizes, "max_position_embeddings": 40, **more}),
        "t5": lambda: transformers.T5Config(**t5, pad_token_id=1, decoder_start_token_id=1),
    }
    return made[family]()


def make(folder, family, model=None, **more):
    transformers.utils.logging.disable_progress_bar()
    words = make_tokenizer(template=None)
    torch.manual_seed(3)
    (model or transformers.AutoModel.from_config)(config(family, len(words), **more)).save_pretrained(folder)
    words.save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    return {
        "bert": make(tmp_path_factory.mktemp("bert"), "bert"),
        "roberta": make(tmp_path_factory.mktemp("roberta"), "roberta", transformers.RobertaForMaskedLM),
        "t5": make(tmp_path_factory.mktemp("t5"), "t5"),
        "t5 encoder": make(tmp_path_factory.mktemp("t5e"), "t5", transformers.T5EncoderModel),
    }


MODELS = {
    "bert": transformers.BertModel,
    "roberta": transformers.RobertaModel,
    "t5": transformers.T5EncoderModel,
    "t5 encoder": transformers.T5EncoderModel,
}


@pytest.mark.parametrize("family", MODELS)
@pytest.mark.parametrize("layer", [1, 3, None])
def test_states_are_those_of_the_model_itself_in_padded_company(folders, family, layer):
    reader = open_reader(layer, f"local:{folders[family]}")
    assert (reader.layer, reader.width) == (layer or 3, 16)
    model, words = MODELS[family].from_pretrained(folders[family]).eval(), reader.tokenizer
    ids = [words(text.encode("utf-8", "replace").decode())["input_ids"] for text in TEXTS]
    wide = torch.full((len(ids), max(map(len, ids))), 1)
    for row, own in zip(wide, ids, strict=True):
        row[: len(own)] = torch.tensor(own)
    there = torch.tensor([[i < len(own) for i in range(wide.shape[1])] for own in ids]).long()
    with torch.no_grad():
        out = model(input_ids=wide, attention_mask=there, output_hidden_states=True).hidden_states
    for i, found in enumerate(reader.tokens(TEXTS)):
        assert found.dtype == np.float32
        assert found == pytest.approx(out[reader.layer][i, : len(ids[i])].numpy(), abs=1e-5)


@pytest.mark.parametrize("layer", [1, 4, 6])
def test_the_shipped_encoder_opened_by_transformers_reads_the_same(layer):
    try:
        own = open_reader(layer)
    except Incapable as error:
        pytest.skip(str(error))
    texts = ["She locks the gate.", "A letter without a stamp lies on the doormat of a flat in Gdańsk."]
    for one, other in zip(
        own.tokens(texts), open_reader(layer, f"local:{encoder_folder()}").tokens(texts), strict=True
    ):
        assert one == pytest.approx(other, abs=2e-4)


def test_layers_and_weights_have_keys_of_their_own_and_paths_have_not(folders, tmp_path):
    keys = {open_reader(layer, f"local:{folders[name]}").key for name in ("bert", "t5") for layer in (1, 2)}
    assert len(keys) == 4
    other = make(tmp_path / "again", "bert")
    assert open_reader(1, f"local:{other}").key in keys


@pytest.mark.parametrize("family", ["bert", "roberta", "t5"])
def test_a_text_longer_than_the_encoder_reads_is_cut(folders, family):
    (found,) = open_reader(None, f"local:{folders[family]}").tokens(["zebra quilt " * 300])
    assert len(found) == (512 if family == "t5" else 38)


def test_a_network_on_another_encoder_is_trained_and_opens_again(folders, tmp_path):
    scenes = write_released(tmp_path / "scenes", 18, 6)
    args = ["decide", "train", scenes, "--out", tmp_path / "out", "--encoder", f"local:{folders['roberta']}"]
    found = CliRunner().invoke(axiometer, [*map(str, args), "--layer", "2", "--epochs", "1", "--plain"])
    assert found.exit_code == 0, found.output
    assert "over values at stake" in found.output
    network = load_network(tmp_path / "out")
    assert (network.encoder, network.layer) == (f"local:{folders['roberta'].resolve()}", 2)
    decision = open_decider(tmp_path / "out").decide(
        "Rain falls.", ["She waits.", "She runs."], {"safety": 0.9}
    )
    assert sorted(decision.ranking) == [0, 1]
    card = tmp_path / "out" / "card.toml"
    card.write_text(card.read_text().replace(str(folders["roberta"].resolve()), "/nowhere/at/all"))
    with pytest.raises(
        BadInput, match=r"card\.toml names the encoder local:/nowhere/at/all: there is no folder"
    ):
        open_decider(tmp_path / "out")
    card.write_text(card.read_text().replace("/nowhere/at/all", str(folders["bert"])))
    with pytest.raises(BadInput, match="another encoder"):
        open_decider(tmp_path / "out").assess("Rain falls.", ["She waits."])


def test_what_is_no_encoder_is_told_in_one_sentence(folders, tmp_path):
    with pytest.raises(BadInput, match="has 3 layers, and no layer 4; name one from 1 to 3"):
        open_reader(4, f"local:{folders['t5']}")
    with pytest.raises(BadInput, match="there is no folder 'nowhere'"):
        open_reader(None, "local:nowhere")
    with pytest.raises(BadInput, match="there is no folder ''"):
        open_reader(None, "local:")
    (tmp_path / "empty").mkdir()
    with pytest.raises(BadInput, match=r"has no config\.json"):
        open_reader(None, f"local:{tmp_path / 'empty'}")
    odd = make(tmp_path / "odd", "bert", hidden_size=18, num_attention_heads=2)
    with pytest.raises(BadInput, match="18 numbers a token, which 4 heads cannot share"):
        open_reader(None, f"local:{odd}")
    part = make(tmp_path / "part", "bert")
    (part / "config.json").write_text(
        (part / "config.json").read_text().replace('"num_hidden_layers": 3', '"num_hidden_layers": 5')
    )
    with pytest.raises(BadInput, match="not in the weights"):
        open_reader(None, f"local:{part}")


@pytest.mark.parametrize("package", ["torch", "transformers"])
def test_without_torch_or_transformers_the_way_out_is_told(folders, monkeypatch, package):
    monkeypatch.setitem(sys.modules, package, None)
    monkeypatch.delitem(sys.modules, "axiometer.subjects.local.encoder", raising=False)
    with pytest.raises(Incapable, match=rf"need the package {package}: pip install 'axiometer\[local\]'"):
        open_reader(None, f"local:{folders['bert']}")
