"""The laws of the house that can be read from the source, or seen in a fresh interpreter."""

import ast
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest

from rtp_tui.model.topics import Topic

ROOT = Path(__file__).parents[2]
SRC = ROOT / "src" / "rtp_tui"
NAMES = [path.relative_to(SRC).as_posix() for path in sorted(SRC.rglob("*.py"))]


@cache
def tree(name: str) -> ast.Module:
    return ast.parse((SRC / name).read_text(), name)


@cache
def walked(name: str) -> list[ast.AST]:
    return list(ast.walk(tree(name)))


@pytest.fixture(scope="module", autouse=True)
def trees_are_kept_for_these_tests_only() -> Iterator[None]:
    """The whole source as trees is so many objects that every later collection of garbage would take seconds."""
    yield
    walked.cache_clear()
    tree.cache_clear()


def broken(law: Callable[[str], list[str]], names: list[str] = NAMES) -> dict[str, list[str]]:
    """By file, how it breaks a law."""
    return {name: faults for name in names if (faults := law(name))}


def nodes(name: str, *kinds: type[ast.AST]) -> Iterator[ast.AST]:
    return (node for node in walked(name) if isinstance(node, kinds))


def dotted(node: ast.AST) -> str:
    """`a.b.c` of a chain of names; calls in between are written `()`."""
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    if isinstance(node, ast.Call):
        return f"{dotted(node.func)}()"
    return node.id if isinstance(node, ast.Name) else ""


def docstrings(name: str) -> set[int]:
    """The identities of strings that stand alone: docstrings of modules, classes, functions and attributes."""
    return {id(node.value) for node in nodes(name, ast.Expr) if isinstance(node, ast.Expr)}


def told(names: Iterator[str]) -> list[str]:
    """What a provider, a word or a rule was broken by, each once."""
    return sorted(set(names))


# --- 3: accept is one synchronous function; more of it in test_pipeline.py


def test_nothing_in_the_pipelines_one_step_waits() -> None:
    steps = {
        node.name: node for node in nodes("pipeline.py", ast.FunctionDef) if isinstance(node, ast.FunctionDef)
    }

    for step in ("accept", "announce", "keep_backfill"):
        assert not [node for node in ast.walk(steps[step]) if isinstance(node, ast.Await | ast.With)]
    for pure in ("processing", "state"):
        for name in NAMES:
            assert not name.startswith(pure) or not list(nodes(name, ast.AsyncFunctionDef, ast.Await))


# --- 5: hot tables are Line-API widgets


def test_the_console_has_no_data_table() -> None:
    assert told(n for n in NAMES if n.startswith("tui/") and "DataTable" in (SRC / n).read_text()) == []


# --- 6: time is injected

AMBIENT_TIME = re.compile(
    r"^(time\.(time|time_ns|monotonic|monotonic_ns|perf_counter|perf_counter_ns|sleep)"
    r"|(datetime\.)?datetime\.(now|utcnow|today)|(datetime\.)?date\.today"
    r"|asyncio\.(sleep|timeout|timeout_at|wait_for)|.*loop(\(\))?\.(time|call_later|call_at))$"
)
TIMERS_OF_OTHERS = {
    "clock.py": "the clock itself",
    "server/guarded_protocols.py": "deadlines inside uvicorn's protocols, which run on the loop's own timers",
}


def ambient_time(name: str) -> list[str]:
    read = {dotted(node) for node in nodes(name, ast.Attribute)}
    imported = {
        f"{node.module}.{alias.name}"
        for node in nodes(name, ast.ImportFrom)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }

    return [use for use in sorted(read | imported) if AMBIENT_TIME.match(use)]


def test_only_the_clock_reads_or_waits_for_time() -> None:
    assert broken(ambient_time, [name for name in NAMES if name not in TIMERS_OF_OTHERS]) == {}


# --- 7: errors have four homes

CATCHES_EVERYTHING = {
    "analytics/indicators/library.py": "TA-Lib raises nothing more particular for a parameter that it does not take",
    "cache/cache.py": "what a question raises belongs to those who wait for it",
    "resilience/supervisor.py": "a part's bug ends its run, not the engine",
    "resilience/retry.py": "a failed attempt is followed by another, or raised again by tenacity",
    "scheduling/dispatcher.py": "whatever a job raises ends its run, not the scheduler",
    "notify/in_thread.py": "what the work raises is raised where it is waited for, in another thread",
    "notify/post.py": "a channel's bug costs it one message, not the others",
    "sources/secrets.py": "what stands behind a keyring raises what it likes, all of which means: no secret",
    "server/faults.py": "a request's bug is answered with 500, not with a broken connection",
    "tui/widgets/pane_view.py": "a broken pane says so and does not end the console",
    "tui/errands.py": "a question or an order that is broken says so; the feeds of this process go on",
    "tui/screens/sheet.py": "a broken sheet of details says so, as a pane does",
    "cli/run.py": "whatever ended the engine gets its exit code and its words",
    "cli/engine_thread.py": "the end of the engine's thread must be told, whatever ended it",
}


