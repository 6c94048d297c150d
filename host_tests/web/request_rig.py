"""Requests as browsers send them, and what the parser makes of bytes, however they come."""

from web import request as r

HOST = b"Host: 192.168.1.5\r\n"
GET = b"GET /api/state?since=7&x=a%20b HTTP/1.1\r\n" + HOST + b"\r\n"
POST = (
    b"POST /api/login HTTP/1.1\r\nHOST: packmate-ab12cd:8080\r\nContent-Type: application/json\r\n"
    b"Content-Length: 15\r\nOrigin: http://packmate-ab12cd:8080\r\nAuthorization: Bearer 0a1b\r\n"
    b"\r\n"
)
# What a browser of today sends, as it was seen on the wire.
BROWSER = (
    b"GET / HTTP/1.1\r\nHost: 127.0.0.1:8080\r\nConnection: keep-alive\r\n"
    b'sec-ch-ua: "Chromium";v="130", "Not?A_Brand";v="99"\r\nsec-ch-ua-mobile: ?0\r\n'
    b'sec-ch-ua-platform: "Linux"\r\nUpgrade-Insecure-Requests: 1\r\nUser-Agent: Mozilla/5.0 '
    b"(X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Safari/537.36"
    b"\r\nAccept: text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,"
    b"image/apng,*/*;q=0.8,application/signed-exchange;v=b3;q=0.7\r\nSec-Fetch-Site: none\r\n"
    b"Sec-Fetch-Mode: navigate\r\nSec-Fetch-User: ?1\r\nSec-Fetch-Dest: document\r\n"
    b"Accept-Encoding: gzip, deflate, br, zstd\r\nAccept-Language: de-DE,de;q=0.9\r\n\r\n"
)
# What is refused, and how.
REFUSED = {
    b"\r\n": 400,
    b"GET\r\n": 400,
    b"GET / HTTP/1.1 more\r\n": 400,
    b"GET  / HTTP/1.1\r\n": 400,
    b"GET /\x80 HTTP/1.1\r\n": 400,
    b"GET /\x00 HTTP/1.1\r\n": 400,
    b"GET http://192.168.1.5/ HTTP/1.1\r\n": 400,
    b"GET * HTTP/1.1\r\n": 400,
    b"GET / FTP/1.1\r\n": 400,
    b"GET / HTTP/2.0\r\n": 505,
    b"PRI * HTTP/2.0\r\n": 505,
    b"PUT / HTTP/1.1\r\n": 501,
    b"OPTIONS /api/settings HTTP/1.1\r\n": 501,
    b"get / HTTP/1.1\r\n": 501,
    b"GET /" + b"a" * 600 + b" HTTP/1.1\r\n": 414,
    b"a" * 9000: 431,
    b"GET / HTTP/1.1\r\n\r\n": 400,  # no host
    b"GET / HTTP/1.1\r\nHost:\r\n\r\n": 400,
    b"GET / HTTP/1.1\r\n" + HOST + HOST: 400,
    b"GET / HTTP/1.1\r\n" + HOST + b" folded: line\r\n": 400,
    b"GET / HTTP/1.1\r\nHost : 192.168.1.5\r\n": 400,
    b"GET / HTTP/1.1\r\nno colon\r\n": 400,
    b"GET / HTTP/1.1\r\n: no name\r\n": 400,
    b"GET / HTTP/1.1\r\nHost: a\rb\r\n": 400,
    b"GET / HTTP/1.1\r\nHost: \xff\r\n": 400,
    b"GET / HTTP/1.1\r\nHost: " + b"a" * 600 + b"\r\n": 431,
    b"GET / HTTP/1.1\r\n" + HOST + b"X: y\r\n" * 2000: 431,
    b"GET / HTTP/1.1\r\n" + HOST + b"X: " + b"y" * 1_000_000: 431,
    b"POST / HTTP/1.1\r\n" + HOST + b"\r\n": 411,
    b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: -1\r\n\r\n": 400,
    b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: 0x1\r\n\r\n": 400,
    b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: 1, 1\r\n\r\n": 400,
    b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: 1\r\nContent-Length: 1\r\n": 400,
    b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: 12345678901\r\n\r\n": 400,
    b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: 999999999\r\n\r\n": 413,
    b"POST / HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\n": 501,
}


def fed(data, cuts=()):
    """Returns (the Request, how many bytes it took) for `data` in pieces that end at `cuts`."""
    request = r.Request()
    taken = 0
    edges = [0, *cuts, len(data)]
    for start, end in zip(edges, edges[1:], strict=False):
        buf = bytearray(b"\xaa" * 3 + data[start:end])
        taken += request.feed(buf, 3, len(buf)) - 3
        if request.state != r.HEAD:
            break
    return request, taken


def seen(request):
    """Returns all that a request says."""
    return (
        request.state,
        request.status,
        request.method,
        request.path,
        request.query,
        request.headers,
        request.length,
    )
