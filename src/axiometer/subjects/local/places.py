"""Where, in whatever decoder transformers loads, a site's numbers pass by."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeAlias

from torch import Tensor, nn

from axiometer.errors import Incapable
from axiometer.subjects.local.engine import decoder
from axiometer.subjects.sites import Part, Site

See: TypeAlias = Callable[[Tensor], Tensor | None]

_ACTIVATIONS = ("act_fn", "act", "activation_fn", "activation")
_SCALED = ("post_feedforward_layernorm", "post_mlp_layernorm")
_SUMS = ("down_proj", "c_proj", "dense_4h_to_h", "fc2")
_MIXERS = ("o_proj", "out_proj", "c_proj", "dense")
_ATTENTIONS = ("self_attn", "attn", "attention", "self_attention")


def blocks(model: Any) -> nn.ModuleList:
    """The model's decoder blocks, in order.

    Raises:
        Incapable: no list of as many blocks as the model says to have.
    """
    many = int(model.config.get_text_config().num_hidden_layers)
    for module in decoder(model).modules():
        if isinstance(module, nn.ModuleList) and len(module) == many:
            return module
    raise Incapable(f"{type(model).__name__} shows no list of {many} blocks; its inside cannot be read here.")


def width(model: Any, part: Part) -> int:
    """How many numbers there are at a site of this part."""
    config = model.config.get_text_config()
    if part == "block":
        return int(config.hidden_size)
    mixer = _mixer(model, blocks(model)[0])
    if part == "heads":
        # transformers' own Conv1D keeps its weight the other way round.
        return int(mixer.in_features if hasattr(mixer, "in_features") else mixer.weight.shape[0])
    inner = getattr(config, "intermediate_size", None) or getattr(config, "n_inner", None)
    return int(inner or getattr(config, "ffn_dim", None) or 4 * config.hidden_size)


def writers(model: Any, layer: int) -> Tensor:
    """What each feed-forward unit of a block adds to the block's output for every 1 that it passes on.

    Shapes: [units, width]

    Raises:
        Incapable: a model that does not show what its units are summed by, or that scales the sum before it is added.
    """
    block = blocks(model)[layer]
    if any(name.rpartition(".")[2] in _SCALED for name, _ in block.named_modules()):
        raise Incapable(
            f"{type(model).__name__} scales what its feed-forward units write before it is added, each token by another "
            "amount; what a unit writes has no single direction here."
        )
    summing = _named(model, block, _SUMS, "what its feed-forward units are summed by")
    weight: Tensor = summing.weight.detach().float()
    # transformers' own Conv1D keeps its weight the other way round.
    return weight.T if isinstance(summing, nn.Linear) else weight


@contextmanager
def watching(model: Any, sees: dict[Site, See]) -> Iterator[None]:
    """For a while, shows each site's numbers to a function; what it gives back takes their place.

    Shapes: a function is given [batch, tokens, width].
    """
    found = blocks(model)
    hooks = []
    try:
        for site, see in sees.items():
            hooks.append(_hook(model, found[site.layer], site.part, see))
        yield
    finally:
        for hook in hooks:
            hook.remove()


@contextmanager
def cut_after(model: Any, layer: int) -> Iterator[None]:
    """For a while, the model without the blocks above one: what they would compute is not wanted."""
    found = blocks(model)
    config = model.config.get_text_config()
    upper, many = list(found[layer + 1 :]), config.num_hidden_layers
    try:
        del found[layer + 1 :]
        config.num_hidden_layers = layer + 1
        yield
    finally:
        found.extend(upper)
        config.num_hidden_layers = many


def _hook(model: Any, block: nn.Module, part: Part, see: See) -> Any:
    if part == "heads":

        def before(module: nn.Module, args: tuple[Any, ...]) -> Any:
            changed = see(args[0])
            return None if changed is None else (changed, *args[1:])

        return _mixer(model, block).register_forward_pre_hook(before)

    def after(module: nn.Module, args: Any, output: Any) -> Any:
        whole = isinstance(output, tuple)
        changed = see(output[0] if whole else output)
        if changed is None:
            return None
        return (changed, *output[1:]) if whole else changed

    return (block if part == "block" else _activation(model, block)).register_forward_hook(after)


def _activation(model: Any, block: nn.Module) -> Any:
    """The activation of the block's feed-forward units, as the model itself computes it."""
    return _named(model, block, _ACTIVATIONS, "the activation of its feed-forward units")


def _named(model: Any, block: nn.Module, names: tuple[str, ...], what: str) -> Any:
    """The one module of a block by one of these names, attention apart."""
    found = [
        module
        for name, module in block.named_modules()
        if name.rpartition(".")[2] in names and not any(part in name for part in _ATTENTIONS)
    ]
    if len(found) != 1:
        raise Incapable(f"{type(model).__name__} does not show {what} as a module.")
    return found[0]


def _mixer(model: Any, block: nn.Module) -> Any:
    for name in _ATTENTIONS:
        attention = getattr(block, name, None)
        for mixer in _MIXERS:
            if attention is not None and hasattr(attention, mixer):
                return getattr(attention, mixer)
    raise Incapable(f"{type(model).__name__} does not show where its attention heads are mixed.")
