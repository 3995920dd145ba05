"""Reports as Markdown, HTML and JSON."""

from html.parser import HTMLParser

import msgspec
import pytest
from msgspec.structs import replace

from rtp_tui.model.reports import Report, RuleReport, SignalFigures, StrategyReport, SubjectReport
from rtp_tui.model.signals import Score
from rtp_tui.reports.document import MOST_ROWS, document_of
from rtp_tui.reports.rendering import ReportFormat, rendered
from tests.factories import a_report

HOSTILE = "<script>alert(1)</script>|`x`\x1b[31m\u202e"


class Tags(HTMLParser):
    """Which tags stand in a page, and whether each is closed."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.seen: set[str] = set()
        self.open: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.seen.add(tag)
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def hostile() -> Report:
    report = a_report()
    rules = (RuleReport(rule=HOSTILE, fired=3, subjects=1),)
    return replace(
        report,
        not_known=(HOSTILE,),
        alerts=replace(report.alerts, fired=3, by_rule=rules),
        sources=(SubjectReport(subject=HOSTILE, score=1.0),),
    )


def test_json_gives_the_report_back() -> None:
    report = a_report()
    assert msgspec.json.decode(rendered(report, ReportFormat.JSON), type=Report) == report


def test_a_page_needs_nothing_else_and_every_tag_is_closed() -> None:
    page = rendered(hostile(), ReportFormat.HTML).decode()
    tags = Tags(page)
    assert tags.open == []
    assert not tags.seen & {"script", "link", "img", "iframe", "a"}
    assert "http" not in page
    assert "\x1b" not in page
    assert "&lt;script&gt;" in page


def test_markdown_shows_names_as_they_are() -> None:
    text = rendered(hostile(), ReportFormat.MARKDOWN).decode()
    assert r"\<script\>alert(1)\</script\>\|\`x\`" in text
    assert "\x1b" not in text
    assert "\u202e" not in text


def test_every_row_of_a_table_has_as_many_cells_as_its_head() -> None:
    for section in document_of(hostile()).sections:
        if section.table is not None:
            assert {len(row) for row in section.table.rows} == {len(section.table.columns)}


def test_of_a_long_ranking_the_worst_are_shown_and_how_many_there_are() -> None:
    many = tuple(
        SubjectReport(subject=f"crypto:C{n}", score=1.0, coverage_pct=float(n), bars_due=1, bars_there=1)
        for n in range(MOST_ROWS + 5)
    )
    text = rendered(replace(a_report(), instruments=many), ReportFormat.MARKDOWN).decode()
    assert f"{MOST_ROWS} of {MOST_ROWS + 5}." in text
    assert "crypto:C0 " in text
    assert f"crypto:C{MOST_ROWS} " not in text


@pytest.mark.parametrize("form", list(ReportFormat))
def test_what_is_not_known_is_said_and_never_zero(form: ReportFormat) -> None:
    text = rendered(a_report(), form).decode()
    assert "None" not in text
    if form is not ReportFormat.JSON:
        assert "No signals" in text
        assert "Not known: the end" in text


def test_signals_are_told_where_there_are_some() -> None:
    scores = (Score(after_ms=300_000, known=3, hits=2, expectancy_pct=0.125), Score(after_ms=3_600_000))
    strategy = StrategyReport(strategy="dip", given=4, scores=scores)
    figures = SignalFigures(given=4, scores=scores, by_strategy=(strategy,))
    text = rendered(replace(a_report(), signals=figures), ReportFormat.MARKDOWN).decode()
    assert "| dip | 4 | 2 of 3, +0.125 % | – |" in text
