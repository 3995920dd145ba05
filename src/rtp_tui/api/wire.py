"""The door's values as JSON and back: queries, commands, answers, refusals.

Queries, commands and the payloads of events are told apart by their `type`; an answer is told by the
question it belongs to. Refusals travel as RFC 9457 problems and come out as the exception they were.
"""

from typing import Any, TypeVar, get_args

import msgspec
from msgspec import Struct

from rtp_tui.model.commands import AnyCommand, Command
from rtp_tui.model.errors import REFUSALS, Failed, Refused
from rtp_tui.model.queries import AnyQuery, Query

AnswerT = TypeVar("AnswerT")

PROBLEM_TYPE = "application/problem+json"
UNREADABLE = "the answer of the server cannot be read"

UNDECODABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
"""What decoding bytes from elsewhere may raise."""

KNOWN_REQUESTS = tuple(
    sorted(str(kind.__struct_config__.tag) for kind in (*get_args(AnyQuery), *get_args(AnyCommand)))
)
"""The `type` of every question and order of this version."""

_encoder = msgspec.json.Encoder()
_answers: dict[type, msgspec.json.Decoder[Any]] = {
    kind: msgspec.json.Decoder(kind.answer_type) for kind in (*get_args(AnyQuery), *get_args(AnyCommand))
}


class Problem(Struct, frozen=True, kw_only=True, omit_defaults=False):
    """An error as RFC 9457 writes it, with a `code` that programs can rely on."""

    type: str = "about:blank"
    title: str
    status: int
    code: str
    detail: str = ""


_problem = msgspec.json.Decoder(Problem)


def encode(value: object) -> bytes:
    """JSON of a model value; a number that is not finite becomes null."""
    return _encoder.encode(value)


def decode_answer(request: Query[AnswerT] | Command[AnswerT], body: bytes) -> AnswerT:
    """The answer to a question or an order. Raises Failed when it is none."""
    try:
        answer: AnswerT = _answers[type(request)].decode(body)
    except UNDECODABLE:
        raise Failed(UNREADABLE) from None
    return answer


def decode_refusal(body: bytes) -> Refused:
    """The exception that a problem was on the other side; Failed where it tells none of ours."""
    try:
        problem = _problem.decode(body)
    except UNDECODABLE:
        return Failed(UNREADABLE)
    return REFUSALS.get(problem.code, Failed)(problem.detail or problem.title)
