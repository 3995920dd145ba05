"""Finds the line on which each key of a TOML text stands.

The text has been read by `tomllib` before, so that nothing here checks anything: this only keeps count.
"""

KeyPath = tuple[str | int, ...]
"""Keys and, for arrays, positions: `("instruments", 0, "id")`."""

_BLANK = " \t\r\n"
_BARE_END = " \t\r\n=.,[]{}#\"'"
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", '"': '"', "\\": "\\"}


def key_lines(text: str) -> dict[KeyPath, int]:
    """The line, counted from 1, of every table, key and array element of a valid TOML text."""
    locator = _Locator(text)
    locator.read()
    return locator.lines


class _Locator:
    """A cursor over the text and the lines found so far."""

    def __init__(self, text: str) -> None:
        self.lines: dict[KeyPath, int] = {}
        self._text = text
        self._at = 0
        self._line = 1
        self._counts: dict[KeyPath, int] = {}

    def read(self) -> None:
        table: KeyPath = ()
        while self._skip_blank():
            if self._text.startswith("[[", self._at):
                table = self._header(2)
            elif self._peek() == "[":
                table = self._header(1)
            else:
                self._pair(table)

    def _header(self, brackets: int) -> KeyPath:
        self._step(brackets)
        *parents, last = self._keys()
        self._step(brackets)
        path: KeyPath = ()
        for key in parents:
            self._note((*path, key))
            path = self._newest((*path, key))
        path = (*path, last)
        self._note(path)
        if brackets == 2:
            self._counts[path] = self._counts.get(path, 0) + 1
            path = self._newest(path)
            self._note(path)
        return path

    def _newest(self, path: KeyPath) -> KeyPath:
        """The last element where the path is an array of tables, else the path."""
        count = self._counts.get(path)
        return path if count is None else (*path, count - 1)

    def _pair(self, table: KeyPath) -> None:
        path = table
        for key in self._keys():
            path = (*path, key)
            self._note(path)
        self._step(1)
        self._skip_blank()
        self._value(path)

    def _keys(self) -> list[str]:
        keys = [self._key()]
        while self._skip_blank() and self._peek() == ".":
            self._step(1)
            self._skip_blank()
            keys.append(self._key())
        return keys

    def _key(self) -> str:
        self._skip_blank()
        if self._peek() in "\"'":
            return self._string()
        start = self._at
        self._skip_bare()
        return self._text[start : self._at]

    def _value(self, path: KeyPath) -> None:
        match self._peek():
            case "[":
                self._array(path)
            case "{":
                self._inline_table(path)
            case '"' | "'":
                self._string()
            case _:
                while self._at < len(self._text) and self._peek() not in ",]}#\n":
                    self._step(1)

    def _array(self, path: KeyPath) -> None:
        self._step(1)
        position = 0
        while self._skip_blank() and self._peek() != "]":
            if self._peek() == ",":
                self._step(1)
                continue
            self._note((*path, position))
            self._value((*path, position))
            position += 1
        self._step(1)

    def _inline_table(self, path: KeyPath) -> None:
        self._step(1)
        while self._skip_blank() and self._peek() != "}":
            if self._peek() == ",":
                self._step(1)
            else:
                self._pair(path)
        self._step(1)

    def _string(self) -> str:
        quote = self._peek()
        if self._text.startswith(quote * 3, self._at):
            return self._long_string(quote * 3)
        self._step(1)
        characters = []
        while self._at < len(self._text) and self._peek() != quote:
            characters.append(self._character(quote))
        self._step(1)
        return "".join(characters)

    def _character(self, quote: str) -> str:
        character = self._peek()
        self._step(1)
        if character != "\\" or quote == "'":
            return character
        escape = self._peek()
        self._step(1)
        width = {"x": 2, "u": 4, "U": 8}.get(escape)
        if width is None:
            return _ESCAPES.get(escape, escape)
        digits = self._text[self._at : self._at + width]
        self._step(width)
        return chr(int(digits, 16))

    def _long_string(self, quotes: str) -> str:
        self._step(3)
        while self._at < len(self._text) and not self._text.startswith(quotes, self._at):
            self._step(2 if self._peek() == "\\" and quotes[0] == '"' else 1)
        self._step(3)
        while self._at < len(self._text) and self._peek() == quotes[0]:
            self._step(1)
        return ""

    def _note(self, path: KeyPath) -> None:
        self.lines.setdefault(path, self._line)

    def _peek(self) -> str:
        return self._text[self._at : self._at + 1]

    def _step(self, count: int) -> None:
        self._line += self._text.count("\n", self._at, self._at + count)
        self._at += count

    def _skip_bare(self) -> None:
        while self._at < len(self._text) and self._peek() not in _BARE_END:
            self._at += 1

    def _skip_blank(self) -> bool:
        """Move to the next thing that is neither space nor comment; false at the end."""
        while self._at < len(self._text):
            if self._peek() == "#":
                end = self._text.find("\n", self._at)
                self._at = len(self._text) if end < 0 else end
            elif self._peek() in _BLANK:
                self._step(1)
            else:
                return True
        return False
