"""The virtual bench: a pack, its simulated BMS, an emulated ESP32 and a panel, in virtual time.

`Bench` owns one thread ("the bench's thread") in which everything happens: the plant, the BMS,
the chip and the clock. Its public methods may be called from any thread; they hand their work to
that thread and wait for it (asyncio: `await asyncio.to_thread(bench.snapshot)`, or call directly,
an answer takes a few milliseconds at most). Callbacks given to `at` and `every` and the console's
listener run *in* the bench's thread, at their virtual time, and may use the bench's parts
directly; they must not block, for virtual time waits for them.
"""

import threading
import time
from collections import deque
from concurrent.futures import Future
from concurrent.futures import TimeoutError as NotYet  # 3.10: not the builtin one

from tools.bench.controls_of_bench import Controls
from tools.bench.esp32.chip import PWRON_RESET, Chip
from tools.bench.esp32.clock import Clock
from tools.bench.esp32.conductor import Conductor, real_us
from tools.bench.esp32.one_wire import Ds18b20
from tools.bench.esp32.process import Console
from tools.bench.esp32.serial_line import Nobody, SerialLine
from tools.bench.net.broker import free_port
from tools.bench.packs import Packs
from tools.bench.panels import mono_panel
from tools.bench.panels.panel import CONTROLLERS, Panel
from tools.bench.snapshot import take_snapshot
from tools.bench.world import World
from tools.dead_man import DeadMan

_HUNG_S = 900  # real time after which nothing will come: a busy machine takes minutes for an hour
_I2C = 8  # added to the number of an I2C: what goes over it comes as if over SPI


