"""Presses the button of that name, as an assistive program would."""

import sys

import gi

gi.require_version("Atspi", "2.0")
from gi.repository import Atspi, GLib  # noqa: E402


def button(node):
    try:
        if node.get_role() == Atspi.Role.PUSH_BUTTON and node.get_name() == sys.argv[1]:
            return node
        for index in range(node.get_child_count()):
            child = node.get_child_at_index(index)
            found = child is not None and button(child)
            if found:
                return found
    except GLib.Error:
        pass  # The node went away while it was looked at.
    return None


found = button(Atspi.get_desktop(0))
if not found:
    sys.exit(f"there is no button “{sys.argv[1]}”")
found.do_action(0)
