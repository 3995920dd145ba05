"""What the person does about alerts: acknowledge, silence, make rules; each asked for what it needs first."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from rtp_tui.model.alerts import Alert
from rtp_tui.model.commands import AcknowledgeAlert, RemoveSilence, SaveAlertRule, SaveSilence
from rtp_tui.model.instrument import InstrumentId
from rtp_tui.tui.alert_words import Misunderstood, covering, rule_of, rules_offered, silence_of
from rtp_tui.tui.orders import Order, Orders, Outcome
from rtp_tui.tui.panes.alerts import alert_of
from rtp_tui.tui.panes.prices import decimals_of
from rtp_tui.tui.panes.rules import rule_named
from rtp_tui.tui.prompting import Asked, Prompting
from rtp_tui.tui.scene import Scene

if TYPE_CHECKING:
    from rtp_tui.tui.app import ConsoleApp

SILENCES_OFFERED = ("1h", "8h", "30m", "1d")


class AlertOperations:
    """Asks for what a command needs, gives it, and asks again where the engine did not understand it."""

    def __init__(
        self, app: "ConsoleApp", orders: Orders, prompting: Prompting, tell: Callable[[Outcome], None]
    ) -> None:
        self._app = app
        self._orders = orders
        self._prompting = prompting
        self._tell = tell

    async def acknowledge(self, scene: Scene, key: str) -> None:
        """Say that an alert is known, and why if the person says so."""
        alert = alert_of(scene, key)
        if alert is None or not alert.is_firing:
            self._tell(Outcome(False, "only what fires can be acknowledged"))
            return
        about = f"{alert.message}\nWhat is being done about it? It may stay empty."
        await self._ask("Acknowledge", about, lambda typed: AcknowledgeAlert(id=alert.id, why=typed.strip()))

    async def silence(self, scene: Scene, key: str) -> None:
        """Keep an alert's rule quiet about its subject."""
        alert = alert_of(scene, key)
        if alert is None:
            self._tell(Outcome(False, "that alert is gone"))
            return
        about = f"{alert.rule} about {alert.subject or 'the engine'} tells nobody for so long.\nA reason may follow: 8h being mended"

        def order(typed: str) -> SaveSilence | Misunderstood:
            return silence_of(typed, alert, self._app.clock.now_ms())

        await self._ask("Silence", about, order, SILENCES_OFFERED, SILENCES_OFFERED[0])

    async def end_silence(self, scene: Scene, pane: str, key: str) -> None:
        """End the selected silence, or all that keep the selected alert quiet."""
        names = [key] if pane == "silences" else self._covering(scene, alert_of(scene, key))
        if not names:
            self._tell(Outcome(False, "no silence keeps that alert quiet"))
        for name in names:
            self._tell(await self._orders.execute(RemoveSilence(id=name)))

    async def make_rule(self, scene: Scene, pane: str, key: str) -> None:
        """Propose rules about the selected instrument; a rule of any kind where no instrument is selected."""
        is_instrument = pane == "prices"
        instrument = scene.state.market.instruments.get(InstrumentId(key)) if is_instrument else None
        if instrument is None:
            listed = rule_named(scene, key)
            about = "A subject and a field, > or <, and a number; then: for 5m, critical. rtp-tui alerts fields lists them."
            conditions = () if listed is None else (listed.rule.condition,)
            await self._ask("Alert", about, lambda typed: _saving(typed, ""), conditions)
            return
        quote = scene.state.market.quotes.get(instrument.id)
        offers = rules_offered(quote.price if quote else None, decimals_of(instrument, quote))
        about = f"Tell when this comes true of {instrument.id}; `for 5m` and `critical` may follow."
        await self._ask(
            f"Alert on {instrument.id}", about, lambda typed: _saving(typed, instrument.id), offers, offers[0]
        )

    def _covering(self, scene: Scene, alert: Alert | None) -> list[str]:
        silences = scene.state.alert.silences.values()
        return [] if alert is None else [one.id for one in covering(alert, silences, scene.now_ms)]

    async def _ask(
        self,
        title: str,
        about: str,
        order: Callable[[str], Order | Misunderstood],
        offers: Sequence[str] = (),
        typed: str = "",
    ) -> None:
        await self._prompting.ask(Asked(title=title, about=about, order=order, offers=offers, typed=typed))


def _saving(typed: str, subject: str) -> SaveAlertRule | Misunderstood:
    rule = rule_of(typed, subject)
    return rule if isinstance(rule, Misunderstood) else SaveAlertRule(rule=rule)
