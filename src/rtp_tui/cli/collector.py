"""When the interpreter looks for garbage that only cycles keep alive: seldom, for it holds the loop meanwhile."""

import gc
import linecache

NEW_OBJECTS, YOUNG_ROUNDS, OLD_ROUNDS = 5_000, 2, 30


def collect_later() -> None:
    """Look for none while modules are imported, which makes next to no garbage and many objects to look through."""
    gc.disable()


def collect_as_usual() -> None:
    """Go on by the interpreter's own measure."""
    gc.enable()


def collect_seldom() -> None:
    """Set aside what the start has made, which stays, and look through all the rest seldom.

    A follower of the server is some 190 objects; looking through those of a thousand takes 60 to 200 ms, and
    by its own measure the interpreter does so several times while they arrive. So at most 10,000 new objects are
    looked through at once, and all of them after 300,000 new ones: as many as 1,600 followers bring.
    The lines of source files are let go of that libraries read to learn what they export: half a megabyte.
    """
    linecache.clearcache()
    gc.freeze()
    gc.set_threshold(NEW_OBJECTS, YOUNG_ROUNDS, OLD_ROUNDS)
    gc.enable()
