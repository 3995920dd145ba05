"""What the console does beside painting, when it is broken."""

from functools import partial

from tests.tui.running_console import running_console


async def fail(words: str) -> None:
    raise ValueError(words)


async def test_a_bug_in_an_errand_is_told_and_ends_nothing_else() -> None:
    async with running_console((120, 40)) as console:
        console.app.operations.errands.run("operation", partial(fail, "no \x1b[2Jsuch thing"))
        await console.after()
        assert console.app.is_running
        assert console.toasts[-1] == "operation failed: ValueError: no such thing"
        await console.after()
        assert any("such thing" in entry.message for entry in console.app.follower.timeline.entries)
        assert "operation" in console.app.operations.errands.problems
        console.app.operations.errands.failed.clear()


async def test_an_exclusive_errand_takes_the_place_of_the_one_before_it() -> None:
    done: list[int] = []

    async with running_console((120, 40)) as console:

        async def rest_and_do(number: int) -> None:
            await console.clock.sleep(5)
            done.append(number)

        for number in (1, 2):
            console.app.operations.errands.run("chart", partial(rest_and_do, number), is_exclusive=True)
            await console.after()
        await console.after(6)
        assert done == [2]
