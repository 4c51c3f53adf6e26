"""Which model encodes a collection, and what that costs."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from core import encoder, errors
from core.encoder import WeightsCost
from core.ui import build_source, states, words

_OTHER = "Another…"
_BUNDLED_TEXT = "Captions are read by the bundled model; pictures are found by picture, and by words through captions."


@dataclass(frozen=True, slots=True)
class Model:
    """The two words that `load_encoder` takes, and what they cost."""

    model: str
    pretrained: str | None
    cost: WeightsCost


@dataclass(frozen=True, slots=True)
class _Preset:
    label: str
    model: str
    pretrained: str | None
    about: str


_PRESETS = (
    _Preset("Bundled", "bundled", None, "Small and quick, comes with Coco Lens; best at plain scenes."),
    _Preset("ViT-B-32", "ViT-B-32", "laion2b_s34b_b79k", "The usual CLIP: knows nearly everything, quick for that."),
    _Preset("ViT-B-16", "ViT-B-16", "datacomp_xl_s13b_b90k", "Sees finer than ViT-B-32, at three times the time."),
    _Preset("ViT-L-14", "ViT-L-14", "datacomp_xl_s13b_b90k", "The best of these; slow without a GPU."),
    _Preset("CNN, small", "cnn-small", None, "Pictures only, comes with Coco Lens: finds what looks alike."),
    _Preset("ViT, small", "vit-small", None, "Pictures only, comes with Coco Lens: looks at places together."),
    _Preset("ResNet-50", "timm:resnet50", None, "Pictures only, trained on ImageNet: finds what looks alike."),
)


def ask() -> Model | None:
    """Draw the choice and its cost; None while there is none, or one that nobody knows, which is said."""
    offered = {preset.label: preset for preset in _PRESETS if _is_there(preset)}
    label = st.selectbox("Model", [*offered, _OTHER], key="build_model")
    preset = offered.get(label or "")
    if preset is not None:
        model, pretrained, about = preset.model, preset.pretrained, preset.about
    else:
        first, second = st.columns(2)
        named = first.text_input("Model's name", key="build_model_name", placeholder="ViT-B-32, timm:convnext_tiny")
        weights = second.text_input("Weights", key="build_weights", placeholder="a tag; empty for timm's own")
        about = "Any model of open_clip or timm, by its name and the tag of its weights, or a folder of weights."
        if not named.strip():
            st.caption(about)
            return None
        model, pretrained = named.strip(), weights.strip() or None
    try:
        if preset is None:
            model = _checked(model)
            pretrained = _checked(pretrained) if pretrained else None
        with st.spinner("Looking the model up…"):
            cost = cost_of(model, pretrained)
    except errors.CocoLensError as error:
        states.known(error)
        return None
    st.caption(f"{about} {told(cost)}")
    return Model(model, pretrained, cost)


def _checked(word: str) -> str:
    """A name as it is; a path only where paths are allowed. Raises `UnsafePathError`."""
    is_path = word.startswith(("/", "~", ".", "local-dir:")) or Path(word).exists()
    return str(build_source.allowed(word.removeprefix("local-dir:"))) if is_path else word


def told(cost: WeightsCost) -> str:
    """What a model costs before it can be used, in words."""
    size = "" if cost.size is None else words.size(cost.size)
    if cost.here:
        said = f"**On this machine already** ({size})."
    elif cost.size is None:
        said = "**To be downloaded**; how much, only the hub knows."
    else:
        said = f"**About {size} to download**, once."
    return said if cost.reads_text is not False else f"{said} {_BUNDLED_TEXT}"


@st.cache_data(max_entries=64, ttl=60, show_spinner=False)
def cost_of(model: str, pretrained: str | None) -> WeightsCost:
    """What a model costs before it can be used, looked up at most once a minute. Raises as `encoder.weights_cost`."""
    return encoder.weights_cost(model, pretrained)


@st.cache_data(max_entries=16, show_spinner=False)
def _comes_with(model: str) -> bool:
    try:
        return encoder.weights_cost(model).here
    except errors.EncoderError:
        return False


def _is_there(preset: _Preset) -> bool:
    """Presets that come with the project are offered where they do."""
    return preset.model not in encoder.BUNDLED_NAMES or _comes_with(preset.model)
