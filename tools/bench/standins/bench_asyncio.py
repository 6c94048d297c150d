"""Task and TaskQueue for the frozen asyncio, on the bench's clock.

The builtin ones take the time from the host. These behave alike: tasks that are due at the same
tick run in the order in which they were queued, and the order of ticks wraps at 2**30.
"""

from bench_ticks import ticks_diff, ticks_ms


class TaskQueue:
    """Tasks by the tick at which they are due."""

    def __init__(self):
        self._tasks = []

    def peek(self):
        return self._tasks[0] if self._tasks else None

    def push(self, task, key=None):
        task.data = None
        task.ph_key = ticks_ms() if key is None else key
        tasks = self._tasks
        at = len(tasks)
        while at and ticks_diff(tasks[at - 1].ph_key, task.ph_key) > 0:
            at -= 1
        tasks.insert(at, task)

    def pop(self):
        if not self._tasks:
            raise IndexError("empty heap")
        return self._tasks.pop(0)

    def remove(self, task):
        if task in self._tasks:
            self._tasks.remove(task)


class Task:
    """A coroutine with its state: True running, a TaskQueue of waiters, None or False done."""

    _context = None  # asyncio.core's globals

    def __init__(self, coro, context=None):
        self.coro = coro
        self.data = None
        self.state = True
        self.ph_key = 0
        if context is not None:
            Task._context = context

    def done(self):
        return not self.state

    def cancel(self):
        if not self.state:
            return False
        if self is Task._context["cur_task"]:
            raise RuntimeError("can't cancel self")
        while isinstance(self.data, Task):  # waits for another task: that one is cancelled
            self = self.data
        queue = Task._context["_task_queue"]
        if hasattr(self.data, "remove"):
            self.data.remove(self)
            queue.push(self)
        elif ticks_diff(self.ph_key, ticks_ms()) > 0:
            queue.remove(self)
            queue.push(self)
        self.data = Task._context["CancelledError"]
        return True

    def __iter__(self):
        if not self.state:
            self.state = False
        elif self.state is True:
            self.state = TaskQueue()
        elif type(self.state) is not TaskQueue:
            raise RuntimeError("can't wait")
        return self

    def __next__(self):
        if not self.state:
            raise self.data
        waiting = Task._context["cur_task"]
        self.state.push(waiting)
        waiting.data = self
