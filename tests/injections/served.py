"""The obedient model behind an OpenAI-compatible server, as the running program would ask it."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tests.injections.obeying import obey


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        rules, prompt = asked["messages"][0]["content"], asked["messages"][-1]["content"]
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        for statement in obey(rules, prompt):
            choice = {"index": 0, "delta": {"role": "assistant", "content": statement}, "finish_reason": None}
            self._event({"id": "1", "object": "chat.completion.chunk", "created": 0, "model": "m", "choices": [choice]})
        self.wfile.write(b"data: [DONE]\n\n")

    def _event(self, value: object) -> None:
        self.wfile.write(f"data: {json.dumps(value)}\n\n".encode())

    def log_message(self, format: str, *args: object) -> None:
        """Nothing is logged."""


@contextmanager
def served() -> Iterator[str]:
    """Its base address, as long as it runs."""
    server = ThreadingHTTPServer(("localhost", 0), _Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://localhost:{server.server_address[1]}/v1"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
