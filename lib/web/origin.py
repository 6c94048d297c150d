"""Is a request for us, and from a page of ours? Else it may be another page's doing.

A browser lets any page in the world send requests to an address of the home. It tells from which
page they come (`Origin`, `Sec-Fetch-Site`), and for which name they are (`Host`), neither of which
the page can change.
"""


def is_for_us(request, names):
    """True if the request's host is one of the names (str, in small letters), or an IPv4 address.

    A page of somebody else can have its own name mean our address, and is then of one origin with
    us as far as the browser knows (DNS rebinding). With an address for a name it cannot.
    """
    host = request.host()
    return host in names or is_address(host)


def is_address(host):
    """True for an IPv4 address."""
    parts = host.split(".")
    return len(parts) == 4 and all([p.isdigit() and len(p) < 4 and int(p) < 256 for p in parts])


def is_from_us(request):
    """True unless the browser says that a page of another origin has sent the request.

    A link on another page may lead to ours: that only looks.
    """
    headers = request.headers
    origin = headers.get("origin")
    if origin is not None and origin.lower() != "http://" + headers["host"].lower():
        return False
    if request.method != "POST" and not request.path.startswith("/api"):
        return True
    return headers.get("sec-fetch-site", "none") in ("same-origin", "none")
