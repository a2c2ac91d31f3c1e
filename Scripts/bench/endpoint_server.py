"""An OpenAI-compatible server on loopback that answers from a list of words and misbehaves as told.

Use: python3 Scripts/bench/endpoint_server.py [--port 0] [--help]    prints its port, serves until it is ended.

What it answers is a function of the request's body alone, so that runs can be compared byte by byte. With --log
each request stands in a file, as `{"request": HASH, "outcome": "answered" or the fault}`.
"""

import argparse
import asyncio
import hashlib
import json
import os
import random
import sys

WORDS = """apple bread cloud dance eagle flame grape house island jungle kettle lemon mountain needle ocean
piano quartz river sugar tunnel umbrella violin window yellow zebra anchor button candle desert engine forest
garden hammer insect jacket ladder mirror napkin orchard pencil quilt rocket saddle teapot valley walnut basket
copper dragon feather glacier harbor iceberg jasmine kitten lantern marble nectar olive parrot ribbon shadow
timber velvet willow""".split()
FAULTS = ("busy", "busy-wait", "error", "gateway", "cut", "text", "shape", "empty", "silence", "huge", "length")


def parse_arguments():
    parser = argparse.ArgumentParser(
        prog="endpoint_server.py", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one (0)")
    parser.add_argument("--model", default="scripted", help="the model's name; several with commas (scripted)")
    parser.add_argument("--api", default="both", choices=["both", "chat", "completions"], help="what it answers")
    parser.add_argument("--latency", default="0", help="seconds to an answer, or LOW,HIGH (0)")
    parser.add_argument("--limit", type=int, default=0, help="requests at once, beyond which it says 429 (none)")
    parser.add_argument("--faults", type=float, default=0, help="share of requests that go wrong (0)")
    parser.add_argument("--kinds", default=",".join(FAULTS), help=f"which faults ({','.join(FAULTS)})")
    parser.add_argument("--silence", type=float, default=30, help="seconds of the fault 'silence' (30)")
    parser.add_argument("--wait", type=float, default=1, help="seconds that 'busy-wait' asks for (1)")
    parser.add_argument("--die-after", type=int, default=0, help="ends after so many answers (never)")
    parser.add_argument("--refuse", default="", help="fields that it refuses, with commas")
    parser.add_argument("--key", default="", help="the key it asks for; it is echoed in refusals")
    parser.add_argument("--repeat", action="store_true", help="always says the same")
    parser.add_argument("--think", choices=["tag", "field"], help="thinks before it answers")
    parser.add_argument("--log", help="a file for what was asked")
    return parser.parse_args()


class Server:
    def __init__(self, options):
        self.options = options
        self.low, _, self.high = options.latency.partition(",")
        self.low, self.high = float(self.low), float(self.high or self.low)
        self.kinds = options.kinds.split(",")
        self.chance = random.Random(7)
        self.in_flight = self.answers = self.peak = self.refusals = 0
        self.log = open(options.log, "a", buffering=1) if options.log else None

    async def serve(self, reader, writer):
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
                headers = {name.lower(): value.strip()
                           for name, _, value in (line.partition(":") for line in head[1:] if line)}
                body = await reader.readexactly(int(headers.get("content-length", 0)))
                method, path, _ = head[0].split(" ", 2)
                self.in_flight += 1
                self.peak = max(self.peak, self.in_flight)
                try:
                    if not await self.answer(writer, method, path, headers, body):
                        break
                finally:
                    self.in_flight -= 1
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    def record(self, body, outcome):
        if self.log:
            digest = hashlib.sha256(body).hexdigest()[:16]
            self.log.write(json.dumps({"request": digest, "outcome": outcome}) + "\n")

    async def answer(self, writer, method, path, headers, body):
        options = self.options
        if options.key and headers.get("authorization") != f"Bearer {options.key}":
            said = headers.get("authorization", "")
            return self.send(writer, 401, {"error": {"message": f"wrong key {said}"}})
        if path == "/v1/stats":
            return self.send(writer, 200, {
                "answers": self.answers, "peak": self.peak, "refusals": self.refusals})
        if path == "/v1/models":
            return self.send(writer, 200, {"data": [{"id": name} for name in options.model.split(",")]})
        api = {"/v1/chat/completions": "chat", "/v1/completions": "completions"}.get(path)
        if api is None or options.api not in ("both", api):
            return self.send(writer, 404, {"error": {"message": "no such path"}})
        request = json.loads(body)
        for field in filter(None, options.refuse.split(",")):
            if field in request:
                instead = ", use 'max_completion_tokens' instead" if field == "max_tokens" else ""
                return self.send(writer, 400, {
                    "error": {"message": f"Unsupported parameter: '{field}' is not supported{instead}."}})
        if options.limit and self.in_flight > options.limit:
            self.refusals += 1
            self.record(body, "limit")
            return self.send(writer, 429, {"error": {"message": "too many requests at once"}})
        fault = self.chance.choice(self.kinds) if self.chance.random() < options.faults else None
        if fault:
            self.record(body, fault)
            return await self.misbehave(writer, fault, api, request, body)
        await asyncio.sleep(self.chance.uniform(self.low, self.high))
        alive = self.send(writer, 200, self.completion(api, request, body))
        self.answers += 1
        self.record(body, "answered")
        if options.die_after and self.answers >= options.die_after:
            await writer.drain()
            os._exit(0)
        return alive

    async def misbehave(self, writer, fault, api, request, body):
        whole = json.dumps(self.completion(api, request, body)).encode()
        if fault == "busy":
            return self.send(writer, 429, {"error": {"message": "slow down"}})
        if fault == "busy-wait":
            return self.send(writer, 429, {"error": {"message": "slow down"}},
                             f"Retry-After: {self.options.wait:g}\r\n")
        if fault == "error":
            return self.send(writer, 500, {"error": {"message": "internal\nerror"}})
        if fault == "gateway":
            return self.raw(writer, 502, b"<html>bad gateway</html>", kind="text/html")
        if fault == "text":
            return self.raw(writer, 200, b"hello, this is no JSON")
        if fault == "shape":
            return self.send(writer, 200, {"choices": {"text": 3}})
        if fault == "empty":
            return self.send(writer, 200, {"choices": [], "usage": {}})
        if fault == "huge":
            return self.raw(writer, 200, b'{"choices": [{"text": "' + b"x" * (10 << 20) + b'"}]}')
        if fault == "silence":
            await asyncio.sleep(self.options.silence)
            return False
        if fault == "length":
            # A length beyond what follows, then the end.
            self.raw(writer, 200, whole, length=len(whole) + 1000)
            return False
        self.raw(writer, 200, whole[:len(whole) // 2], length=len(whole))
        return False

    def completion(self, api, request, body):
        draw = random.Random(1 if self.options.repeat else hashlib.sha256(body).digest())
        asked = json.dumps(request.get("messages") or request.get("prompt") or "")
        # Instructions are short, and one in two comes with a text; all else is an answer.
        length = draw.randint(8, 12) if "Write one" in asked else draw.randint(20, 28)
        text = " ".join(draw.choice(WORDS) for _ in range(length)).capitalize() + "."
        if "on the next line" in asked:
            text += "\n" + " ".join(draw.choice(WORDS) for _ in range(12)).capitalize() + "."
        if "both labels" in asked:
            text = text[:-1] + f" either {draw.choice(WORDS)} or {draw.choice(WORDS)}."
        usage = {"prompt_tokens": len(body) // 4, "completion_tokens": len(text) // 4}
        thoughts = "I should think about this."
        if self.options.think == "tag":
            text = f"<think>{thoughts}</think>\n\n{text}"
        choice = {"index": 0, "finish_reason": "stop", "text": text}
        if api == "chat":
            choice = {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": text}}
            if self.options.think == "field":
                choice["message"]["reasoning_content"] = thoughts
        return {"choices": [choice], "usage": usage}

    def send(self, writer, status, value, more=""):
        return self.raw(writer, status, json.dumps(value).encode(), more=more)

    def raw(self, writer, status, body, kind="application/json", length=None, more=""):
        head = (f"HTTP/1.1 {status} Whatever\r\nContent-Type: {kind}\r\n{more}"
                f"Content-Length: {len(body) if length is None else length}\r\n\r\n")
        writer.write(head.encode() + body)
        return True


async def main():
    options = parse_arguments()
    server = Server(options)
    listener = await asyncio.start_server(server.serve, "127.0.0.1", options.port, backlog=1024)
    print(listener.sockets[0].getsockname()[1], flush=True)
    await listener.serve_forever()


if __name__ == "__main__":
    try:
        asyncio.run(main())
    except KeyboardInterrupt:
        sys.exit(0)
