//! What the desktop says that concerns the lock: the screen was locked, the computer goes to sleep.
//!
//! Both are heard on D-Bus, which is a local socket and therefore possible under the seal. Whoever can send such a
//! message can lock the cabinet, and nothing else. Where there is no bus, the idle lock and the keyboard remain, and
//! the privacy page says which of the two is heard.

#[cfg(target_os = "linux")]
pub use linux::{heard, lock_when_told};

/// Which of the desktop's messages are heard.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Heard {
    /// The desktop locks its screen.
    pub screen: bool,
    /// The computer goes to sleep, and waits for the lock.
    pub sleep: bool,
}

#[cfg(not(target_os = "linux"))]
mod elsewhere {
    /// Nothing is heard here yet.
    pub fn lock_when_told(_handle: &tauri::AppHandle) {}

    /// Nothing is heard here yet.
    pub fn heard() -> super::Heard {
        super::Heard::default()
    }
}
#[cfg(not(target_os = "linux"))]
pub use elsewhere::{heard, lock_when_told};

#[cfg(target_os = "linux")]
mod linux {
    use std::cell::RefCell;
    use std::rc::Rc;
    use std::sync::Mutex;

    use gio::glib::variant::ToVariant;
    use gio::{BusType, Cancellable, DBusCallFlags, DBusConnection, DBusSignalFlags, glib};
    use tauri::AppHandle;

    use super::Heard;
    use crate::state;
    use crate::wire::LockReason;

    static HEARD: Mutex<Heard> = Mutex::new(Heard {
        screen: false,
        sleep: false,
    });

    /// Screen savers that say on the session's bus when they begin, each under its own name.
    const SCREENS: [&str; 5] = [
        "org.freedesktop.ScreenSaver",
        "org.gnome.ScreenSaver",
        "org.cinnamon.ScreenSaver",
        "org.mate.ScreenSaver",
        "org.xfce.ScreenSaver",
    ];
    const LOGIN: &str = "org.freedesktop.login1";
    const LOGIN_PATH: &str = "/org/freedesktop/login1";
    const MANAGER: &str = "org.freedesktop.login1.Manager";
    const SESSION: &str = "org.freedesktop.login1.Session";

    /// Which messages are heard now.
    pub fn heard() -> Heard {
        *HEARD.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// Locks the cabinet when the desktop locks its screen or the computer goes to sleep. Call from the main thread;
    /// the window's loop carries the messages. Connecting happens in the background.
    pub fn lock_when_told(handle: &AppHandle) {
        let for_screen = handle.clone();
        gio::bus_get(BusType::Session, Cancellable::NONE, move |bus| {
            if let Ok(bus) = bus {
                hear_screens(&bus, &for_screen);
                note(|heard| heard.screen = true);
                keep(bus);
            }
        });
        let for_sleep = handle.clone();
        gio::bus_get(BusType::System, Cancellable::NONE, move |bus| {
            if let Ok(bus) = bus {
                hear_login(&bus, &for_sleep);
                note(|heard| heard.sleep = true);
                keep(bus);
            }
        });
    }

    fn note(change: impl FnOnce(&mut Heard)) {
        change(&mut HEARD.lock().unwrap_or_else(std::sync::PoisonError::into_inner));
    }

    thread_local! {
        /// Subscriptions end with their connection.
        static KEPT: RefCell<Vec<DBusConnection>> = const { RefCell::new(Vec::new()) };
    }

    fn keep(bus: DBusConnection) {
        // A bus that goes away (at the end of the session) must not end the program in the middle of its work.
        bus.set_exit_on_close(false);
        KEPT.with_borrow_mut(|kept| kept.push(bus));
    }

    fn hear_screens(bus: &DBusConnection, handle: &AppHandle) {
        for interface in SCREENS {
            let handle = handle.clone();
            bus.signal_subscribe(
                None,
                Some(interface),
                Some("ActiveChanged"),
                None,
                None,
                DBusSignalFlags::NONE,
                move |_, _, _, _, _, parameters| {
                    if parameters.get::<(bool,)>() == Some((true,)) {
                        lock(&handle, LockReason::Screen, None);
                    }
                },
            );
        }
    }

    fn hear_login(bus: &DBusConnection, handle: &AppHandle) {
        let for_lock = handle.clone();
        // `loginctl lock-session` and desktops without a screen saver of their own.
        bus.signal_subscribe(
            None,
            Some(SESSION),
            Some("Lock"),
            None,
            None,
            DBusSignalFlags::NONE,
            move |_, _, _, _, _, _| lock(&for_lock, LockReason::Screen, None),
        );
        let delay: Rc<RefCell<Option<gio::UnixFDList>>> = Rc::default();
        ask_for_delay(bus, &delay);
        let handle = handle.clone();
        bus.signal_subscribe(
            None,
            Some(MANAGER),
            Some("PrepareForSleep"),
            Some(LOGIN_PATH),
            None,
            DBusSignalFlags::NONE,
            move |bus, _, _, _, _, parameters| match parameters.get::<(bool,)>() {
                // Sleep waits until this list is dropped, and with it the file in it: when the keys are gone.
                Some((true,)) => lock(&handle, LockReason::Sleep, delay.borrow_mut().take()),
                Some((false,)) => ask_for_delay(bus, &delay),
                None => {}
            },
        );
    }

    /// Asks the system to wait a moment before it sleeps. Where it does not, the lock runs when it can.
    fn ask_for_delay(bus: &DBusConnection, delay: &Rc<RefCell<Option<gio::UnixFDList>>>) {
        let delay = delay.clone();
        bus.call_with_unix_fd_list(
            Some(LOGIN),
            LOGIN_PATH,
            MANAGER,
            "Inhibit",
            Some(&("sleep", "Cabinet", "Locking the cabinet", "delay").to_variant()),
            Some(glib::VariantTy::new("(h)").expect("it names a file descriptor")),
            DBusCallFlags::NONE,
            2000,
            gio::UnixFDList::NONE,
            Cancellable::NONE,
            move |answer| {
                if let Ok((_, files)) = answer {
                    *delay.borrow_mut() = Some(files);
                }
            },
        );
    }

    /// Locks, and lets go of `until` when the keys are gone.
    fn lock(handle: &AppHandle, reason: LockReason, until: Option<gio::UnixFDList>) {
        let handle = handle.clone();
        let locked = tauri::async_runtime::spawn(async move { state::lock(&handle, reason).await });
        glib::MainContext::default().spawn_local(async move {
            // Whether it went well or not, sleep need not wait longer.
            let _ = locked.await;
            drop(until);
        });
    }
}
