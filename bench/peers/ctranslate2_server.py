"""CTranslate2 behind POST /translate, as LibreTranslate has it: a thread for each request, which translates its texts.

    python bench/peers/ctranslate2_server.py FOLDER THREADS

FOLDER is what `heed export` wrote. It prints its address, and ends with SIGTERM. Each thread of CTranslate2 takes a batch;
requests are not put together. Beam 4, as Heed's.
"""
import json
import signal
import sys
import tempfile
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import ctranslate2
from tokenizers import Tokenizer

from ctranslate2_folder import convert

folder, threads = sys.argv[1], int(sys.argv[2])
tokenizer = Tokenizer.from_file(f"{folder}/tokenizer.json")
with tempfile.TemporaryDirectory() as directory:
    convert(folder, directory, "float32")
    translator = ctranslate2.Translator(
        directory, device="cpu", compute_type="float32", intra_threads=1, inter_threads=threads
    )


def translate(texts):
    sources = [tokenizer.encode(text).tokens for text in texts]
    limit = 2 * max(len(source) for source in sources) + 10
    results = translator.translate_batch(sources, beam_size=4, max_batch_size=32, max_decoding_length=limit)
    return [
        tokenizer.decode([tokenizer.token_to_id(token) for token in result.hypotheses[0]]) for result in results
    ]


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # Head and body go in one piece: otherwise the second waits for the acknowledgement of the first.
    wbufsize = -1
    disable_nagle_algorithm = True

    def do_POST(self):
        q = json.loads(self.rfile.read(int(self.headers["content-length"])))["q"]
        found = translate([q] if isinstance(q, str) else q)
        body = json.dumps({"translatedText": found[0] if isinstance(q, str) else found}).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 1024


server = Server(("127.0.0.1", 0), Handler)
signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
print(f"http://127.0.0.1:{server.server_port}", flush=True)
server.serve_forever()
