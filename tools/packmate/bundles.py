"""Keys and bundles for updates over Wi-Fi; what a device makes of them: firmware/update/."""

import hashlib
import json
import time

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from tools.packmate import PackmateError, backup, check, deploy
from update.intake import MAGIC
from version import VERSION

_BITS = 3072
_EXPONENT = 65537
_SECRET = "signing.pem"
_LIB = "lib/"


def make_keys(folder):
    """Writes signing.pem, for `packmate bundle`, and update.key, for the devices."""
    paths = (folder / _SECRET, folder / "update.key")
    for path in paths:
        if path.exists():
            raise PackmateError(f"{path} is there already: devices that know it take no other key")
    key = rsa.generate_private_key(_EXPONENT, _BITS)
    folder.mkdir(parents=True, exist_ok=True)
    backup.write(paths[0], _pem(key), private=True)
    backup.write(paths[1], public_text(key).encode())
    print(f"written  {paths[0]}: keep it to yourself, and a copy of it elsewhere")
    print(
        f"written  {paths[1]}: packmate deploy BOARD --update-key {paths[1]} brings it to a device"
    )


def _pem(key):
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def public_text(key):
    """Returns what update.key holds of a private key: its modulus in hexadecimal."""
    return f"{key.public_key().public_numbers().n:x}\n"


def load_key(path):
    """Returns the private key in a file of `make_keys`."""
    try:
        key = serialization.load_pem_private_key(path.read_bytes(), None)
    except OSError as error:
        raise PackmateError(f"{path}: cannot be read: {error.strerror}") from None
    except (ValueError, TypeError):
        raise PackmateError(f"{path}: is no key: `packmate keys` makes one") from None
    if not isinstance(key, rsa.RSAPrivateKey) or key.key_size != _BITS:
        raise PackmateError(f"{path}: is no RSA key of {_BITS} bits")
    return key


def make_bundle(board_name, path, key_path, folder=None):
    """Writes the bundle of a board's image as it is in this checkout, or of one made before."""
    board = check.load_board(board_name)
    key = load_key(key_path)
    folder = folder or deploy.make_image(board_name)
    data = build(key, board.NAME, files_of(folder), int(time.time()))
    backup.write(path, data)
    print(f"written  {path}: {VERSION} for {board.NAME}, {len(data)} bytes")


def files_of(folder):
    """Returns {path in lib: bytes} of an image: what a bundle of it has."""
    image = deploy.contents(folder)
    return {n.removeprefix(_LIB): data for n, data in image.items() if n.startswith(_LIB)}


def build(key, board, files, number, version=VERSION):
    """Returns the bytes of a bundle. files: {path in lib: bytes}; number: higher than before."""
    names = sorted(files)
    rows = [[n, len(files[n]), hashlib.sha256(files[n]).hexdigest()] for n in names]
    header = {"board": board, "version": version, "number": number, "files": rows}
    text = json.dumps(header, separators=(",", ":")).encode()
    signed = MAGIC + len(text).to_bytes(4, "big") + text
    signature = key.sign(signed, padding.PKCS1v15(), hashes.SHA256())
    return signed + signature + b"".join(files[n] for n in names)
