"""Updates from an https address: MicroPython's own TLS, and a server with certificates."""

import hashlib
import http.server
import ssl
import threading

import pytest

pytest.importorskip("cryptography", reason="cryptography makes the certificates")
from host_tests.certificates import DAY, HERE, NOW, Authority, named  # noqa: E402

BUNDLE = bytes(range(256)) * 700
TOOK = f"took {len(BUNDLE)} {hashlib.sha256(BUNDLE).hexdigest()}"


class Handler(http.server.BaseHTTPRequestHandler):
    """Answers with BUNDLE."""

    def do_GET(self):  # noqa: N802
        self.send_response(200)
        self.send_header("Content-Length", str(len(BUNDLE)))
        self.end_headers()
        self.wfile.write(BUNDLE)

    def log_message(self, *_):
        pass


class Server(http.server.ThreadingHTTPServer):
    """Whose clients may go in the middle of a handshake."""

    def handle_error(self, *_):
        pass


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("ca"), "ours")


@pytest.fixture
def serve(authority):
    """Returns a function that starts a server, and returns its address."""
    servers = []

    def start(names=HERE, until=NOW + DAY):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*authority.sign("server", names, until))
        server = Server(("127.0.0.1", 0), Handler)
        server.socket = context.wrap_socket(
            server.socket, server_side=True, do_handshake_on_connect=False
        )
        threading.Thread(target=server.serve_forever, daemon=True).start()
        servers.append(server)
        return f"https://127.0.0.1:{server.server_port}/van.bundle"

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture
def fetch(micropython64):
    def run(url, authority, known="known"):
        done = micropython64("host_tests/mp/fetch_secure.py", url, authority, known)
        return done.stdout.splitlines()

    return run


def test_it_is_fetched_as_a_whole_and_without_psram_refused_in_words(serve, fetch, authority):
    said = fetch(serve(), authority.ca)
    assert said[0] == TOOK
    assert said[1].startswith("without PSRAM: https:// is for boards with PSRAM only")


@pytest.mark.parametrize("names, until", [([named("else.example")], DAY), (HERE, -DAY)])
def test_a_certificate_of_another_name_or_time_is_refused(serve, fetch, authority, names, until):
    said = fetch(serve(names, NOW + until), authority.ca)
    assert "error: -9" in said and said[0].startswith("mqtt_tls:")


def test_a_certificate_is_not_judged_before_the_time_is_known(serve, fetch, authority):
    assert "error: -10" in fetch(serve(), authority.ca, known="unknown")


def test_unverified_the_signature_is_what_counts(serve, fetch):
    address = serve([named("else.example")], NOW - DAY)
    assert fetch(address, "-", known="unknown")[0] == TOOK
