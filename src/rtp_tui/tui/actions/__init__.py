"""Everything a key can do, in tables by group; `table` joins them."""
