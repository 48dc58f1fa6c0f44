"""A pickle as plain values: a machine of our own over the opcodes that checkpoints use.

Python's own `pickle` is not used: its BUILD writes into whatever stands on its stack, it knows some
twenty opcodes that no checkpoint has, and it takes memory for what a number in the file says. Here a value is a
plain Python value or a stand-in of `objects.py`, bytes are views of the file (no copy), and everything is bounded.
"""

import struct
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from gan_cocktail.checkpoints.pickles.errors import WAY_OUT, Unreadable, cut_off, damaged, printable

MAX_OPCODES = 500_000  # of a file, storages included; the largest published checkpoints have some 40,000
MAX_MARKS = 200  # nested containers that are being filled
LARGEST_KEY = 2**31  # numbers can be chosen so that a dict of them takes hours to fill
MISFITS = (TypeError, ValueError, KeyError, IndexError, AttributeError, OverflowError)  # of stand-ins with arguments
Globals = Mapping[tuple[str, str], Any]


@dataclass(frozen=True)
class Function:
    """What a file may call: the name it uses, and what we do instead."""

    name: str
    call: Callable[..., Any]


class Buildable(ABC):
    """A stand-in that takes a state after it was made (BUILD)."""

    @abstractmethod
    def build(self, state: Any) -> None:
        """Keep of the state what is needed."""


@dataclass
class Budget:
    """What is left to a file, over all the pickles that it holds: opcodes, and letters given to functions.

    What functions are given counts too, since a file can give them the same long list or text again and again.
    """

    letters: int
    opcodes: int = MAX_OPCODES

    def spend(self, opcodes: int = 1, letters: int = 0) -> None:
        """Count opcodes and letters."""
        self.opcodes -= opcodes
        self.letters -= letters
        if self.opcodes < 0 or self.letters < 0:
            raise Unreadable(f"more than {MAX_OPCODES:,} pickle steps, which no StyleGAN2 checkpoint is; {WAY_OUT}")


class Machine:
    """Reads one pickle from `data` at `position`; afterwards `position` is behind it."""

    def __init__(
        self,
        data: memoryview,
        position: int,
        allowed: Globals,
        budget: Budget,
        persistent: Callable[[Any], Any] | None = None,
    ) -> None:
        self.data, self.position, self.allowed, self.budget = data, position, allowed, budget
        self.persistent = persistent
        self.stack: list[Any] = []
        self.marks: list[int] = []
        self.memo: dict[int, Any] = {}

    def run(self) -> Any:
        """The pickled value; Unreadable says why there is none."""
        while (opcode := self.take(1)[0]) != _STOP:
            self.budget.spend()
            handler = _HANDLERS.get(opcode)
            if handler is None:
                raise self.damage(f"the opcode {opcode:#04x} occurs, which no checkpoint has")
            handler(self)
        if len(self.stack) != 1 or self.marks:
            raise self.damage("it stops with values left over")
        return self.stack[0]

    def take(self, n: int) -> memoryview:
        """The next n bytes, as a view of the file."""
        start = self.position
        if n > len(self.data) - start:
            raise cut_off(len(self.data))
        self.position = start + n
        return self.data[start : self.position]

    def damage(self, what: str) -> Unreadable:
        """An error that says where."""
        return damaged(f"at byte {self.position} of the pickle, {what}")

    def number(self, form: str) -> int:
        """An integer of a fixed size."""
        return struct.unpack(form, self.take(struct.calcsize(form)))[0]

    def text(self, n: int) -> str:
        """n bytes of UTF-8; lone surrogates occur in what Python 2 wrote."""
        try:
            return str(self.take(n), "utf-8", "surrogatepass")
        except UnicodeDecodeError:
            raise self.damage("a text is not UTF-8") from None

    def line(self) -> str:
        """A line of ASCII, as GLOBAL has them."""
        window = bytes(self.data[self.position : self.position + 200])
        length = window.find(b"\n")
        if length < 0:
            raise cut_off(len(self.data)) if len(window) < 200 else self.damage("a name is too long")
        return str(self.take(length + 1)[:length], "ascii", "replace")

    def pop(self) -> Any:
        """The topmost value, if it is not behind a mark."""
        if len(self.stack) <= (self.marks[-1] if self.marks else 0):
            raise self.damage("a value is missing")
        return self.stack.pop()

    def pop_marked(self) -> list[Any]:
        """All values since the last mark."""
        if not self.marks:
            raise self.damage("a mark is missing")
        start = self.marks.pop()
        values = self.stack[start:]
        del self.stack[start:]
        return values

    def top(self, kind: type) -> Any:
        """The topmost value, which must be of a kind."""
        if not self.stack or len(self.stack) <= (self.marks[-1] if self.marks else 0):
            raise self.damage("a value is missing")
        if not isinstance(self.stack[-1], kind):
            raise self.damage(f"a {type(self.stack[-1]).__name__} stands where a {kind.__name__} is filled")
        return self.stack[-1]

    def remember(self, index: int) -> None:
        """Put the topmost value into the memo."""
        self.memo[index] = self.top(object)

    def recall(self, index: int) -> None:
        """Push a value of the memo."""
        if index not in self.memo:
            raise self.damage(f"value {index} is used before it was made")
        self.stack.append(self.memo[index])

    def mark(self) -> None:
        """Begin a container."""
        if len(self.marks) >= MAX_MARKS:
            raise Unreadable(f"a pickle nested more than {MAX_MARKS} deep, which no checkpoint is")
        self.marks.append(len(self.stack))

    def set_items(self, pairs: list[Any]) -> None:
        """Add keys and values, in turn, to the dict on top."""
        if len(pairs) % 2:
            raise self.damage("a key has no value")
        target = self.top(dict)
        self.check_keys(pairs[::2])
        target.update(zip(pairs[::2], pairs[1::2], strict=True))

    def add_items(self, items: list[Any]) -> None:
        """Add to the set on top."""
        target = self.top(set)
        self.check_keys(items)
        target.update(items)

    def check_keys(self, keys: list[Any]) -> None:
        """Refuse keys of dicts and items of sets that are no names, small numbers or the like."""
        for key in keys:
            if not (key is None or isinstance(key, str) or (isinstance(key, int) and abs(key) < LARGEST_KEY)):
                raise self.damage(f"a {type(key).__name__} ({printable(key)}) is a key")

    def find(self, module: Any, name: Any) -> None:
        """Push our stand-in for a class or function: only exact names that are in the table."""
        found = self.allowed.get((module, name)) if isinstance(module, str) and isinstance(name, str) else None
        if found is None:
            asked = f"{printable(module)}.{printable(name)}"
            raise Unreadable(
                f"refused, and nothing of it was run: it asks for {asked}, which no StyleGAN2 checkpoint needs: an "
                "attack, or a file of another program (if you know who made it, draw images there and use the zip or "
                "folder of them as a source)"
            )
        self.stack.append(found)

    def call(self) -> None:
        """REDUCE and NEWOBJ: our own function, with the file's arguments."""
        arguments, function = self.pop(), self.pop()
        if not isinstance(function, Function) or not isinstance(arguments, tuple):
            raise self.damage("it calls what cannot be called")
        self.budget.spend(sum(len(a) for a in arguments if isinstance(a, (tuple, list, dict))))
        self.budget.spend(letters=sum(len(a) for a in arguments if isinstance(a, str)))
        try:
            self.stack.append(function.call(*arguments))
        except MISFITS:
            raise self.damage(f"{function.name} has arguments that it does not take") from None

    def build(self) -> None:
        """BUILD: give a stand-in its state."""
        state, target = self.pop(), self.top(Buildable)
        try:
            target.build(state)
        except MISFITS:
            raise self.damage(f"a {type(target).__name__} has a state that it does not take") from None

    def persistent_id(self) -> None:
        """BINPERSID: a storage that lies elsewhere in the file."""
        if self.persistent is None:
            raise self.damage("it refers to storages that a plain pickle does not have")
        self.stack.append(self.persistent(self.pop()))


