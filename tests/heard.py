"""A service manager that keeps what it is told: for tests."""

from rtp_tui.cli.service_notify import ServiceNotify


class Heard(ServiceNotify):
    """Keeps what it is told."""

    def __init__(self) -> None:
        super().__init__("/there")
        self.messages: list[str] = []

    def tell(self, *assignments: str) -> None:
        self.messages.append("\n".join(assignments))

    def count(self, message: str) -> int:
        return self.messages.count(message)