class Bench:
    """See the module. `config`: a config.BenchConfig.

    Parts, for use in the bench's thread: `packs`, `plant`, `bms`, `line`, `chip`, `clock`,
    `panel`, `console`, `conductor`. `web_port` is where the host finds what the firmware serves,
    whatever port that has chosen. `error` is the exception that ended the bench's thread, if
    one did.
    """

    def __init__(self, config):
        self.config = config
        self.board = board = config.load_board()
        self.world = World(config.plant)
        self.plant = self.world.plant
        self.chip = Chip()
        self.clock = Clock(real_us(), config.lapse)
        self.console = Console()
        self.panel = _make_panel(board)
        self.line = SerialLine(Nobody(), board.BMS_UART, board.BMS_TX, board.BMS_RX, self.chip)
        self.line.de = board.RS485_DE
        panel_pins = {board.PANEL_CS, board.PANEL_DC, board.PANEL_RST} - {-1}
        self.conductor = Conductor(
            config,
            self.clock,
            self.chip,
            [self.line],
            self.console,
            buffered=sum(1 << pin for pin in panel_pins),
        )
        self.probe = self.conductor.wires[board.PROBE_PIN] = Ds18b20(self.plant)
        self.dead_man = DeadMan() if config.dead_man else None
        self.error = None
        self.web_port = free_port()  # of the page that the firmware serves
        config.env["PACKMATE_WEB_PORT"] = str(self.web_port)
        self.name_port = free_port()  # of the name server in its own network
        config.env["PACKMATE_NAME_PORT"] = str(self.name_port)
        names = [config.bms_name, *config.other_bms]
        self.packs = Packs(names, self.world, self.line, self.conductor.now_us, config.bms)
        self._wired_heap = config.heap_bytes
        self._suit()
        self._controls = Controls(self)
        self._requests = deque()
        self._stopping = False
        self._thread = None
        self.started_us = real_us()
        self.chip.on_output = self._on_output
        self.chip.on_spi = self._on_spi

    def start(self):
        """Powers the chip up and starts the bench's thread. Returns at once."""
        self._thread = threading.Thread(target=self._run, name="bench", daemon=True)
        self._thread.start()

    def stop(self):
        """Ends the firmware and the thread; returns when both are gone. May be called twice."""
        self._stopping = True
        self.conductor.interrupt()
        if self._thread is not None:
            self._thread.join()
        self.packs.stop()

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.stop()

    # -- controls ---------------------------------------------------------------------------------

    def set(self, control, value=None):
        """Sets a control; raises KeyError for an unknown one, ValueError for a bad value.

        lapse 1..600 | ambient_dc | pack_dc | soc_pct | charger bool | charger_ma | load_ma |
        bms: simulators.NAMES; the chip is reset, for its settings must change too |
        ble_away bool | ble_taken bool | ble_deaf bool | ble_sleeps bool |
        ble_pairing: controls.PAIRING | ble_drop | ble_empty |
        bms_unplugged bool | bms_garbled bool | bms_frozen bool | bms_silent bool |
        bms_foreign: simulators.FOREIGN | bms_generation "normal" "unknown" "contradicting" |
        sensor_absent "none" "first" "both" | temp_rule "vendor" "over99" "under99" |
        mat_open bool | output_stuck bool | probe: one_wire.PLACES | probe_stuck bool |
        mat_on_bms bool |
        psram bool; the chip is another one, and starts anew | idf_taken B, until a reset |
        wifi_down bool | wifi_password_wrong bool | wifi_channel 1..13 | wifi_2_up bool |
        firmware_frozen bool | firmware_kill |
        firmware_reset | button_1, button_2 (None: a press of 150 ms; bool: hold, release)

        firmware_kill ends the process at once; the chip boots again after the watchdog has bitten.
        firmware_reset is the reset button: pins drop at once.
        """
        return self.call(lambda: self._controls.set(control, value))

    def controls(self):
        """Returns the present value of every control that has a state, as a dict."""
        return self.call(self._controls.values)

    @property
    def bms(self):
        """The simulated BMS of the first pack, whose faults can be set."""
        return self.packs.sims[0]

    @property
    def bms_name(self):
        """Which one that is."""
        return self.packs.names[0]

    @property
    def radio(self):
        """The Station that is the radio, None before a BMS was on the air."""
        return self.packs.radio

    def change_bms(self, name):
        """Simulates another BMS, on the cable or in the air; faults stay. In its thread only.

        Who plugs the device into another BMS switches it off meanwhile.
        """
        self.packs.change(name)
        self._suit()
        if self.conductor.process is not None:
            self.conductor.reset(PWRON_RESET)

    @property
    def has_psram(self):
        """True if the chip has PSRAM: it was asked for, or Bluetooth beside all the rest needs it
        (docs/ble.md)."""
        return self.config.psram or self.packs.on_air

    def change_psram(self, there):
        """Has another chip on the board, with PSRAM or without. In the bench's thread only."""
        self.config.psram = bool(there)
        self._suit()
        if self.conductor.process is not None:
            self.conductor.reset(PWRON_RESET)

    def _suit(self):
        """Makes the chip and the clock suit the BMSs."""
        config, packs = self.config, self.packs
        if config.compiled:
            config.compile(self.has_psram)
        config.heap_bytes = self._wired_heap
        if self.has_psram:
            config.heap_bytes = config.heap_with_psram()
        if packs.on_air:
            config.paths = list(dict.fromkeys([*config.paths, *packs.radio.paths()]))
            config.env["PACKMATE_RADIO"] = str(packs.radio.port)
            text = "bench: the chip has PSRAM, as Bluetooth beside all the rest needs it"
            self.console.add(text, self.conductor.now_us() / 1e6)
        self.clock.set_lapse(min(self.clock.lapse, packs.most_lapse), real_us())

    # -- looking ----------------------------------------------------------------------------------

    def snapshot(self):
        """Returns the state of everything as a plain dict that json can write.

        time: t_s (virtual), real_s, lapse, lapse_actual
        true: the plant's figures, in the vocabulary (pack_mv, cell_mv, temps_dc ...), see World
        pins: heater, heater_permille, backlight_permille, heater_on_s (in all), heater_changed_s,
              heater_changes, charger
        chip: running, state, resets, reset_cause, boot_s, watchdog_left_ms, pid, wakes, wifi,
              wifi_ssid
        packs: of several packs what each is like, see Packs.look; else None
        radio: of a BMS over Bluetooth, see Station.look; None on a wire
        uart: bms (there is one on the cable), pty, to_bms, from_bms, requests, rejected, replies,
              overruns, collisions
        panel: seq, on, errors (how many), error_texts
        console: the last lines, console_count: how many there were
        controls: see controls(); unsuitable: those that the BMSs on the bench have no use for
        """
        return self.call(self.snapshot_here)

    def snapshot_here(self):
        """As `snapshot`, for callers that are in the bench's thread already."""
        return take_snapshot(self, self._controls.values(), self._controls.unsuitable())

    def picture(self):
        """Returns (sequence number, width, height, RGB bytes) of the panel as a person sees it."""
        panel = self.panel
        return self.call(lambda: (panel.seq, panel.width, panel.height, panel.rgb()))

    def png(self, scale=1):
        """Returns the panel's picture as PNG bytes."""
        return self.call(lambda: self.panel.png(scale))

    # -- timing -----------------------------------------------------------------------------------

    def now_s(self):
        """Returns virtual time in s. From any thread, without waiting."""
        return self.conductor.now_us() / 1e6

    def at(self, t_s, callback):
        """Calls `callback()` in the bench's thread at virtual time `t_s`."""
        self.call(lambda: self.conductor.at(t_s * 1e6, callback))

    def every(self, period_s, callback):
        """Calls `callback()` in the bench's thread every `period_s` virtual seconds."""
        self.call(lambda: self.conductor.every(int(period_s * 1e6), callback))

    def call(self, function):
        """Runs `function()` in the bench's thread and returns (or raises) what it does."""
        if self._thread is None or threading.current_thread() is self._thread:
            return function()
        if not self._thread.is_alive():
            raise RuntimeError("the bench has stopped") from self.error
        future = Future()
        self._requests.append((function, future))
        self.conductor.interrupt()
        while True:
            try:
                return future.result(0.5)
            except NotYet:
                if future.done():
                    raise
                if not self._thread.is_alive():
                    raise RuntimeError("the bench has stopped") from self.error

    def run_until(self, t_s):
        """Blocks until virtual time `t_s`; raises TimeoutError if the bench hangs."""
        reached = threading.Event()
        self.at(t_s, reached.set)
        self._await(reached, f"virtual time {t_s:g} s")

    def wait_for(self, condition, within_s, step_s=None):
        """Blocks until `condition(bench)` holds, evaluated in the bench's thread.

        Evaluated every `step_s` of virtual time; by default every 50 ms, after 10 s at each
        two-hundredth of the wait, after 50 s every 250 ms. Returns the virtual time in s at which
        it held; raises TimeoutError after `within_s` virtual seconds, or if the bench hangs.
        """
        done = threading.Event()
        result = []
        start_us = self.call(lambda: self.conductor.now_us())

        def look():
            t_us = self.conductor.now_us()
            waited_us = t_us - start_us
            if condition(self):
                result.append(t_us / 1e6)
                done.set()
            elif waited_us >= within_s * 1e6:
                done.set()
            else:
                often_us = min(max(waited_us // 200, 50_000), 250_000)
                self.conductor.at(t_us + (step_s * 1e6 if step_s else often_us), look)

        self.call(look)
        self._await(done, "a condition")
        if not result:
            raise TimeoutError(f"not within {within_s:g} virtual seconds")
        return result[0]

    def _await(self, event, what):
        end = time.monotonic() + _HUNG_S
        while not event.wait(0.2):
            if not self._thread.is_alive():
                raise RuntimeError("the bench has stopped") from self.error
            if time.monotonic() > end:
                raise TimeoutError(f"{what}: not within {_HUNG_S} real seconds")

    # -- the bench's thread -----------------------------------------------------------------------

    def _run(self):
        try:
            self.conductor.power_on()
            self.conductor.every(1_000_000, self._advance)
            while not self._stopping:
                self.conductor.turn()
                if self._requests:
                    self.conductor.catch_up()
                while self._requests:
                    self._serve(*self._requests.popleft())
        except Exception as error:
            self.error = error
            raise
        finally:
            self.conductor.close()

    def _advance(self):
        self.world.advance(self.conductor.now_us())
        self.packs.advance()

    @staticmethod
    def _serve(function, future):
        try:
            future.set_result(function())
        except Exception as error:
            future.set_exception(error)

    def _on_output(self, pin, level, t_us):
        board = self.board
        if pin == board.HEATER_PIN:
            self._on_heater_pin(level == board.HEATER_ACTIVE, t_us)
        elif pin == board.RS485_DE:
            self.line.drive(level == 1, t_us)
        elif pin == board.PANEL_RST and level == 0:
            self.panel.hard_reset(t_us)

    def _on_heater_pin(self, active, t_us):
        if self.dead_man is None:
            self._switch(active, t_us)
        else:
            self.dead_man.set_pin(active, t_us)
            self._follow_dead_man(t_us)

    def _follow_dead_man(self, t_us):
        on = self.dead_man.is_on(t_us)
        if on != self.plant.heater_on:
            self._switch(on, t_us)
            if on:
                self._await_opening()

    def _await_opening(self):
        """Has the switch open when the capacitor is empty, if nothing has filled it again."""
        due_us = self.dead_man.off_us()
        if due_us is not None:
            self.conductor.at(due_us, lambda: self._look_at_dead_man(due_us))

    def _look_at_dead_man(self, t_us):
        self._follow_dead_man(t_us)
        self._await_opening()

    def _switch(self, on, t_us):
        self.world.set_heater(on, t_us)
        self.packs.advance()

    def _on_spi(self, bus, data, t_us):
        board = self.board
        if bus >= _I2C:
            if board.PANEL in mono_panel.CONTROLLERS and bus - _I2C == board.PANEL_I2C:
                self.panel.take(data[1:])
            return
        setup = self.chip.spi.get(board.SPI_ID)
        if bus != board.SPI_ID or setup is None or self.chip.levels[board.PANEL_CS] != 0:
            return
        if setup[1:] == (board.SPI_SCK, board.SPI_MOSI):
            self.panel.feed(self.chip.levels[board.PANEL_DC] or 0, data, t_us)


def _make_panel(board):
    if board.PANEL in mono_panel.CONTROLLERS:
        return mono_panel.MonoPanel(mono_panel.CONTROLLERS[board.PANEL])
    return Panel(
        board.PANEL_WIDTH,
        board.PANEL_HEIGHT,
        board.PANEL_X,
        board.PANEL_Y,
        board.PANEL_MADCTL,
        board.PANEL_INVERT,
        CONTROLLERS[board.PANEL],
    )