def _protocol(m: Machine) -> None:
    if (version := m.number("<B")) > 5:
        raise m.damage(f"pickle protocol {version} is unknown")


def _frame(m: Machine) -> None:
    if m.number("<Q") > len(m.data) - m.position:
        raise cut_off(len(m.data))


def _pop_n(n: int) -> Callable[[Machine], None]:
    return lambda m: m.stack.append(tuple([m.pop() for _ in range(n)][::-1]))


def _push(make: Callable[[Machine], Any]) -> Callable[[Machine], None]:
    return lambda m: m.stack.append(make(m))


def _append(m: Machine) -> None:
    value = m.pop()
    m.top(list).append(value)


def _appends(m: Machine) -> None:
    values = m.pop_marked()
    m.top(list).extend(values)


def _set_item(m: Machine) -> None:
    value, key = m.pop(), m.pop()
    m.set_items([key, value])


def _stack_global(m: Machine) -> None:
    name, module = m.pop(), m.pop()
    m.find(module, name)


_STOP = ord(".")
_HANDLERS: dict[int, Callable[[Machine], None]] = {
    0x80: _protocol,
    0x95: _frame,
    ord("("): Machine.mark,
    ord("N"): _push(lambda m: None),
    0x88: _push(lambda m: True),
    0x89: _push(lambda m: False),
    ord("J"): _push(lambda m: m.number("<i")),
    ord("K"): _push(lambda m: m.number("<B")),
    ord("M"): _push(lambda m: m.number("<H")),
    0x8A: _push(lambda m: int.from_bytes(m.take(m.number("<B")), "little", signed=True)),
    ord("G"): _push(lambda m: struct.unpack(">d", m.take(8))[0]),
    ord("X"): _push(lambda m: m.text(m.number("<I"))),
    0x8C: _push(lambda m: m.text(m.number("<B"))),
    0x8D: _push(lambda m: m.text(m.number("<Q"))),
    ord("B"): _push(lambda m: m.take(m.number("<I"))),
    ord("C"): _push(lambda m: m.take(m.number("<B"))),
    0x8E: _push(lambda m: m.take(m.number("<Q"))),
    ord(")"): _push(lambda m: ()),
    ord("t"): _push(lambda m: tuple(m.pop_marked())),
    0x85: _pop_n(1),
    0x86: _pop_n(2),
    0x87: _pop_n(3),
    ord("]"): _push(lambda m: []),
    ord("a"): _append,
    ord("e"): _appends,
    ord("}"): _push(lambda m: {}),
    ord("s"): _set_item,
    ord("u"): lambda m: m.set_items(m.pop_marked()),
    0x8F: _push(lambda m: set()),
    0x90: lambda m: m.add_items(m.pop_marked()),
    ord("q"): lambda m: m.remember(m.number("<B")),
    ord("r"): lambda m: m.remember(m.number("<I")),
    0x94: lambda m: m.remember(len(m.memo)),
    ord("h"): lambda m: m.recall(m.number("<B")),
    ord("j"): lambda m: m.recall(m.number("<I")),
    ord("c"): lambda m: m.find(m.line(), m.line()),
    0x93: _stack_global,
    ord("R"): Machine.call,
    0x81: Machine.call,
    ord("b"): Machine.build,
    ord("Q"): Machine.persistent_id,
}
