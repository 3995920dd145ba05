"""What the names of OKX's instruments say."""


def is_spot(name: str) -> bool:
    """`BTC-USDT`, unlike `BTC-USDT-SWAP` and `BTC-USD-261030`, whose sizes are counted in contracts."""
    return name.count("-") == 1
