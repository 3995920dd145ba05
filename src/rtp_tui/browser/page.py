"""The page: a terminal over the whole window. All it loads comes from this server, so that it needs no internet."""

from html import escape
from string import Template

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; font-src 'self'; img-src 'self' data:;"
    " connect-src 'self' ws: wss:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""What the page may load; the terminal's script writes styles of its own."""

FOCUS = """const focus = () => document.querySelector(".xterm-helper-textarea")?.focus();
window.addEventListener("load", focus);
window.addEventListener("focus", focus);
"""
"""Keys go to the terminal without a click before."""

_PAGE = Template("""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>$title</title>
<link rel="icon" href="data:,">
<link rel="preload" href="/static/fonts/RobotoMono-VariableFont_wght.ttf" as="font" type="font/ttf" crossorigin>
<link rel="stylesheet" href="/static/css/xterm.css">
<style>
@font-face { font-family: "Roboto Mono"; src: url("/static/fonts/RobotoMono-VariableFont_wght.ttf"); font-weight: 100 700; }
html, body { margin: 0; height: 100%; background: #0a0e14; color: #b9c4d2; font-family: "Roboto Mono", monospace; overflow: hidden; }
.textual-terminal { width: 100vw; height: 100vh; opacity: 0; }
.-first-byte .textual-terminal { opacity: 1; }
.word { position: absolute; inset: 0; display: flex; align-items: center; justify-content: center; gap: 1em; }
.-first-byte .starting, .ended { display: none; }
.-closed .starting { display: none; }
.-closed .ended { display: flex; background: #0a0e14cc; z-index: 10; }
a { color: #5aa9f7; }
</style>
</head>
<body>
<div class="word starting">the console starts</div>
<div class="word ended">the console has ended <a href="/">start again</a></div>
<div id="terminal" class="textual-terminal" data-session-websocket-url="$socket" data-font-size="$font_size"></div>
<script src="/static/js/textual.js"></script>
<script src="/focus.js"></script>
</body>
</html>
""")


def page(title: str, socket_url: str, font_size: int) -> str:
    """The page of a console whose bytes come from a WebSocket."""
    return _PAGE.substitute(title=escape(title), socket=escape(socket_url), font_size=font_size)
