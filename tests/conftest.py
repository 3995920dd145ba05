"""How property tests run: as long as they need, and in CI on the same examples every time. When garbage is looked for."""

import gc
import os

from hypothesis import settings

NEW_OBJECTS = 50_000
"""A console is some 20,000; by its own measure the interpreter looks through them for a third of its time."""

gc.set_threshold(NEW_OBJECTS)
settings.register_profile("here", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "here")


def pytest_collection_finish() -> None:
    """Set aside what was imported and collected, which stays."""
    gc.freeze()
