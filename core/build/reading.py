"""Which model reads the captions of a collection whose own model encodes pictures only."""

from __future__ import annotations

from core import encoder as encoders
from core import progress
from core.encoder import Encoder
from core.errors import ConfigurationError, NoTextSideError
from core.records import RecordSet

BUNDLED, NO_TEXT = "bundled", "none"
"""Words for a text model: the one that comes with the project, and none at all."""


def text_encoder(
    encoder: Encoder,
    records: RecordSet,
    model: str | None,
    pretrained: str | None,
    *,
    device: str = "auto",
    report: progress.Report = progress.silent,
    given: Encoder | None = None,
) -> Encoder | None:
    """The encoder of the captions of `records` beside one of their pictures; None where that reads them itself, where
    there are none, and where `model` is "none". `model` None means "bundled"; one that is `given` is not loaded.

    Raises `ConfigurationError` for words that would mean nothing, `NoTextSideError` for a model that does not read, and
    what loading one raises.
    """
    if encoder.spec.reads_text:
        if model or pretrained:
            raise ConfigurationError(
                f"the model {encoder.spec.model} reads text itself, so a text model ({model or pretrained}) has no "
                "place beside it; leave it out, or name an image-only model such as timm:resnet50 for the pictures"
            )
        return None
    if pretrained and model in (None, BUNDLED, NO_TEXT):
        raise ConfigurationError(
            f"the weights {pretrained!r} of a text model need an architecture beside them, such as "
            "--text-model ViT-B-32"
        )
    if model == NO_TEXT or not any(record.captions for record in records.records):
        return None
    loaded = given or encoders.load_encoder(model or BUNDLED, pretrained, device=device, report=report)
    if not loaded.spec.reads_text:
        raise NoTextSideError(
            f"the model {loaded.spec.model} encodes pictures only, so it cannot be the text model; take 'bundled' or "
            "any open_clip model, or 'none' to leave the captions unread"
        )
    return loaded
