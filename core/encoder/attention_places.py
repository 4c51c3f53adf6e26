"""What each place of a picture adds to its features, for vision transformers that read out one token.

The residual stream makes that token a sum: what every attention layer wrote into it, every MLP, and where it began. An
attention layer's part is a sum over the tokens it read from, and so over places (Gandelsman, Efros and Steinhardt,
"Interpreting CLIP's Image Representation via Text-Based Decomposition", ICLR 2024, who segment pictures with it).
The last norm and the length of
the result are taken as they came out, which leaves linear maps. What MLPs, biases and the read-out token itself added
is the rest. A place stands for what it held when it was read, which may come from other places.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from core.encoder.places import Parts, same

if TYPE_CHECKING:
    import torch

    Projected: TypeAlias = tuple[torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor]


@dataclass(frozen=True, slots=True)
class Layer:
    """One block's attention: `norm` feeds it, `attend` is the module, `scale` what its output passes through, and
    `project` gives queries, keys, values `(heads, tokens, width)` three times and the output matrix."""

    norm: Any
    attend: Any
    scale: Any
    project: Callable[[torch.Tensor], Projected]


@dataclass(frozen=True, slots=True)
class ReadOutTower:
    """`run` gives features `(1, dim)`; the read-out token (the first) passes `final_norm`, then `after`, which must be
    affine. `prefix` tokens stand before the places."""

    run: Callable[[torch.Tensor], torch.Tensor]
    layers: tuple[Layer, ...]
    final_norm: Any
    after: Callable[[torch.Tensor], torch.Tensor]
    grid: tuple[int, int]
    prefix: int

    def __call__(self, pixels: torch.Tensor) -> Parts | None:
        import torch

        modules = [module for layer in self.layers for module in (layer.norm, layer.attend)]
        ends, seen = _watched(self.run, pixels, [*modules, self.final_norm])
        whole = ends[0]
        entered, left = seen[self.final_norm]
        token = entered[0, 0] if entered.ndim == 3 else entered[0]  # (channels,), before or after pooling
        if not same(self.after((left[0, 0] if left.ndim == 3 else left[0])[None])[0], whole):
            return None
        read = torch.zeros(self.prefix + self.grid[0] * self.grid[1], len(token), device=token.device)
        for layer in self.layers:
            part = _read(layer, seen[layer.norm][1], seen[layer.attend][1])
            if part is None or part.shape != read.shape:
                return None
            read += part
        norm = self.final_norm
        spread = (token.var(unbiased=False) + norm.eps).sqrt()
        gain = norm.weight if norm.weight is not None else 1.0
        normed = (read - read.mean(1, keepdim=True)) / spread * gain
        nothing = self.after(torch.zeros_like(normed[:1]))
        linear = self.after(normed) - nothing
        if not same(self.after(normed.sum(0, keepdim=True)) - nothing, linear.sum(0, keepdim=True)):
            return None  # what follows is no linear map, such as an MLP
        vectors = linear[self.prefix :].reshape(*self.grid, -1)
        return Parts(vectors, whole - vectors.sum((0, 1)), whole, "attention")


def of_open_clip(visual: Any) -> ReadOutTower | None:
    """The tower of an open_clip `VisionTransformer` that reads out its class token; None for any other."""
    from open_clip.transformer import ResidualAttentionBlock, VisionTransformer

    if type(visual) is not VisionTransformer or visual.attn_pool is not None or visual.pool_type != "tok":
        return None
    blocks = list(visual.transformer.resblocks)
    if any(type(block) is not ResidualAttentionBlock or not block.attn.batch_first for block in blocks):
        return None
    layers = tuple(Layer(one.ln_1, one.attn, one.ls_1, _of_multihead(one.attn)) for one in blocks)

    def after(normed: torch.Tensor) -> torch.Tensor:
        return normed if visual.proj is None else normed @ visual.proj

    return ReadOutTower(visual, layers, visual.ln_post, after, tuple(visual.grid_size), 1)


def of_timm(trunk: Any, after: Callable[[torch.Tensor], torch.Tensor]) -> ReadOutTower | None:
    """The tower of a timm vision transformer that reads out its class token and goes on with `after`; None for any
    other. Which kinds of attention are understood shows when their parts do or do not add up."""
    import torch

    blocks = list(getattr(trunk, "blocks", ()))
    grid = getattr(getattr(trunk, "patch_embed", None), "grid_size", None)
    if not blocks or grid is None or getattr(trunk, "global_pool", "") != "token":
        return None
    needed = ("qkv", "proj", "num_heads", "head_dim", "q_norm", "k_norm")
    if any(not all(hasattr(getattr(one, "attn", None), name) for name in needed) for one in blocks):
        return None
    if not isinstance(trunk.norm, torch.nn.LayerNorm) or not isinstance(trunk.fc_norm, torch.nn.Identity):
        return None
    layers = tuple(
        Layer(one.norm1, one.attn, getattr(one, "ls1", torch.nn.Identity()), _of_qkv(one.attn)) for one in blocks
    )

    def run(pixels: torch.Tensor) -> torch.Tensor:
        return after(trunk(pixels))

    return ReadOutTower(run, layers, trunk.norm, after, tuple(grid), int(trunk.num_prefix_tokens))


def _read(layer: Layer, normed: torch.Tensor, written: torch.Tensor) -> torch.Tensor | None:
    """What the first token took from each token `(tokens, channels)`. None where that is not what `attend` wrote."""
    queries, keys, values, out = layer.project(normed[0])
    weights = (queries[:, :1] @ keys.transpose(1, 2) * queries.shape[-1] ** -0.5).softmax(-1)  # (heads, 1, tokens)
    taken = weights.transpose(1, 2) * values  # (heads, tokens, width)
    part = taken.permute(1, 0, 2).flatten(1) @ out.T  # (tokens, channels)
    bias = _bias(layer.attend)
    if not same(part.sum(0) + (0 if bias is None else bias), written[0, 0]):
        return None
    scaled: torch.Tensor = layer.scale(part)
    return scaled


def _bias(attend: Any) -> torch.Tensor | None:
    out = attend.out_proj if hasattr(attend, "out_proj") else attend.proj
    bias: torch.Tensor | None = out.bias
    return bias


def _of_multihead(attend: Any) -> Callable[[torch.Tensor], Projected]:
    def project(normed: torch.Tensor) -> Projected:
        import torch

        made = torch.nn.functional.linear(normed, attend.in_proj_weight, attend.in_proj_bias)
        split = made.reshape(len(normed), 3, attend.num_heads, -1).permute(1, 2, 0, 3)  # (3, heads, tokens, width)
        return split[0], split[1], split[2], attend.out_proj.weight

    return project


def _of_qkv(attend: Any) -> Callable[[torch.Tensor], Projected]:
    def project(normed: torch.Tensor) -> Projected:
        made = attend.qkv(normed).reshape(len(normed), 3, attend.num_heads, attend.head_dim).permute(1, 2, 0, 3)
        return attend.q_norm(made[0]), attend.k_norm(made[1]), made[2], attend.proj.weight

    return project


def _watched(
    run: Callable[[torch.Tensor], torch.Tensor], pixels: torch.Tensor, modules: Iterable[Any]
) -> tuple[torch.Tensor, dict[Any, tuple[torch.Tensor, torch.Tensor]]]:
    """What `run` gives, and what went into and came out of each module meanwhile."""
    seen: dict[Any, tuple[torch.Tensor, torch.Tensor]] = {}
    own = threading.get_ident()

    def note(module: Any, inputs: tuple[Any, ...], output: Any) -> None:
        if threading.get_ident() == own:  # another thread may be encoding with the same model
            seen[module] = (inputs[0], output[0] if isinstance(output, tuple) else output)

    with ExitStack() as hooks:
        for module in modules:
            hooks.callback(module.register_forward_hook(note).remove)
        return run(pixels), seen
