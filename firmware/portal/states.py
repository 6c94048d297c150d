"""What is going on in a set-up."""

from compat import const

ENTERING = const(0)
TRYING = const(1)  # to join the network that was entered
DONE = const(2)  # saved
LEFT = const(3)  # ended without that

# Of joining that network (portal.joining).
RUNNING = const(0)
JOINED = const(1)
FAILED = const(2)
