"""Drawn scenes with captions and boxes: the bundled demo collection and training pictures."""

from core.scenes.catalog import Category, categories
from core.scenes.close_ups import draw_close_up
from core.scenes.cutouts import draw_cutout
from core.scenes.draw import Scene, SceneObject, draw_scene
from core.scenes.generate import write_collection, write_demo, write_samples

__all__ = [
    "Category",
    "Scene",
    "SceneObject",
    "categories",
    "draw_close_up",
    "draw_cutout",
    "draw_scene",
    "write_collection",
    "write_demo",
    "write_samples",
]
