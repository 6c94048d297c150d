"""Starts the device anew because somebody wants it: imported only then."""

from hardware import reset_cause


def restart(device, why):
    """Keeps what is to be kept, with the heater off, and starts anew. why: for the event log."""
    device.output.off()
    device.journal.note("command", why)
    device.journal.save()
    device.save()
    device.supervisor.stand_down()  # the BMS may take its time
    if device.heater.bms_output is not None:
        from heating.ending import end

        end(device)
    device.output.close()
    reset_cause.restart()
