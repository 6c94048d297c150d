"""The virtual bench: a pack, its simulated BMS, an emulated ESP32 and a panel, in virtual time.

`Bench` owns one thread ("the bench's thread") in which everything happens: the plant, the BMS,
the chip and the clock. Its public methods may be called from any thread; they hand their work to
that thread and wait for it (asyncio: `await asyncio.to_thread(bench.snapshot)`, or call directly,
an answer takes well under a millisecond). Callbacks given to `at`, `every` and `on_text` run *in*
the bench's thread, at their exact virtual time, and may use the bench's parts directly; they must
not block, for virtual time waits for them.
"""


class BenchConfig:
    """What a bench is made of. Every attribute may be changed before the bench is started."""

    def __init__(self, run_dir):
        self.run_dir = run_dir  # working directory of the firmware: settings.json, state.json ...
        self.micropython = "micropython"  # command of the unix port
        self.main = None  # program to run; default firmware/main.py
        self.paths = None  # import path after the stand-ins; default firmware, lib, the board
        self.board = None  # object with the names of boards/<name>/board.py
        self.plant = None  # the true pack; default tools.plant.Plant()
        self.bms = None  # the simulated BMS; default JkGpsSim(plant)
        self.lapse = 1  # virtual seconds per real second, 1..600
        self.heap_bytes = 400_000  # of the firmware's process; 64-bit objects take twice the room
        self.env = {}  # added to the environment of the firmware's process


class Bench:
    """See the module. `plant`, `bms`, `chip`, `clock`, `panel` are the parts."""

    def __init__(self, config):
        self.config = config

    def start(self):
        """Powers the chip up and starts the bench's thread. Returns at once."""

    def stop(self):
        """Ends the firmware and the thread; returns when both are gone. May be called twice."""

    def set(self, control, value=None):
        """Sets a control; raises KeyError for an unknown one, ValueError for a bad value.

        lapse 1..600 | ambient_dc | pack_dc | soc_pct | charger bool | load_ma |
        bms_unplugged bool | bms_garbled bool | bms_frozen bool | bms_silent bool |
        sensor_absent "none" "first" "both" | temp_rule "vendor" "over99" "under99" |
        wifi_down bool | wifi_password_wrong bool | firmware_frozen bool | firmware_kill |
        firmware_restart | button_1, button_2 (None: a press of 150 ms; bool: hold, release)
        """

    def controls(self):
        """Returns the present value of every control that has a state, as a dict."""

    def snapshot(self):
        """Returns the state of everything as a plain dict that json can write.

        time: t_s (virtual), real_s, lapse, lapse_actual
        true: the plant's figures, in the vocabulary (pack_mv, cell_mv, temps_dc ...)
        pins: heater, charger, backlight_permille, heater_on_s, heater_changes
        chip: running, state, resets, reset_cause, boot_s, watchdog_ms_left, pid
        uart: to_bms, from_bms, requests, rejected, replies
        panel: seq, on, errors
        console: the last lines
        controls: see controls()
        """

    def picture(self):
        """Returns (sequence number, width, height, RGB bytes) of the panel as a person sees it."""

    def png(self, scale=1):
        """Returns the panel's picture as PNG bytes."""

    def at(self, t_s, callback):
        """Calls `callback()` in the bench's thread at virtual time `t_s`."""

    def every(self, period_s, callback):
        """Calls `callback()` in the bench's thread every `period_s` virtual seconds."""

    def call(self, function):
        """Runs `function()` in the bench's thread and returns (or raises) what it does."""

    def run_until(self, t_s, timeout_s=60):
        """Blocks until virtual time `t_s`; raises TimeoutError after `timeout_s` real seconds."""

    def wait_for(self, condition, within_s, timeout_s=60):
        """Blocks until `condition(bench)` (evaluated every virtual 50 ms in the bench's thread).

        Returns the virtual time at which it held; raises TimeoutError after `within_s` virtual
        or `timeout_s` real seconds.
        """
