"""What was typed before, to be had again with the arrow keys."""

from collections.abc import Iterable

MOST = 50


class Recall:
    """The newest texts, each once; going through them starts anew whenever one is kept."""

    def __init__(self, texts: Iterable[str] = ()) -> None:
        self._texts = list(dict.fromkeys(texts))[-MOST:]
        self._at = len(self._texts)
        self._typed = ""

    @property
    def texts(self) -> tuple[str, ...]:
        """Oldest first."""
        return tuple(self._texts)

    def keep(self, text: str) -> None:
        """Remember a text that was meant."""
        if text.strip():
            self._texts = [*(one for one in self._texts if one != text), text][-MOST:]
        self._at = len(self._texts)

    def older(self, typed: str) -> str:
        """The text before; what is typed now can be had back by `newer`."""
        if self._at == len(self._texts):
            self._typed = typed
        self._at = max(0, self._at - 1)
        return self._texts[self._at] if self._texts else typed

    def newer(self, typed: str) -> str:
        """The text after, in the end what was being typed."""
        if self._at >= len(self._texts):
            return typed
        self._at += 1
        return self._texts[self._at] if self._at < len(self._texts) else self._typed
