"""Which things look out of place where: no camels in the snow, no apples on a stadium's grass."""

from __future__ import annotations

from core.scenes.catalog import Glyph

_GREEN = "meadow farm park mountains"
_GARDEN = "meadow farm park"
_FIELD = "sports-field park beach meadow"
_WARM = "beach meadow desert mountains forest farm park lake railway sports-field"
_WILD = "meadow desert mountains forest lake snow railway farm"
# Places where each may be; what is not named may be everywhere its zones allow.
_PLACES = {
    "🐘 🦓 🦒 🦁 🐅 🐆 🦏 🐊": "meadow desert mountains forest lake park railway",
    "🐒 🦍 🦧 🦜 🦚 🦋 🐌 🐞 🐝 🐢 🐸 🦔 🕷️": "beach meadow forest farm park lake mountains",
    "🦛": "meadow lake forest",
    "🐪 🐫 🦂": "desert",
    "🦎 🐍 🦘": "desert meadow mountains forest beach",
    "🦩": "lake beach park meadow",
    "🐼 🐨": "forest mountains park meadow",
    "🐻 🦊 🐺 🦌": "meadow mountains forest lake snow park",
    "🐻‍❄️ 🐧": "snow",
    "🦫": "lake forest",
    "🦨 🐿️": "forest park meadow mountains lake",
    "🐓 🐤 🦃": "farm meadow park railway",
    "🐖 🐑 🐏 🐐 🐄 🐂 🐇": "meadow farm mountains lake forest railway park snow beach",
    "🐗 🦉": "forest meadow mountains farm",
    "🐃 🦬": "meadow mountains farm railway snow",
    "🦣": "snow mountains meadow",
    "🦕 🦖": "forest desert mountains meadow beach",
    "🐎": "meadow farm desert mountains park beach lake snow sports-field railway",
    "🦀": "beach",
    "🐁": f"{_GARDEN} forest snow",
    "🌴": "beach desert lake",
    "🌵": "desert mountains",
    "🌻 🌷 🌹 🌺": f"{_GREEN} lake railway",
    "🍄": "forest meadow park farm lake",
    "🍁": "forest park meadow farm mountains",
    "🌳": "meadow farm park railway lake sports-field",
    "🍎 🍏": "farm park meadow",
    "🥕 🧺": "farm meadow park",
    "🍉 🍍": "beach park",
    "🥥 🐚 🕶️ ⚓ ⛱️": "beach",
    "☂️": "beach park meadow lake",
    "👒": "beach park meadow farm",
    "🧢 👟 🛹 🛴": "park beach sports-field",
    "⚽ 🏐 🥏": _FIELD,
    "🏀 🏈 ⚾ 🎾 🤾‍♀️ ⛹️‍♂️ 🤺 🏋️‍♂️": "sports-field park",
    "🏌️‍♂️": "sports-field park meadow",
    "🤸‍♂️ 🤹": _FIELD,
    "🏇": "sports-field meadow farm beach",
    "🎒": "mountains forest meadow beach park lake railway",
    "🧳": "railway beach",
    "👜": "park beach railway",
    "🏍️": "desert meadow mountains farm lake",
    "🛻": "farm desert meadow mountains lake",
    "🚜": "farm meadow railway",
    "👨‍🌾": "farm meadow",
    "💃 🕺 👰‍♀️": "park beach meadow",
    "🧘‍♀️": "park beach meadow lake mountains forest",
    "🏃‍♂️ 🏃‍♀️": f"{_WARM} snow",
    "🔭": "meadow mountains desert snow",
    "🪜 🪣": "farm beach park",
    "⛺": "meadow mountains forest lake snow desert beach",
    "🔥": "meadow mountains forest lake desert beach",
    "⛲": "park meadow",
    "🛖": "beach desert meadow farm lake",
    "🗿": "beach meadow desert park",
    "🎠": "park meadow",
    "🎃": "farm meadow forest park",
    "🪨": f"{_WILD} beach",
    "🏄‍♂️ 🏄‍♀️": "sea beach",
    "🚢 ⛴️": "sea",
    "🚩": "snow moon-surface red-planet sports-field mountains beach",
}
# Indoors and in the air the zones alone decide.
_OPEN = frozenset(("ground", "snow", "moon", "water"))
_ALLOWED = {text: frozenset(places.split()) for texts, places in _PLACES.items() for text in texts.split()}


def fits(glyph: Glyph, zone: str, place: str) -> bool:
    """Whether `glyph` in the zone of that name looks at home in the backdrop called `place`."""
    if zone not in _OPEN or glyph.text not in _ALLOWED:
        return True
    return place.replace(" ", "-") in _ALLOWED[glyph.text]
