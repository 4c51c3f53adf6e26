"""A pretrained open_clip model, taught somebody's own pictures and captions."""
