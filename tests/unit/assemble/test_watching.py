from rtp_tui.assemble.feeds import FALLBACK_POLICY, POLLED_POLICY
from rtp_tui.assemble.watching import guarding_policies
from rtp_tui.config.settings import Settings
from rtp_tui.resilience.settings import PolicySettings


def test_questions_in_place_of_a_lost_socket_go_by_the_polled_policy_with_short_breaks() -> None:
    policies = guarding_policies(Settings(policies={POLLED_POLICY: PolicySettings(minimum_calls=2)}))
    fallback = policies[FALLBACK_POLICY]
    assert (fallback.minimum_calls, fallback.open_ms, fallback.open_cap_ms) == (2, 10_000, 30_000)
    assert policies[POLLED_POLICY].open_cap_ms == 600_000


def test_breaks_that_are_configured_shorter_stay_so_and_an_own_policy_is_kept() -> None:
    quick = PolicySettings(open_ms=3_000, open_cap_ms=3_000)
    assert guarding_policies(Settings(policies={POLLED_POLICY: quick}))[FALLBACK_POLICY] == quick
    own = PolicySettings(open_ms=60_000)
    assert guarding_policies(Settings(policies={FALLBACK_POLICY: own}))[FALLBACK_POLICY] == own
