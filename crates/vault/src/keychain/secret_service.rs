//! The Secret Service of a Linux session (GNOME Keyring, KWallet, KeePassXC), over the session's bus.
//!
//! The bus is a local socket, the one kind that the seal leaves. An address of another kind comes to nothing there.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use dbus::arg::{Iter, PropMap, ReadAll, RefArg, TypeMismatchError, Variant};
use dbus::blocking::{Connection, Proxy};
use dbus::message::SignalArgs;
use dbus::strings::Path;
use uuid::Uuid;
use zeroize::Zeroizing;

use super::session::{ALGORITHM, Offer, Transport};
use super::{KeychainError, PROGRAM};

const NAME: &str = "org.freedesktop.secrets";
const ROOT: &str = "/org/freedesktop/secrets";
const SERVICE: &str = "org.freedesktop.Secret.Service";
const COLLECTION: &str = "org.freedesktop.Secret.Collection";
const ITEM: &str = "org.freedesktop.Secret.Item";
const PROMPT: &str = "org.freedesktop.Secret.Prompt";
/// Stands where no object is meant.
const NOTHING: &str = "/";

/// How long a call may take; the service may have to be started first.
const ANSWER: Duration = Duration::from_secs(10);
/// How long the user may take when the system asks them.
const USER: Duration = Duration::from_secs(120);

/// A secret as it goes over the bus: session, initial vector, content, type.
type Secret = (Path<'static>, Vec<u8>, Vec<u8>, String);

pub(super) fn keep(cabinet: Uuid, key: &[u8; 32]) -> Result<(), KeychainError> {
    let service = Service::connect()?;
    let collection: (Path<'static>,) = service
        .at(ROOT)
        .method_call(SERVICE, "ReadAlias", ("default",))
        .map_err(told)?;
    let collection = collection.0;
    if &*collection == NOTHING {
        return Err(KeychainError::Unreachable);
    }
    service.unlock(vec![collection.clone()])?;

    let (session, transport) = service.session()?;
    let (iv, encrypted) = transport.encrypt(key)?;
    let attributes: HashMap<String, String> = attributes(cabinet)
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value))
        .collect();
    let mut properties = PropMap::new();
    let label = "Opens a cabinet of this user".to_owned();
    properties.insert(format!("{ITEM}.Label"), Variant(Box::new(label)));
    properties.insert(format!("{ITEM}.Attributes"), Variant(Box::new(attributes)));
    let secret: Secret = (session, iv, encrypted, "application/octet-stream".to_owned());
    let (item, prompt): (Path<'static>, Path<'static>) = service
        .at(&collection)
        .method_call(COLLECTION, "CreateItem", (properties, secret, true))
        .map_err(told)?;
    if &*item == NOTHING {
        service.ask(&prompt)?;
    }
    Ok(())
}

pub(super) fn fetch(cabinet: Uuid) -> Result<Zeroizing<Vec<u8>>, KeychainError> {
    let service = Service::connect()?;
    let (unlocked, locked) = service.search(cabinet)?;
    let item = match (unlocked.first(), locked.first()) {
        (Some(item), _) => item,
        (None, Some(item)) => {
            service.unlock(vec![item.clone()])?;
            item
        }
        (None, None) => return Err(KeychainError::EntryMissing),
    };
    let (session, transport) = service.session()?;
    let secret: (Secret,) = service
        .at(item)
        .method_call(ITEM, "GetSecret", (session,))
        .map_err(told)?;
    let (_, iv, encrypted, _) = secret.0;
    transport.decrypt(&iv, encrypted)
}

pub(super) fn forget(cabinet: Uuid) -> Result<(), KeychainError> {
    let service = Service::connect()?;
    let (unlocked, locked) = service.search(cabinet)?;
    if !locked.is_empty() {
        service.unlock(locked.clone())?;
    }
    for item in unlocked.iter().chain(&locked) {
        let prompt: (Path<'static>,) = service.at(item).method_call(ITEM, "Delete", ()).map_err(told)?;
        if &*prompt.0 != NOTHING {
            service.ask(&prompt.0)?;
        }
    }
    Ok(())
}

pub(super) fn holds(cabinet: Uuid) -> Result<bool, KeychainError> {
    let (unlocked, locked) = Service::connect()?.search(cabinet)?;
    Ok(!unlocked.is_empty() || !locked.is_empty())
}

/// What an entry is found by. It names the cabinet by its identifier, never by its place.
fn attributes(cabinet: Uuid) -> HashMap<&'static str, String> {
    HashMap::from([
        ("xdg:schema", PROGRAM.to_owned()),
        ("cabinet", cabinet.to_string()),
    ])
}

