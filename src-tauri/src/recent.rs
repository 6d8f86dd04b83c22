//! Keeps chosen files out of the desktop's list of recent files.
//!
//! GTK's dialogs write the name of every file chosen in them to that list, in plain. The setting that switches the
//! list off would not do: GTK then empties it for every other program too.

use gtk::glib::gobject_ffi::g_signal_override_class_handler;
use gtk::glib::translate::IntoGlib;
use gtk::prelude::StaticType;

/// From now on this process writes no list of recent files. Needs GTK to be set up.
pub fn keep_no_recent_files() {
    // GTK makes the class, and with it the handler to be replaced, along with the first manager.
    let _manager = gtk::RecentManager::default();
    // SAFETY: the signal's name ends with a zero byte and the class exists. The list is written by the class's own
    // handler of this signal and nowhere else; the one put in its place takes no argument and touches nothing, so
    // that it may be called with any.
    #[allow(unsafe_code)]
    unsafe {
        g_signal_override_class_handler(
            c"changed".as_ptr(),
            gtk::RecentManager::static_type().into_glib(),
            Some(nothing),
        );
    }
}

extern "C" fn nothing() {}
