"""Followers of one pace, by what they follow: those who follow the same are one group, and get the same bytes."""

from collections.abc import Collection, Iterable
from typing import NamedTuple

from rtp_tui.server.client import Client


class Following(NamedTuple):
    """What makes followers' bytes the same."""

    subscriptions: frozenset[str]
    batch: bool


class Group:
    """Followers of the very same channels in the same form."""

    __slots__ = ("channels", "following", "members")

    def __init__(self, following: Following, channels: frozenset[str]) -> None:
        self.following = following
        self.channels = channels
        self.members: tuple[Client, ...] = ()
        """Replaced when it changes, so that it can be gone through meanwhile."""


class Audience:
    """The groups, and which of them follow a channel.

    A channel's list is as long as the groups that follow it, so finding the readers of a message costs
    nothing for those who do not read it.
    """

    def __init__(self) -> None:
        self._groups: dict[Following, Group] = {}
        self._by_channel: dict[str, dict[Group, None]] = {}

    @property
    def groups(self) -> Collection[Group]:
        """All groups, none of them empty."""
        return self._groups.values()

    def has(self, channel: str) -> bool:
        """Whether anybody follows a channel."""
        return channel in self._by_channel

    def of(self, channel: str) -> Iterable[Group]:
        """The groups that follow a channel."""
        return self._by_channel.get(channel, ())

    def add(self, client: Client) -> None:
        """Let a client follow its channels."""
        following = Following(client.subscriptions, client.batch)
        group = self._groups.get(following)
        if group is None:
            group = self._groups[following] = Group(following, client.channels)
            for channel in group.channels:
                self._by_channel.setdefault(channel, {})[group] = None
        client.channels = group.channels
        group.members = (*group.members, client)

    def remove(self, client: Client) -> None:
        """Forget a client that was added, before its subscriptions change."""
        following = Following(client.subscriptions, client.batch)
        group = self._groups[following]
        group.members = tuple(member for member in group.members if member is not client)
        if not group.members:
            del self._groups[following]
            for channel in group.channels:
                self._leave(channel, group)

    def _leave(self, channel: str, group: Group) -> None:
        readers = self._by_channel[channel]
        del readers[group]
        if not readers:
            del self._by_channel[channel]
