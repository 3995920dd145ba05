"""Token files, and tokens that are good enough for them."""

from pathlib import Path

READER = "reader-0123456789abcdefghij"
OPERATOR = "operator-0123456789abcdefgh"
STRANGER = "stranger-0123456789abcdefgh"


def token_file(directory: Path, text: str = f"read {READER} board\ncontrol {OPERATOR} ops\n") -> Path:
    """A token file for its owner's eyes alone."""
    path = directory / "tokens"
    path.write_text(text)
    path.chmod(0o600)
    return path


def shown(token: str) -> tuple[str, str]:
    """The header that shows a token."""
    return "Authorization", f"Bearer {token}"
