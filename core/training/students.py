"""The two kinds of learner, a CLIP model or a backbone, behind the few things that the loop asks of either."""

from __future__ import annotations

from pathlib import Path
from typing import TypeAlias

from core.training import apprentice, mimicry, network, places, teacher, validation
from core.training.material import Material
from core.training.recipe import BackboneShape, Phase, Recipe

Student: TypeAlias = apprentice.Apprentice | mimicry.Apprentice


def create(recipe: Recipe, materials: dict[str, Material]) -> Student:
    """A learner with random weights, of the shape that the recipe names."""
    features = teacher.dimension(recipe.teacher) if recipe.teacher else 0
    classes = teacher.dimension(recipe.classifier) if recipe.classifier else 0
    hinted = places.channels(list(materials.values()))
    if isinstance(recipe.model, BackboneShape):
        return mimicry.Apprentice(recipe.model, features, classes, mimicry.label_counts(materials), hinted)
    return apprentice.Apprentice(network.create(recipe.model), features, classes, recipe.model.embed_dim, hinted)


def load(student: Student, recipe: Recipe, folder: Path) -> None:
    """Fills the learner with the weights of a checkpoint folder. A backbone may also start from a CLIP checkpoint whose
    picture tower is of its architecture, a CLIP model from the text tower of one with another picture tower. Raises
    `TrainingError` where they do not fit."""
    if isinstance(student, mimicry.Apprentice):
        mimicry.load(student, folder)
    else:
        assert not isinstance(recipe.model, BackboneShape)
        network.load(student.model, recipe.model, folder)


def save(student: Student, recipe: Recipe, folder: Path) -> None:
    """Writes what others will use of it as a checkpoint folder."""
    if isinstance(student, mimicry.Apprentice):
        assert isinstance(recipe.model, BackboneShape)
        mimicry.save(student, recipe.model, folder)
    else:
        assert not isinstance(recipe.model, BackboneShape)
        network.save(student.model, recipe.model, folder)


def judge(student: Student, recipe: Recipe, materials: list[Material], phase: Phase) -> dict[str, dict[str, float]]:
    """How good it is on held-out pictures: for each measure by name its value for each source, in percent."""
    side = recipe.model.image_size
    if isinstance(student, mimicry.Apprentice):
        return {f"precision@{mimicry.NEIGHBOURS}": mimicry.neighbours(student, materials, side)}
    found = {f"recall@{validation.K}": validation.recall(student, materials, phase, side)}
    if phase.kind != "text" and (drawings := validation.drawings(student, materials, side)):
        found[f"precision@{validation.NEIGHBOURS} among drawings"] = drawings
    return found
