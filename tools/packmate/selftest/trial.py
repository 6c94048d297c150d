"""A self-test under way: the device, what is known of it, and what was found."""

from tools.packmate.check import load_board

OK = "ok"
LOOK = "look"  # only a person can tell, or nothing is there to try
WRONG = "WRONG"


class Trial:
    """What each part of the self-test is handed.

    device: a prompt.Device at its prompt; name, board: the board's name and its data module;
    values: the device's settings, as it judges them; `wrong`: how many parts do not work.
    """

    def __init__(self, device, name, values):
        self.device = device
        self.name = name
        self.board = load_board(name)
        self.values = values
        self.wrong = 0

    def tell(self, kind, part, text):
        """Shows a finding."""
        self.wrong += kind == WRONG
        print(f"{kind:5}  {part}: {text}", flush=True)

    def say(self, text):
        """Shows what a person needs to know meanwhile."""
        print(f"       {text}", flush=True)
