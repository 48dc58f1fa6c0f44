"""The page's building blocks: each has a visible label, a name for screen readers, and is reached by keyboard."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from nicegui import ui
from nicegui.element import Element
from nicegui.elements.mixins.text_element import TextElement

Show = Callable[[float], str]


def text(tag: str, words: str, classes: str = "") -> TextElement:
    """An element of plain text, whatever it holds."""
    return TextElement(tag=tag, text=words).classes(classes)


def named(element: Any, name: str) -> Any:
    """The element, with a name for screen readers."""
    element.props["aria-label"] = name
    return element


@contextmanager
def section(title: str, note: str = "") -> Iterator[Element]:
    """A titled group of controls, with a sentence that says what they do."""
    with ui.element("fieldset") as group:
        text("legend", title)
        if note:
            text("p", note)
        yield group


class Range(ui.element):
    """A slider of the browser's own, for a keyboard and screen readers: what it says lives there.

    Its value is written to it only where another control changed it: an answer that comes late moves no thumb that is
    being dragged.
    """

    def __init__(self, span: tuple[float, float, float], value: float) -> None:
        super().__init__("input")
        low, high, step = span
        self.props["type"] = "range"  # before its bounds, and these before its value, which they bound
        self.props.update({"min": low, "max": high, "step": step, "defaultValue": value})
        self.value, self.changed = value, list[Callable[[float], Any]]()
        self.on("input", lambda e: self._take(float(e.args)), js_handler="(e) => emit(e.target.value)", throttle=0.05)

    def set_value(self, value: float) -> None:
        """Move the thumb, if it is still there: sliders come and go."""
        if value != self.value and not self.is_deleted:
            self.client.run_javascript(f"const slider = getElement({self.id}); if (slider) slider.value = {value!r}")
            self._take(value)

    def _take(self, value: float) -> None:
        self.value = value
        for each in self.changed:
            each(value)


def slide(
    label: str, name: str, span: tuple[float, float, float], value: float, show: Show, change: Callable[[float], None]
) -> Range:
    """A slider over span (lowest, highest, step) with its label before it and its value after it.

    name: for screen readers, where `label` is short; show: its value in words.
    """
    with ui.element("div").classes("slide"):
        text("span", label).props["title"] = name
        slider = named(Range(span, value), name)
        shown = text("span", show(value))
    slider.changed += [lambda v: setattr(shown, "text", show(v)), change]
    return slider


def count(label: str, value: int, most: int, change: Callable[[int], None]) -> ui.number:
    """A field for a whole number from 0 to `most`; what is no such number changes nothing."""

    def take(found: float | None) -> None:
        if found is not None and found == int(found) and 0 <= found <= most:
            change(int(found))

    field = ui.number(label, value=value, min=0, max=most, precision=0, on_change=lambda e: take(e.value))
    return field.props("dense outlined")


def press(label: str, act: Callable[[], Any], icon: str = "") -> ui.button:
    """A button; one with an icon shows the icon alone, and is told by its label."""
    if not icon:
        return ui.button(label, on_click=act).props("outline no-caps dense padding='4px 10px'")
    button = named(ui.button(icon=icon, on_click=act).props("flat dense"), label)
    button.props["title"] = label
    return button
