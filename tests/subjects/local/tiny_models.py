"""Tiny models with random weights and a real tokenizer, made on the spot."""

import os
import warnings

import pytest

# Tests share the machine: threads that spin while they wait would slow everybody. Read when torch is loaded.
os.environ.setdefault("OMP_WAIT_POLICY", "passive")

torch = pytest.importorskip("torch", reason="needs the extra `local`")
transformers = pytest.importorskip("transformers", reason="needs the extra `local`")

torch.set_num_threads(1)

WORDS = [
    "I",
    "you",
    "they",
    "value",
    "power",
    "freedom",
    "of",
    "the",
    "and",
    "to",
    "help",
    "care",
    "for",
    "rules",
    "safety",
    "new",
    "things",
    "yes",
    "no",
    "not",
    "like",
    "me",
]
TEMPLATE = (
    "{% for m in messages %}<|{{ m['role'] }}|>{{ m['content'] }}</s>{% endfor %}"
    "{% if add_generation_prompt %}<|assistant|>{% endif %}"
)
SIZES = {
    "hidden_size": 32,
    "intermediate_size": 48,
    "num_hidden_layers": 4,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "head_dim": 8,
    "max_position_embeddings": 512,
}


def make_tokenizer(template: str | None = TEMPLATE, bos: bool = False):
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers

    raw = Tokenizer(models.BPE())
    raw.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    raw.decoder = decoders.ByteLevel()
    special = ["<s>", "</s>", "<|system|>", "<|user|>", "<|assistant|>"]
    trainer = trainers.BpeTrainer(
        vocab_size=400,
        special_tokens=special,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    raw.train_from_iterator([" ".join(WORDS)] * 3, trainer)
    if bos:
        raw.post_processor = processors.TemplateProcessing(single="<s> $A", special_tokens=[("<s>", 0)])
    tokenizer = transformers.PreTrainedTokenizerFast(tokenizer_object=raw, bos_token="<s>", eos_token="</s>")
    tokenizer.chat_template = template
    return tokenizer


def make_config(family: str, vocabulary: int):
    sizes = {**SIZES, "vocab_size": vocabulary, "bos_token_id": 0, "eos_token_id": 1, "pad_token_id": 1}
    windows = {"sliding_window": 5}
    mixed = {"layer_types": ["sliding_attention", "full_attention"] * 2}
    no_head = {name: value for name, value in sizes.items() if name != "head_dim"}
    gpt2 = {"n_embd": 32, "n_layer": 4, "n_head": 4, "n_positions": 512, "vocab_size": vocabulary}
    ends = {"bos_token_id": 0, "eos_token_id": 1}
    made = {
        "llama": lambda: transformers.LlamaConfig(**sizes),
        "qwen2": lambda: transformers.Qwen2Config(**no_head),
        "qwen3": lambda: transformers.Qwen3Config(**sizes),
        "gemma2": lambda: transformers.Gemma2Config(**sizes, **windows, **mixed),
        "gemma3": lambda: transformers.Gemma3TextConfig(**sizes, **windows, **mixed),
        "mistral": lambda: transformers.MistralConfig(**sizes, **windows),
        "gpt2": lambda: transformers.GPT2Config(**gpt2, **ends),
        "gpt_neox": lambda: transformers.GPTNeoXConfig(**no_head),
        "opt": lambda: transformers.OPTConfig(
            vocab_size=vocabulary,
            hidden_size=32,
            ffn_dim=48,
            num_hidden_layers=4,
            num_attention_heads=4,
            word_embed_proj_dim=32,
            max_position_embeddings=512,
            **ends,
        ),
        "bloom": lambda: transformers.BloomConfig(
            vocab_size=vocabulary, hidden_size=32, n_layer=4, n_head=4, **ends
        ),
    }
    return made[family]()


def make_folder(folder, family: str = "llama", **tokenizer):
    """A saved model whose weights are large enough for its logits to differ."""
    transformers.utils.logging.disable_progress_bar()
    words = make_tokenizer(**tokenizer)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.manual_seed(7)
        model = transformers.AutoModelForCausalLM.from_config(make_config(family, len(words)))
        for name, weights in model.named_parameters():
            if weights.dim() > 1:
                torch.nn.init.normal_(weights, std=0.3)
            elif "bias" in name:
                torch.nn.init.normal_(weights, std=0.1)
        model.save_pretrained(folder)
        words.save_pretrained(folder)
    return folder
