"""llama.cpp's own server, from the pinned wheel, on a loopback port of its own process.

In a program:   with LlamaServer(model, threads=2, slots=32) as server: server.post("/tokenize", {...})
The process ends with the program: it reads its stdin and stops where that ends.
"""

import json
import subprocess
import sys
import time
import urllib.error
import urllib.request


class LlamaServer:
    def __init__(self, model, threads=2, slots=32, context=32_768, batch=2048):
        self.arguments = [model, threads, slots, context, batch]

    def __enter__(self):
        self.process = subprocess.Popen(
            [sys.executable, __file__, *map(str, self.arguments)], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        for line in self.process.stdout:
            if line.startswith("listening "):
                self.address = line.split()[1]
                return self
        raise RuntimeError("llama.cpp's server ended before it listened")

    def __exit__(self, *_):
        self.process.stdin.close()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()

    def post(self, path, body):
        request = urllib.request.Request(
            self.address + path, json.dumps(body).encode(),
            {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=3600) as reply:
            return json.load(reply)


def serve(model, threads, slots, context, batch):
    import xllamacpp

    parameters = xllamacpp.CommonParams()
    parameters.model.path = model
    parameters.cpuparams.n_threads = int(threads)
    parameters.cpuparams_batch.n_threads = int(threads)
    parameters.n_parallel = int(slots)
    parameters.n_ctx = int(context)
    parameters.n_batch = parameters.n_ubatch = int(batch)
    parameters.n_ubatch = min(int(batch), 512)
    parameters.n_gpu_layers = 0
    parameters.cont_batching = True
    parameters.cache_prompt = False
    parameters.cache_ram_mib = 0
    parameters.hostnames = ["127.0.0.1"]
    parameters.port = 0
    server = xllamacpp.Server(parameters)
    for _ in range(600):
        try:
            urllib.request.urlopen(server.listening_address + "/health").read()
            break
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.1)
    print("listening", server.listening_address, flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    serve(*sys.argv[1:])
