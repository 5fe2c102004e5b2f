"""A vision-language model of a real architecture, tiny and random: it is shown pictures, alone and in company alike."""

import io

import numpy as np
import pytest
from tiny_models import SIZES, make_tokenizer, torch, transformers

pytest.importorskip("PIL", reason="needs the extra `pictures`")
from PIL import Image

from axiometer.errors import Incapable
from axiometer.subjects import Answer, Prompt, Turn
from axiometer.subjects.ledger import Ledger, remember
from axiometer.subjects.opening import open_subject
from axiometer.subjects.pictures import read_picture

TEMPLATE = (
    "{% for m in messages %}<|{{ m['role'] }}|>{% for c in m['content'] %}{% if c['type'] == 'image' %}<image>{% else %}{{ c['text'] }}{% endif %}{% endfor %}</s>"
    "{% endfor %}{% if add_generation_prompt %}<|assistant|>{% endif %}"
)


def picture(seed):
    data = np.random.default_rng(seed).integers(0, 256, (40, 50, 3), dtype=np.uint8)
    out = io.BytesIO()
    Image.fromarray(data).save(out, "PNG")
    return read_picture(out.getvalue())


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    path, tokenizer = tmp_path_factory.mktemp("llava"), make_tokenizer(TEMPLATE)
    tokenizer.add_special_tokens({"additional_special_tokens": ["<image>"]})
    vision = transformers.CLIPVisionConfig(
        hidden_size=16, intermediate_size=24, num_hidden_layers=2, num_attention_heads=2, image_size=32, patch_size=8, projection_dim=16
    )  # fmt: skip
    config = transformers.LlavaConfig(
        vision_config=vision,
        text_config=transformers.LlamaConfig(vocab_size=len(tokenizer), **SIZES),
        image_token_index=tokenizer.convert_tokens_to_ids("<image>"),
        vision_feature_layer=-1,
    )
    torch.manual_seed(0)
    transformers.LlavaForConditionalGeneration(config).save_pretrained(path)
    seen = transformers.CLIPImageProcessorPil(
        size={"shortest_edge": 32}, crop_size={"height": 32, "width": 32}
    )
    transformers.LlavaProcessor(
        image_processor=seen, tokenizer=tokenizer, patch_size=8, vision_feature_select_strategy="default", image_token="<image>",
        num_additional_image_tokens=1, chat_template=TEMPLATE,
    ).save_pretrained(path)  # fmt: skip
    return path


@pytest.fixture(scope="module")
def model(folder):
    return open_subject(f"local:{folder}?threads=1&max_new_tokens=5")


PROMPTS = [Prompt("do you like power?", pictures=(picture(i),)) for i in range(3)]
YES_NO = [["yes", "no"]] * 3


def test_a_folder_with_eyes_is_opened_as_a_model_that_sees(model, folder):
    assert model.card.sees
    assert model.card.details["architecture"] == "LlavaForConditionalGeneration"
    assert model.spec["weights"] != model.spec["processor"]


def test_another_picture_is_another_answer(model):
    weights = model.weigh(PROMPTS, YES_NO)
    assert len({one.logp for one in weights}) == 3
    (blind,) = model.weigh([Prompt("do you like power?")], YES_NO[:1])
    assert blind.logp not in {one.logp for one in weights}


def test_a_prompt_is_answered_alike_alone_and_in_company(model):
    together, weights = model.answer(PROMPTS, seed=0), model.weigh(PROMPTS, YES_NO)
    for prompt, said, weighed in zip(PROMPTS, together, weights, strict=True):
        assert model.answer([prompt], seed=0) == [said]
        assert model.weigh([prompt], YES_NO[:1]) == [weighed]


def test_weights_are_those_of_a_plain_forward_pass(model):
    prompt = PROMPTS[0]
    text = model._text(prompt)
    assert text.count("<image>") == 1
    assert text.index("<image>") < text.index("do you")
    image = Image.open(io.BytesIO(prompt.pictures[0].data))
    ids = model.processor(
        text=[text + "yes"], images=[[image]], return_tensors="pt", add_special_tokens=False
    )
    with torch.no_grad():
        logits = model.model(**ids).logits[0].log_softmax(-1)
    many = len(model.processor.tokenizer("yes", add_special_tokens=False)["input_ids"])
    own = sum(float(logits[-1 - many + i, ids["input_ids"][0, -many + i]]) for i in range(many))
    (weighed,) = model.weigh([prompt], [["yes"]])
    assert weighed.logp[0] == pytest.approx(own, abs=1e-4)
    assert weighed.tokens == (many,)


def test_a_session_goes_on_with_the_picture_in_sight(model):
    turns = (Turn("user", "do you like it?"), Turn("assistant", "yes"))
    prompt = Prompt("like what?", turns=turns, pictures=(picture(1),), system="see")
    text = model._text(prompt)
    assert text.index("<image>") < text.index("do you like it?") < text.index("like what?")
    other = Prompt("like what?", turns=turns, pictures=(picture(2),), system="see")
    assert model.weigh([prompt], [["yes"]]) != model.weigh([other], [["yes"]])


def test_sampled_answers_depend_on_seed_and_picture_alone(folder):
    hot = open_subject(f"local:{folder}?threads=1&max_new_tokens=8&temperature=1.5")
    one = hot.answer(PROMPTS, seed=1)
    assert hot.answer(PROMPTS[::-1], seed=1)[::-1] == one
    assert hot.answer(PROMPTS, seed=2) != one


def test_answers_about_pictures_are_remembered(model, tmp_path):
    with Ledger(tmp_path / "l.sqlite") as ledger:
        who = remember(model, ledger)
        first = who.answer(PROMPTS, seed=0)
        again = remember(model, ledger)
        assert again.answer(PROMPTS, seed=0) == first
        assert (again.heard.fresh, again.heard.known) == (0, 3)
        assert all(isinstance(one, Answer) for one in first)


def test_a_model_of_words_refuses_pictures(tmp_path):
    from tiny_models import make_folder

    blind = open_subject(f"local:{make_folder(tmp_path / 'words')}?threads=1")
    with pytest.raises(Incapable, match="reads words alone"):
        blind.answer(PROMPTS, seed=0)
    with pytest.raises(Incapable, match="reads words alone"):
        blind.weigh(PROMPTS, YES_NO)