def swallowing(name: str) -> list[str]:
    """The lines where everything is caught and not raised again."""
    handlers = [node for node in nodes(name, ast.ExceptHandler) if isinstance(node, ast.ExceptHandler)]
    return [
        f"line {handler.lineno}"
        for handler in handlers
        if (handler.type is None or dotted(handler.type) in {"Exception", "BaseException"})
        and not (isinstance(handler.body[-1], ast.Raise) and handler.body[-1].exc is None)
    ]


def test_except_exception_stands_where_it_has_a_reason_and_nowhere_else() -> None:
    assert sorted(broken(swallowing)) == sorted(CATCHES_EVERYTHING)


# --- 10: markup is never parsed


def parses_markup(call: ast.Call) -> bool:
    called = dotted(call.func).rpartition(".")[2]
    if called not in {"notify", "Static", "Label"}:
        return called in {"from_markup", "render_markup"}
    markup = {keyword.arg: keyword.value for keyword in call.keywords}.get("markup")
    is_off = isinstance(markup, ast.Constant) and markup.value is False
    return bool(call.args) and not isinstance(call.args[0], ast.Constant) and not is_off


def parsed_markup(name: str) -> list[str]:
    return [
        f"line {node.lineno}: {dotted(node.func)} without markup=False"
        for node in nodes(name, ast.Call)
        if isinstance(node, ast.Call) and parses_markup(node)
    ]


def test_the_console_parses_no_markup() -> None:
    assert broken(parsed_markup, [name for name in NAMES if name.startswith("tui/")]) == {}


# --- 11: no orphan tasks, no Any outside wire and config, imports at the top


ORPHAN_TASK = re.compile(r"^(asyncio|.*loop(\(\))?)\.(create_task|ensure_future)$")


def orphan_tasks(name: str) -> list[str]:
    return [use for node in nodes(name, ast.Attribute) if ORPHAN_TASK.match(use := dotted(node))]


def test_tasks_belong_to_a_group() -> None:
    assert broken(orphan_tasks) == {}


ANY_AT_THE_EDGE = {
    "api/wire.py": "a decoder's type is only known by what it decodes",
    "cli/engine.py": "a coroutine's two other types, which nobody uses",
    "cli/options.py": "click's decorators and their keywords",
    "server/guarded_protocols.py": "events of h11, which has no types",
    "tui/driver.py": "Textual's App is generic over what it returns",
}


def uses_of_any(name: str) -> list[str]:
    uses = [node for node in nodes(name, ast.Name) if isinstance(node, ast.Name)]
    return [f"line {node.lineno}" for node in uses if node.id == "Any"]


def test_any_is_left_to_wire_and_configuration() -> None:
    inside = [name for name in NAMES if not name.startswith("config/") and name not in ANY_AT_THE_EDGE]

    assert broken(uses_of_any, inside) == {}


def unexplained_imports(name: str) -> list[str]:
    """Functions that import something where no comment is near."""
    lines = (SRC / name).read_text().splitlines()
    functions = [
        node
        for node in nodes(name, ast.FunctionDef, ast.AsyncFunctionDef)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]
    importing = {
        function: imports
        for function in functions
        if (imports := [node for node in ast.walk(function) if isinstance(node, ast.Import | ast.ImportFrom)])
    }
    return [
        function.name
        for function, imports in importing.items()
        if not any("#" in line for node in imports for line in lines[node.lineno - 2 : node.end_lineno])
    ]


def test_an_import_inside_a_function_says_why() -> None:
    assert broken(unexplained_imports) == {}


def changed_globals(name: str) -> list[str]:
    return [word for node in nodes(name, ast.Global) if isinstance(node, ast.Global) for word in node.names]


def test_no_function_changes_a_global() -> None:
    assert broken(changed_globals) == {}


def test_a_rooms_init_holds_a_docstring_only() -> None:
    rooms = [name for name in NAMES if name.endswith("/__init__.py")]

    assert [name for name in rooms if len(tree(name).body) != 1 or not ast.get_docstring(tree(name))] == []


# --- 12: the four that want to become god objects

MOST_LINES, MOST_ATTRIBUTES = 200, 12
THE_FOUR = {
    "Pipeline": "pipeline.py",
    "PipelineState": "state/pipeline_state.py",
    "LocalPipeline": "api/local.py",
    "ConsoleApp": "tui/app.py",
}


def attributes(definition: ast.ClassDef) -> set[str]:
    """What is ever assigned to `self`, and what the class body declares without a value."""
    return {
        node.attr
        for node in ast.walk(definition)
        if isinstance(node, ast.Attribute)
        and isinstance(node.ctx, ast.Store)
        and dotted(node.value) == "self"
    }


@pytest.mark.parametrize(("kind", "name"), THE_FOUR.items())
def test_the_four_stay_small(kind: str, name: str) -> None:
    [definition] = [
        node for node in nodes(name, ast.ClassDef) if isinstance(node, ast.ClassDef) and node.name == kind
    ]

    assert (definition.end_lineno or 0) - definition.lineno + 1 < MOST_LINES
    assert len(attributes(definition)) <= MOST_ATTRIBUTES, sorted(attributes(definition))


