"""Which jobs there are."""

from typing import get_args

import pytest

from rtp_tui.model.errors import BadRequest
from rtp_tui.model.instrument import Instrument, Priority
from rtp_tui.scheduling.default_jobs import DEFAULT_JOBS
from rtp_tui.scheduling.job_checks import check_job, completed
from rtp_tui.scheduling.job_list import MOST_JOBS, JobList
from rtp_tui.scheduling.settings import JobKind, JobSettings
from tests.factories import an_instrument

BTC, IBM, EUR = (an_instrument(name) for name in ("crypto:BTC", "stocks:IBM", "fx:EURUSD"))
ALL_KINDS = get_args(JobKind)


def jobs(
    *kinds: str,
    instruments: tuple[Instrument, ...] = (BTC, IBM, EUR),
    configured: tuple[JobSettings, ...] = (),
    changes: tuple[JobSettings, ...] = (),
) -> JobList:
    return JobList(kinds, lambda: instruments, configured, changes)


def test_all_defaults_exist_where_all_kinds_can_run() -> None:
    found = {job.id: job for job in jobs(*ALL_KINDS)}

    assert list(found) == [
        "crypto-prices",
        "stock-prices",
        "fx-prices",
        "sec-filings",
        "treasury-metrics",
        "indicators",
        "gap-repair",
        "data-cleanup",
        "backup",
        "health-check",
        "metrics",
        "cache-warmup",
        "report-daily",
        "report-weekly",
    ]
    assert all(job.is_enabled and not job.removable for job in found.values())
    told = {name: str(job.schedule) for name, job in found.items()}
    assert told["crypto-prices"] == "every 30 s"
    assert told["stock-prices"] == "every 1 min"
    assert told["treasury-metrics"] == "every 5 min"
    assert told["gap-repair"] == "every 1 h"
    assert told["backup"] == "every 24 h"
    assert told["sec-filings"] == "after the close of XNYS"


@pytest.mark.parametrize("default", DEFAULT_JOBS, ids=lambda job: job.id)
def test_each_default_can_be_a_job(default: JobSettings) -> None:
    everything = tuple(an_instrument(f"{kind}:X") for kind in ("crypto", "stocks", "fx", "index", "futures"))

    check_job(default, ALL_KINDS, everything)


def test_defaults_that_nothing_can_run_or_that_are_about_nothing_do_not_exist() -> None:
    assert [job.id for job in jobs("health", "backup")] == ["backup", "health-check"]
    assert [job.id for job in jobs("poll", instruments=(IBM,))] == ["stock-prices"]
    assert [job.asked.instruments for job in jobs("poll", instruments=(IBM,))] == [("stocks:*",)]


def test_the_configuration_changes_what_it_names_of_a_default_and_leaves_the_rest() -> None:
    [job] = jobs("backup", configured=(JobSettings(id="backup", interval_ms=3_600_000, max_retries=0),))

    assert job.settings == JobSettings(
        id="backup",
        kind="backup",
        interval_ms=3_600_000,
        timezone="UTC",
        enabled=True,
        max_retries=0,
        timeout_ms=1_800_000,
        priority=Priority.LOW,
        category="maintenance",
    )


def test_another_kind_of_schedule_takes_the_place_of_the_defaults() -> None:
    [job] = jobs("backup", configured=(JobSettings(id="backup", cron="0 4 * * *"),))

    assert str(job.schedule) == "0 4 * * *"
    assert not job.fault


def test_a_job_named_twice_is_one_that_was_changed_twice() -> None:
    configured = (JobSettings(id="backup", enabled=False), JobSettings(id="backup", cron="0 4 * * *"))

    [job] = jobs("backup", configured=configured)

    assert (job.is_enabled, str(job.schedule)) == (False, "0 4 * * *")


def test_a_default_whose_kind_cannot_run_is_listed_only_where_it_is_configured() -> None:
    health, backup = jobs("health", configured=(JobSettings(id="backup", cron="0 4 * * *"),))

    assert not health.fault
    assert backup.fault == "kind: backup is not one of health"


def test_a_short_interval_shortens_the_timeout_that_nobody_named() -> None:
    assert completed(JobSettings(id="a", kind="poll", interval_ms=5_000)).timeout_ms == 5_000
    assert completed(JobSettings(id="a", kind="poll", interval_ms=90_000)).timeout_ms == 30_000
    assert completed(JobSettings(id="a", kind="poll", cron="0 4 * * *")).timeout_ms == 30_000


def test_there_are_only_so_many_jobs() -> None:
    many = tuple(
        JobSettings(id=f"job-{number}", kind="health", interval_ms=1000) for number in range(MOST_JOBS)
    )
    full = jobs("health", changes=many)

    with pytest.raises(BadRequest, match="which is the most"):
        full.add(JobSettings(id="one-more", kind="health", interval_ms=1000))


def test_a_kind_with_an_obstacle_rests_and_says_why_until_it_is_gone() -> None:
    obstacle = ["set who asks"]
    found = JobList(("filings",), lambda: (IBM,), (), (), {"filings": lambda: obstacle[0]})
    job = found.get("sec-filings")
    assert (job.is_enabled, job.status().obstacle) == (False, "set who asks")
    assert not job.fault
    assert job.status().schedule == str(job.schedule)
    found.change(JobSettings(id="sec-filings", enabled=True))
    assert not job.is_enabled
    obstacle[0] = ""
    found.refresh()
    assert (job.is_enabled, job.status().obstacle) == (True, "")
