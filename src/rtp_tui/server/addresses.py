"""Where a request comes from: its peer, or whom a trusted proxy says that it speaks for."""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network

from starlette.types import Scope

Address = IPv4Address | IPv6Address
Headers = Sequence[tuple[bytes, bytes]]

SITE_BITS = 64
"""What a customer of an IPv6 network has at least to himself (RFC 6177): one caller, however many addresses."""
_LONGEST = 128
_KEPT = 1024
"""The same callers come again and again; reading their addresses anew was a tenth of a request."""
_FORWARDED_FOR = re.compile(r"(?:^|;)\s*for\s*=\s*(\"[^\"]*\"|[^;\s]*)", re.IGNORECASE)


def address_in(text: str) -> Address | None:
    """The address that a text holds, with or without brackets, port and zone; None where there is none."""
    return _read(text) if len(text) <= _LONGEST else None


@lru_cache(_KEPT)
def _read(text: str) -> Address | None:
    text = text.strip().strip('"')
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    return (address.ipv4_mapped or address) if isinstance(address, IPv6Address) else address


@lru_cache(_KEPT)
def is_loopback(text: str) -> bool:
    """The address is this machine's own."""
    address = address_in(text)
    return address is not None and address.is_loopback


@lru_cache(_KEPT)
def group_of(text: str) -> str:
    """What counts as one caller: an IPv4 address, or the /64 of an IPv6 address."""
    address = address_in(text)
    if isinstance(address, IPv6Address):
        return str(IPv6Network((address, SITE_BITS), strict=False))
    return text if address is None else str(address)


class TrustedProxies:
    """The proxies whose word about where a request comes from is taken. Raises ValueError on what is no network."""

    def __init__(self, networks: Iterable[str]) -> None:
        self._networks = tuple(ip_network(network, strict=False) for network in networks)

    def trusts(self, text: str) -> bool:
        """The address is one of the proxies'."""
        address = address_in(text)
        return address is not None and any(address in network for network in self._networks)

    def address_of(self, connection: Scope) -> str:
        """The caller's address: the peer's, or the right-most that a chain of trusted proxies did not add itself."""
        peer = connection.get("client")
        address = str(peer[0]) if peer else ""
        if not self._networks or not self.trusts(address):
            return address
        for text in reversed(_forwarded(connection["headers"])):
            said = address_in(text)
            if said is None:
                # An obfuscated name or nonsense: beyond it nothing can be believed.
                return address
            address = str(said)
            if not self.trusts(address):
                return address
        return address


def _forwarded(headers: Headers) -> list[str]:
    """The chain as the proxies wrote it, the caller first: RFC 7239's header where it is, else the older one."""
    chain = [part for value in _values(headers, b"forwarded") for part in value.split(",")]
    if chain:
        return [found[1] if (found := _FORWARDED_FOR.search(part)) else "" for part in chain]
    return [part for value in _values(headers, b"x-forwarded-for") for part in value.split(",")]


def _values(headers: Headers, name: bytes) -> list[str]:
    return [value.decode("latin-1") for key, value in headers if key == name]
