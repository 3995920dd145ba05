"""Screens over the panes that do not stand still while they are looked at."""

from rtp_tui.tui.scene import Scene


class KeepsUp:
    """Shows what is true now, with every frame."""

    def show(self, scene: Scene) -> bool:
        """Show a scene; True when anything changes."""
        raise NotImplementedError
