"""English: everything that the screen says. Another language is another file like this one.

Each text stands at the place that words.py and the module of its number give it. A text is one
line of the screen: some 23 letters fit, which a test measures. `^` is the degree sign, `~` an
ellipsis. On a device this is a file (tools/rendered.py): see DATA.
"""

from languages.file import render

# By state.
STATES = """\
HEATER OFF
WARM ENOUGH
HEATING
WAITING FOR CHARGER
HEATER OFF FOR NOW
HEATER FAULT"""

# By reason. Faults are headlines; the others say why there is no heating now.
REASONS = """\

SENSORS DISAGREE
HEATER: TOO HOT
HEATER: NO WARMTH
MAT IS CUT OFF
HEATING FOR TOO LONG
TOO MANY RESTARTS
PROGRAM ERROR
HEATER RECORD LOST
MAT STAYS ON
HEAT NOT SEEN
the BMS does not answer
the BMS's data are old
the BMS's data are wrong
the BMS's data stand still
no battery sensor
waiting for 3 readings
a sensor is loose or wet
temperature limits missing
the BMS has an alarm
the mat takes too much
no warmth: trying later
another sensor is warm
a rest between heatings
too cold for this mat
the probe is silent
the BMS does not switch
heat is lost: sensors?
would see no charger
an update is under way"""

# By fault, four lines each: two that say what it means, two what to do.
FAULTS = """\
The battery's sensors are
too far apart.
Is one off its cell, or
on the mat?
A sensor got too hot while
heating.
Check where the mat lies,
its power, the MOSFET.
It did not get warmer in
time, twice.
Check mat, fuse, MOSFET.
Is the mat too weak?
Switched on, the mat does
nothing.
Check its wires, its fuse,
its thermal switch.
Its longest time, or the
energy of a day, is used up.
More insulation, or a
stronger mat?
This device crashed six
times within an hour.
Check its supply and its
wires.
The heater's program has
failed.
Please report the text on
the console.
The record of faults is
lost: one may be forgotten.
Check the mat, its wires
and the sensors.
It heats although it is
switched off!
PULL ITS FUSE NOW. The
MOSFET or relay is broken.
More heat was put in than
the sensors show.
Do they sit on the heated
cells? Is pack_wh right?"""

# By mode.
MODES = """\
off
charger only
charger or pack"""

# By heat.charger's sources.
CHARGERS = """\
none seen
the BMS sees it
contact closed
it is charging
remembered
found by a test"""

PREHEATS = """\
off
time unknown
waiting
heating"""

# By bms.check's verdicts.
VERDICTS = """\

no data yet
WRONG DATA: cells
WRONG DATA: cell count
WRONG DATA: sum of cells
WRONG DATA: pack voltage
WRONG DATA: current
WRONG DATA: charge
WRONG DATA: temperature
WRONG DATA: capacity"""

# By bms.alarms' bits.
ALARMS = """\
battery nearly empty
BMS switch is too hot
pack voltage too high
pack voltage too low
battery too hot
charging current too high
load current too high
cells differ too much
BMS box is too hot
battery too cold
cell voltage too high
cell voltage too low
BMS protection A
BMS protection B
current too high
short circuit
BMS inner link failed
check balance wire
number of cells wrong
current sensor
short circuit: charger
too hot to charge
too cold to charge
short circuit: load
too hot to discharge
charge switch broken
discharge switch broken
GPS is unplugged
BMS: change password
BMS cannot switch on
temperature sensor
current limiter failed
short circuit stays
load far too high
load far too high
too cold to discharge
locked by GPS
cell type not set
a cell wire is open
current sensor broken
BMS inner link failed
precharge failed
charger does not answer
remote link lost
anti-spark failed
BMS wants an update
precharge relay failed
a relay is stuck
discharge fuse blown
charge fuse blown
a module is lost
BMS licence expired
load is locked
measuring chip failed
BMS board is too hot
cell voltage impossible
balancer is too hot
BMS system error
BMS clock is wrong
BMS link is unsteady
off soon: voltage low
BMS licence ends soon"""

# Why there are no figures, by links.uart_link's reasons.
WIRE = """\
waiting for the BMS
BMS silent: check wires
silent: UART protocol 0?
silent: UART protocol 1?
noise: settings or wires?
another unit answers
BMS hides what it is
a BMS not known yet
impossible data
set bms_dialect: jk_gps
set bms_dialect: jk_modbus
set bms_dialect: ant_new
set bms_dialect: ant_old
set bms_dialect: jk_display
swap A and B"""

