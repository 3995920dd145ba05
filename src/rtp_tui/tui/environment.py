"""Which desk this is: production is unmistakable, by words and by the frame."""

from rtp_tui.tui.cells import Cell, Line, Tone
from rtp_tui.tui.scene import Scene

_PRODUCTION = ("prod", "live")
"""How the names of such environments begin."""
_LONGEST = 12


def environment_of(scene: Scene) -> str:
    """What the engine calls its environment; empty where it does not."""
    engine = scene.state.part.engine
    return engine.environment.strip() if engine is not None else ""


def is_production(scene: Scene) -> bool:
    """What is done here is done to the real thing."""
    return environment_of(scene).lower().startswith(_PRODUCTION)


def environment_chip(scene: Scene) -> Line:
    """` PROD ` in red, any other name in grey."""
    name = environment_of(scene)
    if is_production(scene):
        return (Cell(" PROD ", Tone.CHIP_BAD),)
    return (Cell(f" {name[:_LONGEST].upper()} ", Tone.CHIP),) if name else ()


def warning(scene: Scene, place: str) -> str:
    """What a question says before anything else in production."""
    return f"This is production: {place}" if is_production(scene) else ""
