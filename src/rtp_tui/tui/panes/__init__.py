"""Panes: a pure rows function each, and the widget that shows them."""
