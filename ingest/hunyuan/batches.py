"""Questions of several threads, answered in batches by one worker thread."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial

from PIL.Image import Image

from ingest.errors import ModelError, PageError
from ingest.hunyuan.model import Reply
from ingest.hunyuan.prompts import Request

# Seconds that a question waits for others to share its batch; generating takes thousands of times longer.
_GATHERING = 0.005


@dataclass(eq=False, slots=True)
class Question:
    """A question that waits for its answer.

    Attributes:
        image: already scaled to the model's limits.
        request: the question.
        answer: set by the worker.
    """

    image: Image
    request: Request
    answer: "Future[Reply]" = field(default_factory=Future)


Answer = Callable[[Sequence[Question], threading.Event], list[Reply]]


class Batches:
    """Gathers questions that come at the same time.

    Every question has one turn of the worker thread. In its turn it takes others along that wait and have equal
    sampling; those have little to do in theirs. So a failure nobody foresaw ends one turn, and no question waits for
    an answer that nobody will give.
    """

    def __init__(self, answer: Answer, most: int) -> None:
        """Prepare; the thread is started by the first question.

        Args:
            answer: answers questions of equal sampling, in their order, and gives up soon after the event is set.
                Where it raises `PageError`, the halves of the batch are tried by themselves.
            most: largest batch, at least 1.
        """
        self._answer_all = answer
        self._most = most
        self._waiting: list[Question] = []
        self._arrived = threading.Condition()
        self._closed = threading.Event()
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="hunyuan")

    def ask(self, image: Image, request: Request) -> Reply:
        """Wait for the answer to a question.

        Raises:
            PageError: this question failed.
            ModelError: none can be answered, or it was given up by `close`.
        """
        question = Question(image, request)
        with self._arrived:
            if self._closed.is_set():
                raise given_up()
            self._waiting.append(question)
            self._arrived.notify_all()
            turn = self._worker.submit(self._turn, question)
        turn.add_done_callback(partial(_settle, question))
        return question.answer.result()

    def close(self) -> None:
        """Give up the questions under way."""
        with self._arrived:
            self._closed.set()
            self._arrived.notify_all()
        self._worker.shutdown(wait=True, cancel_futures=True)

    def _turn(self, question: Question) -> None:
        if not question.answer.done():
            self._answer(self._gather(question))

    def _gather(self, question: Question) -> list[Question]:
        """The question and waiting ones of equal sampling, which then wait no longer."""
        sampling = question.request.sampling

        def alike() -> list[Question]:
            return [other for other in self._waiting if other is not question and other.request.sampling == sampling]

        with self._arrived:
            self._arrived.wait_for(lambda: self._closed.is_set() or len(alike()) + 1 >= self._most, _GATHERING)
            chosen = [question, *alike()[: self._most - 1]]
            self._waiting = [other for other in self._waiting if other not in chosen]
        return chosen

    def _answer(self, questions: Sequence[Question]) -> None:
        try:
            replies = self._answer_all(questions, self._closed)
        except PageError as error:
            if len(questions) == 1:
                questions[0].answer.set_exception(error)
                return
            replies = []
        if self._closed.is_set():
            raise given_up()
        if replies:
            for question, reply in zip(questions, replies, strict=True):
                question.answer.set_result(reply)
            return
        middle = len(questions) // 2
        self._answer(questions[:middle])
        self._answer(questions[middle:])


def given_up() -> ModelError:
    """The error of questions that were under way when the model was closed."""
    return ModelError("HunyuanOCR was closed while it read a page; start again.")


def _settle(question: Question, turn: "Future[None]") -> None:
    """Hand a turn's failure to its question, which would wait for ever otherwise."""
    if question.answer.done():
        return
    try:
        error = turn.exception()
    except CancelledError:
        error = None
    question.answer.set_exception(error or given_up())
