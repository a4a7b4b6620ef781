"""A model server as anybody has one: OpenAI's interface, and no word of money. Prints the port that it listens on."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

# A streamed answer waits after its first piece, until somebody has seen it.
seen = threading.Event()
USAGE = {"prompt_tokens": 5, "completion_tokens": 3, "total_tokens": 8}


class Model(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        seen.set()
        self.answer({})

    def do_POST(self):
        chat = json.loads(self.rfile.read(int(self.headers["content-length"])))
        text = chat["messages"][0]["content"]
        if chat.get("stream"):
            return self.stream(text.split())
        message = {"role": "assistant", "content": text.upper()}
        self.answer(self.piece("chat.completion", {"message": message}, USAGE))

    def stream(self, words):
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.send_header("connection", "close")
        self.end_headers()
        for index, word in enumerate(words):
            self.event(json.dumps(self.piece("chat.completion.chunk", {"delta": {"content": word}})))
            if index == 0:
                seen.wait(120)
        self.event(json.dumps({**self.piece("chat.completion.chunk", {}, USAGE), "choices": []}))
        self.event("[DONE]")
        self.close_connection = True

    def event(self, data):
        self.wfile.write(f"data: {data}\n\n".encode())
        self.wfile.flush()

    def answer(self, value):
        body = json.dumps(value).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def piece(self, kind, choice, usage=None):
        choices = [{"index": 0, "finish_reason": None, **choice}]
        return {"id": "1", "object": kind, "created": 1, "model": "shout", "choices": choices, "usage": usage}

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Model)
print(server.server_port, flush=True)
server.serve_forever()
