"""What `rtp-tui watch` follows."""

from pathlib import Path

import pytest

from rtp_tui.cli import exit_codes
from rtp_tui.cli.failure import CommandFailed
from rtp_tui.cli.watching import channels
from tests.unit.cli.asked import Asked


class QuotesOnly:
    """An engine that tells two quotes."""

    async def get(self, path: str, params: object = None) -> bytes:
        assert path == "/market/latest"
        return b'{"quotes":[{"id":"crypto:BTC"},{"id":"stocks:AAPL"}]}'


@pytest.mark.parametrize(
    ("names", "followed"),
    [
        ((), ("*",)),
        (("*",), ("*",)),
        (("btc",), ("crypto:BTC",)),
        (("CRYPTO:btc",), ("crypto:BTC",)),
        (("stocks:*", "BTC"), ("stocks:*", "crypto:BTC")),
    ],
)
async def test_names_are_those_of_channels_in_capitals_or_not(
    names: tuple[str, ...], followed: tuple[str, ...]
) -> None:
    assert await channels(QuotesOnly(), names) == followed  # type: ignore[arg-type]


async def test_a_name_that_nothing_has_is_refused() -> None:
    with pytest.raises(CommandFailed, match="'nope'"):
        await channels(QuotesOnly(), ("btc", "nope"))  # type: ignore[arg-type]


def test_what_is_known_now_is_told_of_a_symbol(capsys: pytest.CaptureFixture[str]) -> None:
    assert Asked("watch", "btc", "--once").code == exit_codes.OK
    assert "crypto:BTC" in capsys.readouterr().out


@pytest.mark.parametrize("options", [[], ["--once"]])
def test_who_shows_no_token_is_told_where_to_put_it(
    options: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tokens = tmp_path / "tokens"
    tokens.write_text("read 0123456789abcdefghijkl\n")
    tokens.chmod(0o600)

    asked = Asked("watch", *options, token_file=str(tokens))

    assert asked.code == exit_codes.NOT_ALLOWED
    assert "(none was shown; --token-file FILE" in capsys.readouterr().err
