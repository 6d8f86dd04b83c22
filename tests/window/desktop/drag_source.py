"""A small window at the right edge of the screen from which files can be dragged, as from a file manager."""

import pathlib
import sys

import gi

gi.require_version("Gdk", "3.0")
gi.require_version("Gtk", "3.0")
from gi.repository import Gdk, Gtk  # noqa: E402

uris = [pathlib.Path(path).as_uri() for path in sys.argv[1:]]
window = Gtk.Window(title="Files")
window.set_default_size(130, 80)
window.move(1295, 20)
handle = Gtk.EventBox()
handle.add(Gtk.Label(label="Files"))
handle.drag_source_set(Gdk.ModifierType.BUTTON1_MASK, [], Gdk.DragAction.COPY)
handle.drag_source_add_uri_targets()
handle.connect("drag-data-get", lambda _handle, _context, data, _info, _time: data.set_uris(uris))
window.add(handle)
window.connect("map-event", lambda *_: print("shown", flush=True))
window.connect("destroy", Gtk.main_quit)
window.show_all()
Gtk.main()
