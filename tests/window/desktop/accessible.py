"""What assistive programs can read of every window on the desktop: names and texts, one a line."""

import gi

gi.require_version("Atspi", "2.0")
from gi.repository import Atspi, GLib  # noqa: E402


def words(node):
    try:
        yield node.get_name() or ""
        if "Text" in node.get_interfaces():
            yield Atspi.Text.get_text(node, 0, Atspi.Text.get_character_count(node))
        for index in range(node.get_child_count()):
            child = node.get_child_at_index(index)
            if child is not None:
                yield from words(child)
    except GLib.Error:
        return  # The node went away while it was looked at.


for line in words(Atspi.get_desktop(0)):
    if line:
        print(line.replace("\n", " "))
