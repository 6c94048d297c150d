# only: 64
"""The exchange under two threads that run truly at once: no ring lost, no message torn."""

import _thread
import time

import harness

from mqtt import exchange as x

ORDERS = 3000
MESSAGE = bytes(range(20))


def serve(exchange, log):
    """The thread: carries out each order once and sends a message for each; log[0] counts."""
    while True:
        exchange.wait()
        order = exchange.order()
        if order == x.IDLE:
            continue
        log[0] += 1
        if order == x.PUBLISH:
            first = exchange.payload[0]
            for byte in exchange.payload:
                if byte != first:
                    log[1] += 1  # the loop wrote while it was the thread's turn
            exchange.put(order, first & 1, bytes([first]) + MESSAGE, False)
        exchange.done()
        if order == x.DROP:
            return


def take_all(exchange, entry, expected):
    """Takes what has arrived; returns the number of messages, each checked."""
    taken = 0
    while exchange.take(entry):
        harness.check_equal(entry[x.LENGTH], 21, "length")
        harness.check_equal(bytes(entry[x.PAYLOAD + 1 : x.PAYLOAD + 21]), MESSAGE, "message")
        harness.check_equal(entry[x.PAYLOAD], (expected + taken) & 0xFF, "order of messages")
        harness.check_equal(entry[x.RETAINED], entry[x.PAYLOAD] & 1, "retained")
        taken += 1
    return taken


def test_orders_and_messages():
    payload = bytearray(400)
    exchange = x.Exchange(payload)
    log = [0, 0]
    _thread.start_new_thread(serve, (exchange, log))
    entry = bytearray(x.ENTRY)
    given = taken = 0
    deadline = time.ticks_add(time.ticks_ms(), 60_000)
    while taken < ORDERS:
        harness.check(time.ticks_diff(deadline, time.ticks_ms()) > 0, "a ring was lost")
        taken += take_all(exchange, entry, taken)
        # One message an order and one order at a time, so that the queue never overflows.
        if given < ORDERS and given == taken and not exchange.pending():
            for i in range(len(payload)):
                payload[i] = given & 0xFF
            exchange.give(x.PUBLISH, len(payload))
            given += 1
        exchange.ring()
    harness.check_equal(log[0], ORDERS, "orders carried out")
    harness.check_equal(log[1], 0, "bytes torn")
    harness.check_equal(exchange.cell(x.OVERRUNS), 0, "overruns")
    harness.check(exchange.cell(x.PASSES) >= ORDERS, "passes")
    while exchange.pending():
        exchange.ring()
    exchange.give(x.DROP)
    while exchange.pending():
        exchange.ring()


def test_a_ring_while_the_thread_is_busy_is_kept():
    exchange = x.Exchange(bytearray(1))
    gate = _thread.allocate_lock()
    gate.acquire()
    passes = []

    def serve_slowly():
        for _ in range(2):
            exchange.wait()
            passes.append(1)
            if len(passes) == 1:
                with gate:
                    pass
        passes.append(1)

    _thread.start_new_thread(serve_slowly, ())
    harness.check(exchange.ring(), "the first ring")
    while not passes:
        time.sleep_ms(1)
    harness.check(exchange.ring(), "a ring while it is busy")
    harness.check(not exchange.ring(), "a second ring while it is busy is told to be too much")
    gate.release()
    deadline = time.ticks_add(time.ticks_ms(), 10_000)
    while len(passes) < 3:
        harness.check(time.ticks_diff(deadline, time.ticks_ms()) > 0, "the ring was lost")
        time.sleep_ms(1)


def test_a_full_queue_counts_and_keeps_the_oldest():
    exchange = x.Exchange(bytearray(1))
    for i in range(6):
        exchange.put(0, False, bytes([i]), False)
    harness.check_equal(exchange.cell(x.OVERRUNS), 3, "overruns")
    entry = bytearray(x.ENTRY)
    for i in range(3):
        harness.check(exchange.take(entry), "a message")
        harness.check_equal(entry[x.PAYLOAD], i, "payload")
    harness.check(not exchange.take(entry), "nothing left")


def test_a_long_message_is_marked():
    exchange = x.Exchange(bytearray(1))
    entry = bytearray(x.ENTRY)
    for message, oversized, length in (
        (b"x" * x.PAYLOAD_MAX, False, x.PAYLOAD_MAX),
        (b"x" * (x.PAYLOAD_MAX + 1), False, 255),
        (b"off", True, 255),
        (b"", False, 0),
    ):
        exchange.put(1, True, message, oversized)
        harness.check(exchange.take(entry), "a message")
        harness.check_equal(entry[x.LENGTH], length, "length")


test_orders_and_messages()
test_a_ring_while_the_thread_is_busy_is_kept()
test_a_full_queue_counts_and_keeps_the_oldest()
test_a_long_message_is_marked()
