"""Plays the part of the system that puts the computer to sleep, and of the desktop that locks its screen.

Says `ready` when it has its name on the bus. Reads commands from standard input, a word a line:
  sleep   says that the computer goes to sleep, and answers `slept MS` when whoever asked for a delay has let go
  screen  says that the screen saver began, and answers `said`
"""

import os
import sys
import threading
import time

from gi.repository import Gio, GLib

MANAGER = """<node><interface name="org.freedesktop.login1.Manager">
<method name="Inhibit"><arg type="s" direction="in"/><arg type="s" direction="in"/><arg type="s" direction="in"/>
<arg type="s" direction="in"/><arg type="h" direction="out"/></method>
<signal name="PrepareForSleep"><arg type="b"/></signal></interface></node>"""

bus = Gio.bus_get_sync(Gio.BusType.SESSION)
delays = []


def called(_bus, _sender, _path, _interface, method, parameters, invocation):
    if method != "Inhibit" or parameters.unpack()[3] != "delay":
        return invocation.return_dbus_error("org.example.Unknown", method)
    ours, theirs = os.pipe()
    delays.append(ours)
    files = Gio.UnixFDList.new_from_array([theirs])
    invocation.return_value_with_unix_fd_list(GLib.Variant("(h)", (0,)), files)


def say(path, interface, member, value):
    bus.emit_signal(None, path, interface, member, GLib.Variant("(b)", (value,)))
    bus.flush_sync()


def commands():
    for line in sys.stdin:
        if line.strip() == "sleep":
            begun = time.monotonic()
            say("/org/freedesktop/login1", "org.freedesktop.login1.Manager", "PrepareForSleep", True)
            # A pipe reads as ended when its other end is closed everywhere.
            for delay in delays:
                os.read(delay, 1)
                os.close(delay)
            slept = (time.monotonic() - begun) * 1000 if delays else -1
            delays.clear()
            print(f"slept {slept:.0f}", flush=True)
            say("/org/freedesktop/login1", "org.freedesktop.login1.Manager", "PrepareForSleep", False)
        elif line.strip() == "screen":
            say("/org/freedesktop/ScreenSaver", "org.freedesktop.ScreenSaver", "ActiveChanged", True)
            print("said", flush=True)


node = Gio.DBusNodeInfo.new_for_xml(MANAGER)
bus.register_object("/org/freedesktop/login1", node.interfaces[0], called, None, None)
Gio.bus_own_name_on_connection(bus, "org.freedesktop.login1", Gio.BusNameOwnerFlags.NONE, lambda *_: print("ready", flush=True), None)
threading.Thread(target=commands, daemon=True).start()
GLib.MainLoop().run()
