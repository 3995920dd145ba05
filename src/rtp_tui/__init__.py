"""rtp-tui: real-time market data, from the wire to the terminal.

     outside     sources ─▶ feeds ─▶ processing ─▶ accept ─▶ api ─┬─▶ tui
      world         ▲         ▲                   │      │        └─▶ server ─▶ api.remote ─▶ tui elsewhere
                simulator  resilience         storage   state ─▶ monitoring
                (a venue
                 on loopback)

Data moves right, commands move left, and only `api` carries a command.
`pipeline.py` is the place to start reading; `docs/architecture.md` draws the house.
"""

__version__ = "0.1.0"