def test_the_pipelines_file_is_read_in_one_go() -> None:
    assert len((SRC / "pipeline.py").read_text().splitlines()) < MOST_LINES


# --- names

PROVIDERS = re.compile(
    r"binance|coinbase|kraken|okx|bybit|coingecko|dhan\b|dhanhq|yahoo|finnhub|twelvedata|alpaca",
    re.IGNORECASE,
)
MAY_NAME_PROVIDERS = ("sources/", "simulator/", "config/", "cli/simulate.py")
"""Besides the rooms that speak to providers: the defaults and examples of the configuration, and the command
that starts the simulator and prints each venue's address."""


def providers(name: str) -> list[str]:
    """The words of a file's code, not of its docstrings, that name a provider."""
    spoken = docstrings(name)
    words = [
        node.value
        for node in nodes(name, ast.Constant)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in spoken
    ]
    words += [node.id for node in nodes(name, ast.Name) if isinstance(node, ast.Name)]
    words += [node.attr for node in nodes(name, ast.Attribute) if isinstance(node, ast.Attribute)]
    return told(word for word in words if PROVIDERS.search(word))


def test_no_provider_is_named_outside_the_rooms_that_speak_to_it() -> None:
    assert broken(providers, [name for name in NAMES if not name.startswith(MAY_NAME_PROVIDERS)]) == {}


BANNED = re.compile(r"(^|_)(manager|helper|util|utils|common|misc)s?(_|$)")


def empty_words(name: str) -> list[str]:
    """The names of a file, and of things in it, that say nothing of what they are."""
    defined = [
        node.name
        for node in nodes(name, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
    ]
    snake = [re.sub(r"(?<=[a-z])(?=[A-Z])", "_", word).lower() for word in (*defined, *name[:-3].split("/"))]
    return [word for word in snake if BANNED.search(word)]


def test_names_say_what_things_are() -> None:
    assert broken(empty_words) == {}


def undocumented(name: str) -> list[str]:
    module = tree(name)
    public = [
        node
        for node in module.body
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and not node.name.startswith("_")
    ]
    silent = [node.name for node in public if not ast.get_docstring(node)]
    return silent if ast.get_docstring(module) else ["the module", *silent]


def test_everything_public_says_what_it_is_for() -> None:
    assert broken(undocumented) == {}


def test_topics_are_in_the_order_in_which_one_may_cause_another() -> None:
    order = "part client market feed breaker job store cache performance analytics portfolio quality health alert log"

    assert [topic.value for topic in Topic] == order.split()


# --- start-up


def loaded_by(code: str) -> set[str]:
    """The top-level packages and our own modules that a fresh interpreter holds after running code."""
    script = f"{code}\nimport sys\nsys.stdout.write(' '.join(sys.modules))"
    run = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=True, cwd=ROOT
    )
    modules = run.stdout.splitlines()[-1].split()
    return {module if module.startswith("rtp_tui") else module.partition(".")[0] for module in modules}


def test_serving_loads_neither_the_console_nor_pandas_nor_the_indicators() -> None:
    engine = [
        name[:-3].replace("/", ".").removesuffix(".__init__")
        for name in NAMES
        if name.startswith(("server/", "api/", "assemble/", "feeds/", "monitoring/", "storage/", "jobs/"))
        or name == "pipeline.py"
    ]
    loaded = loaded_by("\n".join(f"import rtp_tui.{module}" for module in engine))

    assert "rtp_tui.assemble.engine" in loaded
    assert loaded & {"textual", "rich", "pandas", "numpy", "talib", "plotext", "exchange_calendars"} == set()
    assert [module for module in loaded if module.startswith("rtp_tui.tui")] == []


def test_indicators_are_known_without_their_library_which_is_loaded_when_it_is_first_used() -> None:
    known = loaded_by(
        "from rtp_tui.analytics.indicators.catalogue import indicator\nassert indicator('rsi').name == 'rsi(14)'"
    )
    used = loaded_by(
        "import asyncio\n"
        "from rtp_tui.analytics.indicators.catalogue import indicator\n"
        "from rtp_tui.analytics.indicators.thread import IndicatorThread\n"
        "from rtp_tui.clock import SystemClock\n"
        "thread = IndicatorThread(SystemClock())\n"
        "assert not thread.obstacle()\n"
        "asyncio.run(thread.work(lambda bench: bench.library.prepared(indicator('rsi'))))\n"
        "thread.close()"
    )

    assert known & {"talib", "numpy", "pandas"} == set()
    assert used & {"talib", "numpy", "pandas"} == {"talib", "numpy"}


def test_the_version_is_answered_before_anything_is_imported() -> None:
    loaded = loaded_by(
        "import runpy, sys\nsys.argv = ['rtp-tui', '--version']\n"
        "runpy.run_module('rtp_tui', run_name='__main__')"
    )

    assert {module for module in loaded if module.startswith("rtp_tui")} <= {"rtp_tui", "rtp_tui.__main__"}
    assert loaded & {"asyncio", "click", "msgspec", "textual", "rich", "httpx", "sqlite3"} == set()
