"""Training a CLIP model on captioned pictures: `train` runs a recipe; see `docs/training.md`."""
