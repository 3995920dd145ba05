"""The surroundings of a console that a browser shows."""

from rtp_tui.browser.console_process import BROWSER, Opened, console_environment


def test_a_console_in_a_browser_knows_its_size_and_of_no_ssh() -> None:
    environment = console_environment({"PATH": "/bin", "SSH_TTY": "/dev/pts/1"}, Opened(100_000, 0, "ab12"))
    assert environment["PATH"] == "/bin"
    assert "SSH_TTY" not in environment
    assert (environment["COLUMNS"], environment["ROWS"]) == ("500", "1")
    assert environment[BROWSER] == "ab12"
    assert environment["TEXTUAL_DRIVER"].endswith(":WebDriver")
