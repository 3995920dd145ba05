"""From an address that a server listens on to one that a client can connect to."""

from urllib.parse import SplitResult, urlsplit, urlunsplit

_WILDCARDS = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - what a server may listen on, no client connects to


def reachable_host(host: str) -> str:
    """The host itself, or loopback where it stands for all of this machine's addresses."""
    return _WILDCARDS.get(host, host)


def is_same_place(url: str, other: str) -> bool:
    """Both lead to one server, as far as their words tell: loopback has several names."""
    one, two = urlsplit(url), urlsplit(other)
    return one.port == two.port and (one.hostname == two.hostname or (_is_here(one) and _is_here(two)))


def _is_here(url: SplitResult) -> bool:
    host = url.hostname or ""
    return host in ("localhost", "::1") or host.startswith("127.")


def reachable_url(url: str) -> str:
    """The same for the host of a URL."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    if host not in _WILDCARDS:
        return url
    name = reachable_host(host)
    place = f"[{name}]:{parts.port}" if ":" in name else f"{name}:{parts.port}"
    return urlunsplit(parts._replace(netloc=place))
