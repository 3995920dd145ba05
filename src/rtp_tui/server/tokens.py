"""The token file: who may read, and who may give commands.

One token a line, `SCOPE TOKEN [NAME]`; `#` begins a comment. The file is for its owner's eyes alone.
Nothing said about it quotes a token.
"""

import os
import re
import stat
from collections.abc import Callable, Iterator
from hashlib import sha256
from hmac import compare_digest
from pathlib import Path
from typing import NamedTuple

from msgspec import Struct

from rtp_tui.model.clients import Scope

TOKEN_CHARACTERS = range(22, 257)
"""22 characters of base64 hold 128 bits, which nobody guesses."""
MAX_FILE_BYTES = 1_000_000
_OTHERS = stat.S_IRWXG | stat.S_IRWXO
_SCOPES = {scope.value: scope for scope in (Scope.READ, Scope.CONTROL)}
_TOKEN = re.compile(r"[A-Za-z0-9._~+/=-]+")
_NAME = re.compile(r"[A-Za-z0-9._@-]{1,64}")
_COMMENT = re.compile(r"(^|\s)#.*")


class TokensUnusable(Exception):
    """The token file cannot be used; the message tells everything that is wrong with it."""


class Token(Struct, frozen=True, kw_only=True):
    """One line of the file."""

    scope: Scope
    text: str
    name: str = ""


class Holder(NamedTuple):
    """Whoever showed a token that is known; the digest tells it from another of the same name."""

    name: str
    scope: Scope
    digest: bytes


class Tokens:
    """Knows tokens by their digests; `is_equal` takes the same time whatever it is given."""

    def __init__(self, path: Path, *, is_equal: Callable[[bytes, bytes], bool] = compare_digest) -> None:
        self._path = path
        self._is_equal = is_equal
        self._holders: tuple[Holder, ...] = ()

    def reread(self) -> None:
        """Read the file, first or again; a bad one changes nothing. Raises TokensUnusable."""
        self._holders = tuple(
            Holder(token.name, token.scope, _digest(token.text)) for token in read_tokens(self._path)
        )

    def caller(self, presented: str) -> Holder | None:
        """Who shows this token; each known one is compared, so that the time tells nothing."""
        digest, found = _digest(presented), None
        for holder in self._holders:
            if self._is_equal(holder.digest, digest):
                found = holder
        return found

    def are_those_of(self, holder: Holder) -> bool:
        """Whether a token that was shown earlier is still in the file, with the same scope."""
        return holder in self._holders


def read_tokens(path: Path) -> tuple[Token, ...]:
    """The tokens of a file, at least one. Raises TokensUnusable with all problems at once."""
    text = _text(path)
    tokens, problems = parse(text)
    if not tokens and not problems:
        problems = ['holds no token; each line is "SCOPE TOKEN [NAME]"']
    if problems:
        raise TokensUnusable("\n".join(f"{path}: {problem}" for problem in problems))
    return tokens


def parse(text: str) -> tuple[tuple[Token, ...], list[str]]:
    """The tokens that a text holds, and what is wrong with its other lines."""
    tokens: dict[str, Token] = {}
    problems: list[str] = []
    lines: dict[str, int] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        words = _COMMENT.sub("", line).split()
        if not words:
            continue
        faults = list(_faults(words))
        if not faults and words[1] in lines:
            faults = [f"the token is that of line {lines[words[1]]}"]
        problems += [f"line {number}: {fault}" for fault in faults]
        if not faults:
            lines[words[1]] = number
            tokens[words[1]] = Token(scope=_SCOPES[words[0]], text=words[1], name="".join(words[2:]))
    return tuple(tokens.values()), problems


def _faults(words: list[str]) -> Iterator[str]:
    if not 2 <= len(words) <= 3:
        yield f'a line is "SCOPE TOKEN [NAME]", not {len(words)} words'
        return
    if words[0] not in _SCOPES:
        # The word is not quoted: where the scope was forgotten, it is the token.
        yield "the scope, the first word, is read or control"
    if len(words[1]) not in TOKEN_CHARACTERS:
        bounds = f"{TOKEN_CHARACTERS.start} to {TOKEN_CHARACTERS.stop - 1}"
        yield f"a token has {bounds} characters, this one has {len(words[1])}; rtp-tui token new makes one"
    if not _TOKEN.fullmatch(words[1]):
        yield "a token is made of letters, digits and . _ ~ + / = -"
    if len(words) == 3 and not is_name(words[2]):
        yield "a name has at most 64 letters, digits and . _ @ -"


def is_name(text: str) -> bool:
    """Whether a token can be called that."""
    return bool(_NAME.fullmatch(text))


def _text(path: Path) -> str:
    try:
        # A pipe in its place must not hold up the start.
        handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC | getattr(os, "O_NONBLOCK", 0))
        with os.fdopen(handle, "rb") as file:
            require_private(path, os.fstat(handle))
            content = file.read(MAX_FILE_BYTES + 1)
    except OSError as error:
        raise TokensUnusable(f"{path}: cannot be read: {error.strerror}") from None
    if len(content) > MAX_FILE_BYTES:
        raise TokensUnusable(f"{path}: is larger than {MAX_FILE_BYTES} bytes")
    try:
        return content.decode()
    except UnicodeDecodeError:
        raise TokensUnusable(f"{path}: is not UTF-8 text") from None


def require_private(path: Path, found: os.stat_result) -> None:
    """Return for a file that nobody but its owner can open. Raises TokensUnusable."""
    if not stat.S_ISREG(found.st_mode):
        raise TokensUnusable(f"{path}: is not a file")
    exposed = stat.S_IRWXO if _is_lent(found) else _OTHERS
    if os.name == "posix" and found.st_mode & exposed:
        mode = stat.S_IMODE(found.st_mode)
        raise TokensUnusable(f"{path}: others can open it (mode {mode:04o}): chmod 600 {path}")


def _is_lent(found: os.stat_result) -> bool:
    """Root's own file that this user is let read, as a service manager's credential: what looks like the group's
    permission is the limit of that list, and the group is root's."""
    return found.st_uid == found.st_gid == 0 != os.geteuid()


def _digest(token: str) -> bytes:
    return sha256(token.encode(errors="replace")).digest()
