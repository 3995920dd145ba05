"""What is wrong with a configuration, said all at once and in words that can be acted on."""

from msgspec import Struct

from rtp_tui.text import safe


class Place(Struct, frozen=True, kw_only=True):
    """Where something is set."""

    path: str
    """A file, `environment` or `command line`."""
    line: int | None = None
    key: str = ""
    """As it is written there: `server.port`, `RTP_SERVER__PORT` or `--port`."""

    def __str__(self) -> str:
        return f"{self.path}:{self.line}" if self.line else f"{self.path} {self.key}"


class ConfigurationError(Struct, frozen=True, kw_only=True):
    """One mistake: where it stands, what it is, and the valid key that was probably meant."""

    place: Place
    message: str
    """The lines after the first show the place within a value."""
    nearest: str = ""

    def __str__(self) -> str:
        place = f"{self.place.path}:{self.place.line}" if self.place.line else self.place.path
        meant = f' (did you mean "{self.nearest}"?)' if self.nearest else ""
        key = f"{safe(self.place.key)}: " if self.place.key else ""
        words, *excerpt = self.message.split("\n")
        said = f"{safe(place, 1024)}: {key}{safe(words, 512)}{meant}"
        return "\n".join((said, *(safe(line) for line in excerpt)))


class ConfigurationInvalid(Exception):
    """Every mistake of a configuration; `str` gives a line for each."""

    def __init__(self, errors: tuple[ConfigurationError, ...]) -> None:
        super().__init__(errors)
        self.errors = errors

    def __str__(self) -> str:
        return "\n".join(map(str, self.errors))
