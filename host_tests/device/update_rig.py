"""A desk whose firmware is an image of its own, and the server that it has its updates from."""

import functools
import http.server
import json
import shutil
import ssl
import threading
import time

from host_tests.reporting_program import wait_for
from tools import image
from tools.bench.bench import Bench
from tools.bench.bench_config import BenchConfig
from tools.bench.desk import Desk
from tools.packmate import bundles

BOARD = "LilyGO T-Display"
NEW = 'VERSION = "0.9.0"\n'


class Quiet(http.server.SimpleHTTPRequestHandler):
    pause_s = 0

    def log_message(self, *_):
        pass

    def copyfile(self, source, outputfile):
        while data := source.read(65_536):
            outputfile.write(data)
            time.sleep(self.pause_s)


class Server(http.server.ThreadingHTTPServer):
    """Whose clients may die in the middle of an answer."""

    def handle_error(self, *_):
        pass


class Place:
    """made: (folder of an image, key). secure: (certificate, key) of the server, files; None: the
    line to it is plain. page: the device serves its page. Used by `with`."""

    def __init__(self, tmp_path, made, psram=True, secure=None, page=False, **settings):
        source, self.key = made
        self.image = tmp_path / "image"
        shutil.copytree(source, self.image)
        self.files = bundles.files_of(self.image)
        # Where nothing runs, the bench's time is real time.
        slots = image.find_source("slots").read_text()
        shorter = slots.replace("_TRIAL_MS = 60_000", "_TRIAL_MS = 6_000")
        image.compile_module("slots", shorter, self.image / "slots.mpy")
        self.served = tmp_path / "served"
        self.served.mkdir()
        self.run_dir = tmp_path / "run"
        self.run_dir.mkdir()
        (self.run_dir / "update.key").write_text(bundles.public_text(self.key))
        config = BenchConfig(str(self.run_dir))
        config.lapse = 30
        config.run_image(str(self.image))
        config.psram = psram
        handler = functools.partial(Quiet, directory=str(self.served))
        self.server = Server(("127.0.0.1", 0), handler)
        if secure is not None:
            config.env["PACKMATE_TLS"] = "yes"
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*secure)
            self.server.socket = context.wrap_socket(
                self.server.socket, server_side=True, do_handshake_on_connect=False
            )
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        kind = "http" if secure is None else "https"
        url = f"{kind}://127.0.0.1:{self.server.server_port}/new.bundle"
        given = {"mqtt_interval_s": 5, "ha_discovery": False, "update_url": url}
        self.desk = Desk(Bench(config), {**given, **settings}, page=page)

    def __enter__(self):
        self.desk.start()
        self.base = self.wait(lambda: self.desk.log.base_of("packmate", "availability"))
        self.wait(lambda: self.told())
        return self

    def __exit__(self, *_):
        self.desk.stop()
        self.server.shutdown()
        self.server.server_close()
        assert self.desk.bench.error is None

    def serve(self, changes, number=100, version="0.9.0", key=None, board=BOARD):
        """Has a bundle served: the image with other modules, {name: source}."""
        files = dict(self.files)
        for name, text in changes.items():
            target = self.served / "x.mpy"
            image.compile_module(name, text, target, 1)
            files[name.replace(".", "/") + ".mpy"] = target.read_bytes()
        data = bundles.build(key or self.key, board, files, number, version)
        (self.served / "new.bundle").write_bytes(data)
        return data

    def send(self, word):
        self.desk.log.publish(f"{self.base}/update/set", word)

    def told(self):
        return self.desk.log.latest_json(f"{self.base}/update")[0]

    def slot(self):
        path = self.run_dir / "slot"
        return path.read_text() if path.exists() else ""

    def events(self):
        text = "".join(
            path.read_text() for path in sorted(self.run_dir.glob("events.*"), reverse=True)
        )
        return [json.loads(line)[3:5] for line in text.splitlines()]

    def wait(self, look, limit_s=900):  # a hang; a busy machine may take minutes
        return wait_for(look, limit_s, self._blame, 0.1)

    def _blame(self):
        console = "\n".join(self.desk.bench.snapshot()["console"][-25:])
        return f"{self.told()} {self.slot()}\n{console}"
