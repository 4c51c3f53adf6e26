"""The open_clip model that a run starts from, and checkpoints of it that open_clip loads like the start itself."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core import errors, progress
from core.encoder import backbones, checkpoints, openclip, torchvision_fix
from core.training import network

_LOCAL = "local-dir:"
# What asks for a tokenizer or a text tower of the transformers library, whose files a checkpoint would need beside it.
_FOREIGN_TEXT = ("hf_tokenizer_name", "hf_model_name")


@dataclass(frozen=True, slots=True)
class Pretrained:
    """`reader` is the start as an encoder, `reader.model` the open_clip network; `config` is the text of the
    configuration that its checkpoints get; `folder` is where the start itself lies as a checkpoint folder, None where
    it is no folder; `half` says that its weights are stored as float16."""

    reader: openclip.OpenClipEncoder
    config: str
    folder: Path | None
    half: bool

    @property
    def network(self) -> network.Network:
        return self.reader.model


def load(model: str, pretrained: str | None, *, device: str = "auto", report: progress.Report) -> Pretrained:
    """The model of that name as `encoder.load_encoder` finds it.

    Raises its errors, and `TrainingError` for a model that cannot be fine-tuned here: one that reads no captions, one
    whose text side is of the transformers library, one that also writes captions (CoCa).
    """
    if backbones.takes(model):
        raise errors.TrainingError(
            f"the model {model!r} encodes pictures only, so captions cannot teach it; "
            "--finetune takes bundled, an open_clip architecture with --pretrained, or a checkpoint folder"
        )
    checkpoint = checkpoints.resolve(model, pretrained, report)
    torchvision_fix.apply()
    import open_clip

    settings = open_clip.get_model_config(checkpoint.source) or {}
    foreign = [key for key in _FOREIGN_TEXT if (settings.get("text_cfg") or {}).get(key)]
    if foreign or "siglip" in checkpoint.model.lower():
        raise errors.TrainingError(
            f"the model {model!r} reads text with the transformers library"
            f"{f' ({foreign[0]})' if foreign else ''}, which fine-tuning does not support; "
            "choose a model with CLIP's own tokenizer, such as ViT-B-32"
        )
    if "multimodal_cfg" in settings:
        raise errors.TrainingError(f"the model {model!r} also writes captions (CoCa), which fine-tuning does not teach")
    reader = openclip.load(model, pretrained, device=device, report=report)
    folder = checkpoint.file.parent if checkpoint.source.startswith(_LOCAL) else None
    config = (
        (folder / network.CONFIG).read_text(encoding="utf-8")
        if folder
        else _configuration(settings, reader, quick_gelu=checkpoint.quick_gelu)
    )
    whole = folder is not None and checkpoint.file.name == network.WEIGHTS
    return Pretrained(reader, config, folder if whole else None, _is_half(checkpoint.file))


def _configuration(settings: dict[str, Any], reader: openclip.OpenClipEncoder, *, quick_gelu: bool) -> str:
    preprocess = {key: value for key, value in dict(reader.model.visual.preprocess_cfg).items() if key != "size"}
    described = settings | ({"quick_gelu": True} if quick_gelu else {})
    return json.dumps({"model_cfg": described, "preprocess_cfg": preprocess}, indent=2) + "\n"


def _is_half(file: Path) -> bool:
    from safetensors import safe_open

    if file.suffix != ".safetensors":
        return False
    with safe_open(str(file), "pt") as weights:  # reads the header only
        kinds = {weights.get_slice(name).get_dtype() for name in weights.keys()}  # noqa: SIM118 - no mapping
    return "F16" in kinds and "F32" not in kinds


def save(start: Pretrained, folder: Path) -> None:
    """Writes the network as it is now as a checkpoint folder, with weights of the width that the start's file has, so
    that what was frozen comes out as it went in. Files are replaced as a whole: a reader never meets half of one."""
    import torch
    from safetensors.torch import save_file

    folder.mkdir(parents=True, exist_ok=True)
    state = {}
    for name, value in start.network.state_dict().items():
        narrow = value.half() if start.half and value.is_floating_point() else value
        # A weight past float16's range is rare, and worth the space of all of them.
        fits = not narrow.is_floating_point() or bool(torch.isfinite(narrow).all())
        state[name] = (narrow if fits else value).contiguous().cpu().clone()
    partial = folder / f".{network.WEIGHTS}"
    save_file(state, str(partial), metadata={"format": "pt"})
    partial.chmod(0o644)  # safetensors writes for the owner only
    partial.replace(folder / network.WEIGHTS)
    partial = folder / f".{network.CONFIG}"
    partial.write_text(start.config, encoding="utf-8")
    partial.replace(folder / network.CONFIG)
