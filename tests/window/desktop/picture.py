"""Draws a letter as a scanner would give it: `picture.py FILE LINE...` writes a PNG of these lines."""

import sys
from html import escape

import gi

gi.require_version("Gtk", "3.0")
from gi.repository import Gtk  # noqa: E402

file, *lines = sys.argv[1:]
label = Gtk.Label(xalign=0)
text = "\n".join(escape(line) for line in lines)
label.set_markup(f'<span font="Serif 30" foreground="black">{text}</span>')
label.set_margin_start(80)
label.set_margin_end(80)
label.set_margin_top(80)
label.set_margin_bottom(80)
paper = Gtk.EventBox()
paper.add(label)
style = Gtk.CssProvider()
style.load_from_data(b"* { background: white; }")
paper.get_style_context().add_provider(style, Gtk.STYLE_PROVIDER_PRIORITY_APPLICATION)
window = Gtk.OffscreenWindow()
window.add(paper)
window.show_all()
while Gtk.events_pending():
    Gtk.main_iteration()
window.get_pixbuf().savev(file, "png", [], [])
