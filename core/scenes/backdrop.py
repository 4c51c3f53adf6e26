"""What a painted background tells the layout and the captions about itself."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from core.scenes.canvas import RGB, Canvas


@dataclass(frozen=True, slots=True)
class Zone:
    """A part of the background where objects may be.

    An object's foot (its middle where `airborne`) lies between `top` and `bottom`, in picture
    heights. Something `metres` tall is drawn `size` picture heights tall at `bottom`, and
    `far` times that at `top`. `phrases` say where it is ("on the beach"), one of them a caption;
    "{adj}" in a phrase is a word for the light or nothing. `span` is the part of the picture's
    width it takes, 0-1. `share` is its weight among the zones.
    """

    name: str
    top: float
    bottom: float
    phrases: tuple[str, ...]
    metres: float = 1.75
    size: float = 0.36
    far: float = 0.6
    airborne: bool = False
    share: float = 1.0
    span: tuple[float, float] = (0.0, 1.0)


@dataclass(frozen=True, slots=True)
class Light:
    """The sky's state: its tone on objects and the words for it."""

    name: str
    tone: RGB
    tone_share: float
    adjectives: tuple[str, ...]
    phrases: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Backdrop:
    """A painted background: its zones and the words that are true of it.

    `names` are nouns for the place, `details` whole phrases for things painted on it,
    `excludes` categories that would be confused with something painted, `favourites`
    categories that belong there.
    """

    place: str
    names: tuple[str, ...]
    zones: tuple[Zone, ...]
    light: Light
    details: tuple[str, ...] = ()
    excludes: frozenset[str] = frozenset()
    favourites: tuple[str, ...] = ()


INDOORS = Light("indoors", (255, 240, 220), 0.0, ("",), ("",))


def ground(top: float, phrases: tuple[str, ...], bottom: float = 0.95, far: float = 0.55) -> Zone:
    """Open ground from its horizon `top` down to the picture's lower edge."""
    return Zone("ground", top + (bottom - top) * 0.25, bottom, phrases, far=far, share=3.0)


def sky_zone(horizon: float, phrases: tuple[str, ...], share: float = 0.8) -> Zone:
    """The air above `horizon`."""
    return Zone("sky", 0.14, max(0.2, horizon - 0.14), phrases, 3.0, 0.25, 1.0, airborne=True, share=share)


def far_zone(horizon: float, phrases: tuple[str, ...]) -> Zone:
    """The strip just below `horizon` where buildings stand."""
    return Zone("far", horizon + 0.03, horizon + 0.09, phrases, 6.0, 0.4, 0.85, share=0.35)


LIGHTS = {
    "day": Light(
        "day",
        (255, 250, 235),
        0.0,
        ("", "", "bright"),
        ("in the daytime", "under a blue sky", "during the day", "beneath a clear blue sky"),
    ),
    "sunny": Light(
        "sunny",
        (255, 246, 220),
        0.04,
        ("sunny", "sunny", ""),
        ("on a sunny day", "in the sunshine", "under the sun", "on a bright sunny day"),
    ),
    "sunset": Light(
        "sunset",
        (232, 120, 70),
        0.2,
        ("", "evening"),
        ("at sunset", "under an orange sky", "in the evening", "as the sun goes down"),
    ),
    "dawn": Light(
        "dawn",
        (246, 170, 190),
        0.16,
        ("",),
        ("under a pink sky", "at dawn", "early in the morning", "at sunrise"),
    ),
    "overcast": Light(
        "overcast",
        (140, 150, 165),
        0.2,
        ("cloudy", "cloudy", ""),
        ("on a cloudy day", "under a gray sky", "under gray clouds", "on an overcast day"),
    ),
    "night": Light(
        "night",
        (18, 26, 74),
        0.46,
        ("dark", ""),
        ("at night", "under a starry sky", "under the stars", "in the dark of night"),
    ),
    "fog": Light(
        "fog",
        (218, 222, 226),
        0.44,
        ("foggy", "misty", "foggy", ""),
        ("in the fog", "on a foggy day", "in thick fog", "in the mist"),
    ),
    "rain": Light(
        "rain",
        (98, 112, 132),
        0.3,
        ("rainy", "rainy", ""),
        ("in the rain", "on a rainy day", "while it is raining", "in heavy rain"),
    ),
}

# Two colours of the sky each, top and horizon, to draw between.
_SKIES: dict[str, tuple[tuple[RGB, RGB], ...]] = {
    "day": (((88, 170, 236), (206, 234, 250)), ((64, 150, 226), (180, 224, 246))),
    "sunny": (((70, 166, 240), (222, 242, 250)), ((96, 188, 240), (250, 244, 216))),
    "sunset": (((92, 70, 140), (255, 166, 92)), ((206, 84, 92), (255, 206, 120))),
    "dawn": (((142, 160, 222), (255, 206, 206)), ((186, 148, 206), (255, 222, 200))),
    "overcast": (((142, 154, 170), (206, 212, 220)), ((120, 132, 150), (190, 198, 208))),
    "night": (((10, 14, 50), (44, 58, 120)), ((14, 12, 40), (66, 50, 110))),
    "fog": (((196, 204, 210), (226, 230, 232)), ((206, 208, 206), (232, 232, 228))),
    "rain": (((92, 106, 126), (160, 172, 184)), ((104, 112, 124), (150, 160, 172))),
}


def paint_sky(canvas: Canvas, rng: Random, horizon: float, rain: bool = True) -> Light:
    """Paint the sky down to `horizon`, set the canvas's tone for what follows and name the light.

    Without `rain` a rainy sky stays an overcast one.
    """
    name = rng.choices(list(LIGHTS), (21, 23, 13, 9, 9, 13, 5, 7))[0]
    if name == "rain" and not rain:
        name = "overcast"
    light = LIGHTS[name]
    upper, lower = rng.choice(_SKIES[name])
    # Below the horizon too: hills and woods in front of it leave gaps.
    canvas.gradient(0, horizon + 0.14, upper, lower)
    if name == "night":
        for _ in range(60):
            x, y = rng.uniform(0, canvas.aspect), rng.uniform(0, horizon)
            canvas.ellipse(x, y, *(rng.uniform(0.0015, 0.005),) * 2, (255, 255, 226), 220)
    if name in ("sunny", "sunset", "dawn"):
        height = rng.uniform(0.1, 0.2) if name == "sunny" else horizon - rng.uniform(0.0, 0.1)
        sun: RGB = (255, 236, 150) if name == "sunny" else (255, 214, 130)
        where = rng.uniform(0.12, 0.88) * canvas.aspect
        canvas.glow(where, height, rng.uniform(0.045, 0.07), sun)
    count = {"overcast": 7, "rain": 8, "night": 0, "fog": 0}.get(name, rng.randint(0, 4))
    paint: RGB = mix_cloud(lower, name)
    for _ in range(count):
        size = rng.uniform(0.16, 0.34)
        x, y = rng.uniform(0, canvas.aspect), rng.uniform(0.06, max(0.1, horizon * 0.75))
        canvas.cloud(x, y, size, paint)
    canvas.tone, canvas.tone_share = light.tone, light.tone_share
    return light


def mix_cloud(horizon: RGB, light: str) -> RGB:
    """A cloud's colour over a sky whose lower edge is `horizon`."""
    if light in ("overcast", "rain"):
        return (226, 230, 236) if light == "overcast" else (176, 186, 198)
    r, g, b = ((255 * 3 + part) // 4 for part in horizon)
    return (r, g, b)
