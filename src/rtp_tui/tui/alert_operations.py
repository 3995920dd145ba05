"""What the person does about alerts: acknowledge, silence, make rules; each asked for what it needs first."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from rtp_tui.model.alerts import Alert
from rtp_tui.model.commands import AcknowledgeAlert, RemoveSilence, SaveAlertRule
from rtp_tui.model.instrument import InstrumentId
from rtp_tui.tui.alert_words import Misunderstood, covering, rule_of, rules_offered, silence_of
from rtp_tui.tui.batch import Batch, Step, bounded
from rtp_tui.tui.carrying import Carrying
from rtp_tui.tui.orders import Order, Outcome
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
        self, app: "ConsoleApp", carrying: Carrying, prompting: Prompting, tell: Callable[[Outcome], None]
    ) -> None:
        self._app = app
        self._carrying = carrying
        self._prompting = prompting
        self._tell = tell

    async def acknowledge(self, scene: Scene, keys: Sequence[str]) -> None:
        """Say that alerts are known, and why if the person says so."""
        alerts = [alert for alert in _alerts(scene, keys) if alert.is_firing]
        if not alerts:
            self._tell(Outcome(False, "only what fires can be acknowledged"))
            return
        about = f"{_said(alerts)}\nWhat is being done about it? It may stay empty."

        def order(typed: str) -> Order | Batch:
            why = typed.strip()
            return _together([Step(one.id, AcknowledgeAlert(id=one.id, why=why)) for one in alerts])

        await self._ask("Acknowledge", about, order, verb="acknowledge")

    async def silence(self, scene: Scene, keys: Sequence[str]) -> None:
        """Keep the rules of alerts quiet about their subjects."""
        alerts = _alerts(scene, keys)
        if not alerts:
            self._tell(Outcome(False, "that alert is gone"))
            return
        about = f"{_kept_quiet(alerts)} for so long.\nA reason may follow: 8h being mended"

        def order(typed: str) -> Order | Batch | Misunderstood:
            steps = []
            for alert in alerts:
                wanted = silence_of(typed, alert, self._app.clock.now_ms())
                if isinstance(wanted, Misunderstood):
                    return wanted
                steps.append(Step(alert.id, wanted))
            return _together(steps)

        await self._ask("Silence", about, order, SILENCES_OFFERED, SILENCES_OFFERED[0], verb="silence")

    async def end_silences(self, scene: Scene, pane: str, keys: Sequence[str]) -> None:
        """End the selected silences, or all that keep the selected alerts quiet."""
        names = keys if pane == "silences" else self._covering(scene, _alerts(scene, keys))
        if not names:
            self._tell(Outcome(False, "no silence keeps that alert quiet"))
            return
        steps = tuple(Step(name, RemoveSilence(id=name)) for name in dict.fromkeys(names))
        self._tell(await self._carrying.several("unsilence", Batch(steps)))

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

    def _covering(self, scene: Scene, alerts: Sequence[Alert]) -> list[str]:
        silences = scene.state.alert.silences.values()
        return [one.id for alert in alerts for one in covering(alert, silences, scene.now_ms)]

    async def _ask(
        self,
        title: str,
        about: str,
        order: Callable[[str], Order | Batch | Misunderstood],
        offers: Sequence[str] = (),
        typed: str = "",
        verb: str = "",
    ) -> None:
        asked = Asked(title=title, about=about, order=order, offers=offers, typed=typed, verb=verb)
        await self._prompting.ask(asked)


def _alerts(scene: Scene, keys: Sequence[str]) -> list[Alert]:
    return [alert for key in keys if (alert := alert_of(scene, key)) is not None]


def _together(steps: Sequence[Step]) -> Order | Batch:
    return steps[0].command if len(steps) == 1 else Batch(tuple(steps))


def _said(alerts: Sequence[Alert]) -> str:
    return "\n".join(bounded([alert.message for alert in alerts]))


def _kept_quiet(alerts: Sequence[Alert]) -> str:
    lines = bounded([f"{alert.rule} about {alert.subject or 'the engine'}" for alert in alerts])
    return "\n".join(lines) + (" tells nobody" if len(alerts) == 1 else "\ntell nobody")


def _saving(typed: str, subject: str) -> SaveAlertRule | Misunderstood:
    rule = rule_of(typed, subject)
    return rule if isinstance(rule, Misunderstood) else SaveAlertRule(rule=rule)
