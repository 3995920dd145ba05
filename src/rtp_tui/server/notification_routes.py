"""`/channels` and `/mute`: where people are told of alerts, what could not be sent, and quiet for a while."""

from msgspec import Struct
from starlette.requests import Request

from rtp_tui.api.contract import PipelineApi
from rtp_tui.clock import Clock
from rtp_tui.model.commands import Done, MuteNotifications, RetryDeadLetters, TestChannel
from rtp_tui.model.errors import BadRequest
from rtp_tui.model.notifications import ChannelTest
from rtp_tui.model.queries import GetChannels, GetDeadLetters
from rtp_tui.server.caller import caller_of
from rtp_tui.server.endpoints import Endpoint, Heading, Parameter
from rtp_tui.server.notification_bodies import (
    ChannelBody,
    LetterBody,
    MuteBody,
    NewMute,
    channel_body,
    command_to_mute,
    letter_body,
    mute_body,
)
from rtp_tui.server.orders import Orders
from rtp_tui.server.pages import PAGING
from rtp_tui.server.responses import page

_HERE = Heading(
    "notifications", (Parameter("name", "A channel's name in the configuration.", example="slack"),)
)
_REFUSALS = ("unknown_notification_channel",)


class ChannelsPage(Struct, frozen=True):
    """Channels in the order of the configuration, and the mute in force."""

    channels: tuple[ChannelBody, ...]
    next_cursor: str | None
    mute: MuteBody | None


class LettersPage(Struct, frozen=True):
    """What could not be sent, the oldest first."""

    letters: tuple[LetterBody, ...]
    next_cursor: str | None


class NotificationRoutes:
    """Channels over HTTP."""

    def __init__(self, api: PipelineApi, orders: Orders, clock: Clock) -> None:
        self._api = api
        self._orders = orders
        self._clock = clock

    def endpoints(self) -> tuple[Endpoint, ...]:
        """Everything that is found here."""
        return (
            _HERE.read(
                "/channels", self.channels, "Where people are told of alerts, and how that goes.", *PAGING
            ),
            _HERE.order(
                "POST", "/channels/{name}/test", self.test, "Send a test message now.", refusals=_REFUSALS
            ),
            _HERE.read(
                "/channels/{name}/dead",
                self.dead,
                "What a channel could not send.",
                *PAGING,
                refusals=_REFUSALS,
            ),
            _HERE.order(
                "POST",
                "/channels/{name}/retry",
                self.retry,
                "Send again what could not be sent.",
                refusals=_REFUSALS,
            ),
            _HERE.order("POST", "/mute", self.mute, "Send no alert to any channel for a while."),
            _HERE.order("DELETE", "/mute", self.unmute, "Send alerts again."),
        )

    async def channels(self, request: Request) -> ChannelsPage:
        found = await self._api.query(GetChannels())
        bodies, cursor = page(tuple(map(channel_body, found.channels)), _channel_name, request.query_params)
        return ChannelsPage(bodies, cursor, None if found.mute is None else mute_body(found.mute))

    async def dead(self, request: Request) -> LettersPage:
        found = await self._api.query(GetDeadLetters(channel=request.path_params["name"]))
        return LettersPage(*page(tuple(map(letter_body, found.letters)), _letter_key, request.query_params))

    async def test(self, request: Request) -> ChannelTest:
        command = TestChannel(channel=request.path_params["name"])
        return await self._orders.execute(command, caller_of(request.scope))

    async def retry(self, request: Request) -> Done:
        command = RetryDeadLetters(channel=request.path_params["name"])
        return await self._orders.execute(command, caller_of(request.scope))

    async def mute(self, request: Request, wanted: NewMute) -> MuteBody:
        now_ms = self._clock.now_ms()
        command = command_to_mute(wanted, now_ms)
        if command.until_ms <= now_ms:
            raise BadRequest("until_ms or for_ms: in the future")
        return mute_body(await self._orders.execute(command, caller_of(request.scope)))

    async def unmute(self, request: Request) -> MuteBody:
        command = MuteNotifications(until_ms=0)
        return mute_body(await self._orders.execute(command, caller_of(request.scope)))


def _channel_name(body: ChannelBody) -> str:
    return body.name


def _letter_key(body: LetterBody) -> str:
    return body.key
