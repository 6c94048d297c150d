"""Keeps what is the owner's on a device: settings, state and, only if asked, the secrets."""

from tools.packmate import PackmateError, check
from tools.packmate.deploy import digest, send
from tools.packmate.prompt import Device

_KEPT = ("settings.json", "state.json", "state.old", "state.new")
_SECRETS = "secrets.json"


def names(secrets):
    """Returns the names of the files that are kept."""
    return (*_KEPT, _SECRETS) if secrets else _KEPT


def backup(find_port, folder, secrets=False):
    """Copies the files from the device into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    with Device(find_port()) as device:
        there = device.files()
        for name in names(secrets):
            if name in there:
                data = device.read(name)
                if digest(data) != there[name]:
                    raise PackmateError(f"{name}: has come over damaged; run the command again")
                write(folder / name, data, private=name == _SECRETS)
                print(f"kept  {folder / name}")
    if secrets:
        print("secrets.json holds your passwords as they are: keep that file to yourself")
    else:
        print("the passwords stay on the device: --secrets keeps them, too")


def restore(find_port, folder, secrets=False):
    """Copies the files of a backup back onto a device, in place of what it has."""
    files = {n: (folder / n).read_bytes() for n in names(secrets) if (folder / n).is_file()}
    if not files:
        raise PackmateError(f"{folder}: holds no backup")
    for name in files.keys() & {"settings.json", _SECRETS}:
        check.load(files[name], folder / name)
    with Device(find_port()) as device:
        for name, data in files.items():
            send(device, name, data)
            print(f"restored  {name}")
    if not secrets and (folder / _SECRETS).is_file():
        print("secrets.json was left out: --secrets restores it, too")


def write(path, data, private=False):
    """Writes a file; a private one can be read by its owner only, where the system knows that."""
    path.touch(mode=0o600 if private else 0o666)
    if private:
        path.chmod(0o600)
    path.write_bytes(data)