struct Service {
    bus: Connection,
}

impl Service {
    fn connect() -> Result<Self, KeychainError> {
        // Without an address the library would start a bus, which holds no keychain of anybody's.
        let named = std::env::var_os("DBUS_SESSION_BUS_ADDRESS").is_some();
        let running = || {
            std::env::var_os("XDG_RUNTIME_DIR")
                .is_some_and(|dir| std::path::Path::new(&dir).join("bus").exists())
        };
        if !named && !running() {
            return Err(KeychainError::Unreachable);
        }
        let bus = Connection::new_session().map_err(told)?;
        Ok(Self { bus })
    }

    fn at<'a>(&'a self, path: &'a str) -> Proxy<'a, &'a Connection> {
        self.bus.with_proxy(NAME, path, ANSWER)
    }

    /// Agrees on how secrets are encrypted on their way.
    fn session(&self) -> Result<(Path<'static>, Transport), KeychainError> {
        let offer = Offer::new()?;
        let input = Variant(offer.public());
        let (theirs, session): (Variant<Vec<u8>>, Path<'static>) = self
            .at(ROOT)
            .method_call(SERVICE, "OpenSession", (ALGORITHM, input))
            .map_err(told)?;
        Ok((session, offer.agree(&theirs.0)?))
    }

    /// Entries for a cabinet that are open, and those that are locked.
    fn search(&self, cabinet: Uuid) -> Result<(Vec<Path<'static>>, Vec<Path<'static>>), KeychainError> {
        self.at(ROOT)
            .method_call(SERVICE, "SearchItems", (attributes(cabinet),))
            .map_err(told)
    }

    /// Unlocks what is locked of these; the system asks the user where it must.
    fn unlock(&self, objects: Vec<Path<'static>>) -> Result<(), KeychainError> {
        let (_, prompt): (Vec<Path<'static>>, Path<'static>) = self
            .at(ROOT)
            .method_call(SERVICE, "Unlock", (objects,))
            .map_err(told)?;
        if &*prompt == NOTHING {
            Ok(())
        } else {
            self.ask(&prompt)
        }
    }

    /// Has the system ask the user, and waits for the answer.
    fn ask(&self, prompt: &Path<'static>) -> Result<(), KeychainError> {
        let answered: Arc<Mutex<Option<bool>>> = Arc::default();
        let heard = answered.clone();
        let proxy = self.at(prompt);
        let listening = proxy
            .match_signal(move |completed: Completed, _: &Connection, _: &dbus::Message| {
                *heard.lock().unwrap_or_else(PoisonError::into_inner) = Some(completed.dismissed);
                false
            })
            .map_err(told)?;
        let () = proxy.method_call(PROMPT, "Prompt", ("",)).map_err(told)?;
        let begun = Instant::now();
        let dismissed = loop {
            if let Some(dismissed) = *answered.lock().unwrap_or_else(PoisonError::into_inner) {
                break dismissed;
            }
            if self.bus.process(Duration::from_millis(200)).is_err() {
                break true;
            }
            if begun.elapsed() > USER {
                let _: Result<(), _> = proxy.method_call(PROMPT, "Dismiss", ());
                break true;
            }
        };
        let _ = proxy.match_stop(listening, false);
        if dismissed {
            Err(KeychainError::Locked)
        } else {
            Ok(())
        }
    }
}

/// The signal that ends a prompt.
struct Completed {
    dismissed: bool,
}

impl ReadAll for Completed {
    fn read(values: &mut Iter<'_>) -> Result<Self, TypeMismatchError> {
        let dismissed = values.read()?;
        let _result: Variant<Box<dyn RefArg>> = values.read()?;
        Ok(Self { dismissed })
    }
}

impl SignalArgs for Completed {
    const NAME: &'static str = "Completed";
    const INTERFACE: &'static str = PROMPT;
}

fn told(e: dbus::Error) -> KeychainError {
    match e.name() {
        Some("org.freedesktop.Secret.Error.IsLocked") => KeychainError::Locked,
        Some("org.freedesktop.Secret.Error.NoSuchObject") => KeychainError::EntryMissing,
        Some("org.freedesktop.DBus.Error.AccessDenied") => KeychainError::Refused,
        _ => KeychainError::Unreachable,
    }
}
