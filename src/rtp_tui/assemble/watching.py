"""What watches the pipeline, and what protects it, as far as they are switched on."""

from collections.abc import Callable, Mapping

from rtp_tui.assemble.assaying import Assaying, DayCounts, add_assaying
from rtp_tui.assemble.feeds import FALLBACK_POLICY, POLLED_POLICY
from rtp_tui.assemble.ground import Ground
from rtp_tui.config.settings import Settings
from rtp_tui.model.statistics import LoadStatistics, RepairStatistics, TimeStatistics
from rtp_tui.monitoring.calendar_horizon import KnowSessions
from rtp_tui.monitoring.freshness import FreshnessMonitor
from rtp_tui.monitoring.monitor import HealthMonitor
from rtp_tui.monitoring.performance import PerformanceMonitor
from rtp_tui.monitoring.profiles import profile_of
from rtp_tui.resilience.settings import DEFAULT_POLICIES, PolicySettings, let_through, looked_for
from rtp_tui.resilience.supervisor import Supervisor


def guarding_policies(settings: Settings) -> Mapping[str, PolicySettings]:
    """The default policies and the configured ones; "fallback" is "polled" with short breaks unless configured."""
    policies = {**DEFAULT_POLICIES, **settings.policies}
    policies.setdefault(FALLBACK_POLICY, looked_for(policies[POLLED_POLICY]))
    if settings.features.resilience:
        return policies
    return {name: let_through(policy) for name, policy in policies.items()}


def health_monitor(ground: Ground, known_sessions: KnowSessions) -> HealthMonitor:
    """Judges by the profile of the settings."""
    return HealthMonitor(
        ground.pipeline.state,
        ground.clock,
        ground.pipeline.announce,
        profile=profile_of(ground.settings.health),
        known_sessions=known_sessions,
    )


def add_watching(
    supervisor: Supervisor,
    ground: Ground,
    health: HealthMonitor,
    repairs: Callable[[], RepairStatistics] = RepairStatistics,
    time: Callable[[], TimeStatistics] = TimeStatistics,
    made: Assaying | None = None,
    load: Callable[[], LoadStatistics] = LoadStatistics,
) -> None:
    """Add the parts that measure and judge."""
    settings, pipeline, clock = ground.settings, ground.pipeline, ground.clock
    state, bus = pipeline.state, pipeline.bus
    measured: tuple[str, ...] = ()
    if settings.features.performance:
        performance = PerformanceMonitor(
            pipeline.processor,
            lambda: (state.seq, bus.overruns),
            clock,
            pipeline.announce,
            repairs,
            time,
            None if made is None else made.day,
            None if made is None else made.uptime.pct,
            DayCounts(state, lambda: sum(one.fresh for one in state.analytics.strategies.values())),
            load,
        )
        supervisor.add("performance", performance.run)
        measured = ("performance",)
    if settings.features.monitoring:
        freshness = FreshnessMonitor(state, ground.calendar, clock, pipeline.announce)
        supervisor.add("freshness", freshness.run)
        if made is not None:
            add_assaying(supervisor, made, ground)
        supervisor.add("health", health.run, after=("freshness", *measured))
