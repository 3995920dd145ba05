"""Keys that lead through time."""

from rtp_tui.tui.actions.action import Action

TIME_ACTIONS: tuple[Action, ...] = tuple(
    Action(id=way, is_wish=True, keys=(key,), label=label, group="Time", hint=hint, past_hint=past_hint)
    for way, key, label, hint, past_hint in (
        (
            "step_back",
            "left_square_bracket",
            "Back in time by 10 s, held down faster; : at 10:32 AAPL goes anywhere",
            "past",
            "earlier",
        ),
        ("step_on", "right_square_bracket", "On in time by 10 s, up to now; esc is now at once", "", "later"),
        ("leap_back", "left_curly_bracket", "Back in time by a minute", "", "1m earlier"),
        ("leap_on", "right_curly_bracket", "On in time by a minute", "", "1m later"),
    )
)
"""In the order of the help."""