# The same, by those of links.ble_setup.
RADIO = """\
looking for the BMS
not found, or phone has it
found, does not connect
not a BMS we can read
not a BMS we can read
it does not send
it wants a PIN: ble_pin
is the PIN wrong?
the connection dropped
connected, but silent
noise: another BMS?
no memory for Bluetooth
Bluetooth failed
the phone has it
BMS hides what it is
a BMS not known yet
impossible data"""

# The same without the package that Bluetooth needs.
NO_RADIO = """\

aioble is not installed"""

# The same for several packs, by bms.bank's verdicts.
BANK = """\
waiting for the BMSs
no pack answers
packs are missing
voltages too far apart"""

# The heater's warnings.
WARNINGS = """\

BMS charges in the cold
WARMS WHILE OFF: LOOK
cannot save: flash full?"""

# The screen's own, by the constants of screen.labels.
SCREEN = """\
s ago
min
h
NO DATA
NO DATA YET
h
cells
differ
temp
to
aim
mat
off
on
today
warm in
warm enough to charge
warm in: not known
fed by the pack
fed by the charger
no charger is seen
a charger is there
cold, no charger seen
switched off
no output is set
boost, still
W, cold takes
mode
charger
preheat
probe
below limit
charged cold
hold button 2 s to clear
FAULT CLEARED
The mat stays off until
three good readings came.
A fault whose cause is
still there comes back.
PHONE HAS THE BMS
heater off; back by itself
DATA STAND STILL
settings error
settings errors
pack
of
without data:
phone:
starting
ITS HEATING ON? SEE APP
heater, Wi-Fi and MQTT run
no pages: screen_pages
LET THE BUTTON GO:
set-up from a phone
Wi-Fi
password
trying the network
that was entered
settings are saved,
it starts anew
update, heater off"""

# By why the chip started: machine.reset_cause().
RESETS = """\
reason not known
power was off
reset button
it had hung
from sleep
by itself"""

# Why there is no Wi-Fi: hardware.net.wifi.
WIFI = """\

network not in reach
wrong password?
security not known
signal too weak
no address given
connection was lost
the radio failed
no connection"""

# Why there is no session with the broker: mqtt.session.
MQTT = """\

name is not found
does not answer
too slow to answer
login refused
closed by the broker
not an MQTT broker
no memory for it
waits for Wi-Fi
certificate refused
waits for the time"""

# What to do about an alarm, ADVICE_LINES each, by screen.more.advice.
ADVICE = """\
Charge the battery soon,
and switch off what you do
not need.
The BMS is too hot. Draw or
charge less, and give it
air.
Stop charging. The charger
is set too high, or one
cell is full before others.
Switch loads off and charge
now: a cell is empty.

The battery is too hot.
Stop charging and large
loads; let it cool down.
Charge with less current:
more than the battery may
take.
Too much is drawn: switch
something off, then the BMS
on again.
Charge to full and leave it
there for hours to balance.
Stays it? A cell is weak.
Do not charge before it is
warmer: cold cells are
harmed by charging.
Switch the BMS off and on.
If it comes back, its maker
or dealer can help.
Look for a short circuit in
the wiring. Keep it off
until that is found.
A thin wire to a cell is
loose or broken. Have it
looked at soon.
In the BMS's app, check
number and type of cells.

A temperature sensor is
loose or broken. Have it
replaced.
Unplug the charger. Check
it and its wires.

Look into the BMS's app:
it wants something of you.

Something in the battery is
broken: a switch, relay or
fuse. Have it repaired.
Draw less until the battery
is warmer.

The BMS's figures do not
fit together. Check its
wires to the cells.
The BMS sends the same for
ever. Switch it off and on.

The heater noticed this and
goes on. Look at it; hold
the button to confirm."""

# Of the pages that only boards with memory for them have, by screen.titles.
PAGES = """\
highest, cell
lowest, cell
balancing
check wire
BMS
probe
to empty
to full
at rest
charged
used
cycles
health
NOTHING IS WRONG
All alarms are off.
Wi-Fi
broker
memory
start
answers
not set up
connected
trying
free
lost
Packmate
board
running for
Help: README.md, and on a
computer: packmate logs
WELCOME
Nothing is set up yet.
From a phone: switch it
off, and on again.
By USB: packmate setup
Guide: docs/set-up.md
not balancing
not known
the last 24 hours
d
all packs"""

# In the order of the tables in words.py.
TEXTS = (
    STATES,
    REASONS,
    FAULTS,
    MODES,
    CHARGERS,
    PREHEATS,
    VERDICTS,
    ALARMS,
    WIRE,
    RADIO,
    NO_RADIO,
    BANK,
    WARNINGS,
    SCREEN,
    RESETS,
    WIFI,
    MQTT,
    ADVICE,
    PAGES,
)

DATA = render(TEXTS)
