"""Fetches umqtt.simple for the host: `python -m tools.fetch_umqtt FOLDER`.

The stock ESP32 firmware has umqtt.simple built in; the MicroPython of the bench has not. The Python
index carries it as a source archive without a build file, which pip cannot install, so this fetches
the archive by name, checks that it is the one we tested, and unpacks `umqtt/` into FOLDER.
"""

import hashlib
import pathlib
import subprocess
import sys
import tarfile
import tempfile

REQUIREMENT = "micropython-umqtt.simple==1.3.4"
SHA256 = "b6a2520239e3992c63a7de9370ee9b3d9d27819a90359c521f1c0f7ccab8d12f"
MODULE = "umqtt/simple.py"


def download(folder):
    """Downloads the archive into `folder` and returns its path."""
    unearth = pathlib.Path(sys.executable).parent / "unearth"
    command = [unearth, "--no-binary", REQUIREMENT, "--download", folder]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    (archive,) = pathlib.Path(folder).glob("*.tar.gz")
    return archive


def unpack(archive, folder):
    """Writes the one module of the archive into `folder`, after checking the archive's digest."""
    digest = hashlib.sha256(archive.read_bytes()).hexdigest()
    if digest != SHA256:
        raise SystemExit(f"{archive.name}: digest {digest}, expected {SHA256}")
    with tarfile.open(archive) as tar:
        (member,) = [m for m in tar.getmembers() if m.name.endswith("/" + MODULE)]
        source = tar.extractfile(member).read()
    target = pathlib.Path(folder) / MODULE
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(source)


def main():
    """Command line: one argument, the folder."""
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    with tempfile.TemporaryDirectory() as folder:
        unpack(download(folder), sys.argv[1])


if __name__ == "__main__":
    main()
