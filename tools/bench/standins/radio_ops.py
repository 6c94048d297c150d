"""What the `bluetooth` stand-in and the bench's radio say to each other. Read by both sides.

A TCP connection on the loopback interface; both ways records, little endian: what (u8), n (u16),
then n bytes. From the firmware, by the methods of bluetooth.BLE:

    ACTIVE    on u8
    CONFIG    preferred MTU u16, bond u8, mitm u8, le_secure u8, io u8
    SCAN      duration_ms i32 (0: for ever, -1: stop), active u8
    CONNECT   addr_type u8, address (6, as printed), duration_ms u32
    CANCEL    (the connection under way)
    DISCONNECT, PAIR, MTU    conn u16
    SERVICES  conn u16, filter (0 or 2 or 16 bytes of UUID)
    CHARS     conn u16, first u16, last u16, filter
    DESCS     conn u16, first u16, last u16
    READ      conn u16, handle u16
    WRITE     conn u16, handle u16, mode u8 (1: with response), data
    PASSKEY   conn u16, action u8, number u32

To the firmware: events with the numbers of MicroPython's documentation, their numbers packed as
EVENTS says, then an address (6 bytes) if the format asks for one, then the rest: a UUID or data.
The order of what follows is that of the tuples in the documentation.
"""

HEAD = "<BH"
HEAD_SIZE = 3

ACTIVE = 1
CONFIG = 2
SCAN = 3
CONNECT = 4
CANCEL = 5
DISCONNECT = 6
SERVICES = 7
CHARS = 8
DESCS = 9
READ = 10
WRITE = 11
MTU = 12
PAIR = 13
PASSKEY = 14

SCAN_RESULT = 5
SCAN_DONE = 6
PERIPHERAL_CONNECT = 7
PERIPHERAL_DISCONNECT = 8
SERVICE_RESULT = 9
SERVICE_DONE = 10
CHAR_RESULT = 11
CHAR_DONE = 12
DESC_RESULT = 13
DESC_DONE = 14
READ_RESULT = 15
READ_DONE = 16
WRITE_DONE = 17
NOTIFY = 18
INDICATE = 19
MTU_EXCHANGED = 21
ENCRYPTION_UPDATE = 28
PASSKEY_ACTION = 31

# Event: (struct format of the numbers and the address, what the rest is: "", "uuid" or "data").
EVENTS = {
    SCAN_RESULT: ("<B6sBb", "data"),
    SCAN_DONE: ("<", ""),
    PERIPHERAL_CONNECT: ("<HB6s", ""),
    PERIPHERAL_DISCONNECT: ("<HB6s", ""),
    SERVICE_RESULT: ("<HHH", "uuid"),
    SERVICE_DONE: ("<HH", ""),
    CHAR_RESULT: ("<HHHB", "uuid"),
    CHAR_DONE: ("<HH", ""),
    DESC_RESULT: ("<HH", "uuid"),
    DESC_DONE: ("<HH", ""),
    READ_RESULT: ("<HH", "data"),
    READ_DONE: ("<HHH", ""),
    WRITE_DONE: ("<HHH", ""),
    NOTIFY: ("<HH", "data"),
    INDICATE: ("<HH", "data"),
    MTU_EXCHANGED: ("<HH", ""),
    ENCRYPTION_UPDATE: ("<HBBBB", ""),
    PASSKEY_ACTION: ("<HBI", ""),
}

NO_CONNECTION = 0xFFFF  # the handle, and 0xFF the type, of a connection that never came about
ATT_ERROR = 0x100  # NimBLE adds this to the error that the other side gave
