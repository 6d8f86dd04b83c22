//! Which files the part of the program that draws may open: the window's thread, the tool kit's, and WebKit's processes.
//!
//! What a person chooses while the program runs, to bring in or to write out, cannot be named before. So the files are
//! opened on threads of our own that are started first and are not confined; what renders documents is.

use std::path::{Path, PathBuf};

use cabinet_seal::{FilePlaces, SealCheck, SealError};
use tauri::AppHandle;

/// The window's identifier in `tauri.conf.json`: the tool kit names its folder by it.
const IDENTIFIER: &str = "app.cabinet.desktop";

/// As the privacy page names it.
const NAME: &str = "Files, for the window and WebKit (Landlock)";

/// Sends temporary files of the tool kit and of WebKit (a recovery code on its way to the printer) to the session's folder,
/// which the system keeps in memory. Call it first of all.
pub fn keep_temporary_files_in_memory() {
    if let Some(session) = std::env::var_os("XDG_RUNTIME_DIR").filter(|path| Path::new(path).is_dir()) {
        // SAFETY: no thread of this program but the calling one has been started, and the one that WebKit's allocator may
        // have does not look at the environment.
        #[allow(unsafe_code)]
        unsafe {
            std::env::set_var("TMPDIR", session);
        }
    }
}

/// Confines the calling thread and all it starts. To be called on the window's thread, when the threads that open
/// documents run already, and before the tool kit starts.
///
/// # Errors
/// As [`cabinet_seal::confine_files`]. Where the kernel has no Landlock nothing happens, and [`check`] says so.
pub fn confine() -> Result<(), SealError> {
    cabinet_seal::confine_files(&places()).map(drop)
}

/// Tries it on the window's thread, now.
pub async fn check(handle: &AppHandle, home: &Path) -> SealCheck {
    let own = home.join("vault.json");
    let (answer, answered) = tokio::sync::oneshot::channel();
    let asked = handle.run_on_main_thread(move || {
        // Whoever asked may have gone.
        let _ = answer.send(cabinet_seal::probe_files(NAME, Some(&own)));
    });
    let found = match asked {
        Ok(()) => answered.await.ok(),
        Err(_) => None,
    };
    found.unwrap_or_else(|| SealCheck {
        name: NAME.to_owned(),
        refused: false,
        detail: "It could not be tried.".to_owned(),
    })
}

/// What a tool kit reads of a user's settings, and where it keeps its own.
fn places() -> FilePlaces {
    let user = std::env::home_dir().unwrap_or_default();
    let named = |variable: &str| {
        std::env::var_os(variable)
            .map(PathBuf::from)
            .filter(|path| path.is_absolute())
    };
    let config = named("XDG_CONFIG_HOME").unwrap_or_else(|| user.join(".config"));
    let data = named("XDG_DATA_HOME").unwrap_or_else(|| user.join(".local/share"));
    let cache = named("XDG_CACHE_HOME").unwrap_or_else(|| user.join(".cache"));
    let own = data.join(IDENTIFIER);
    // A place that is not there cannot be named; without it WebKit goes without.
    let _ = std::fs::create_dir_all(&own);
    let within =
        |folder: &Path, names: &[&str]| names.iter().map(|name| folder.join(name)).collect::<Vec<_>>();
    let mut read = within(
        &user,
        &[
            ".XCompose",
            ".Xauthority",
            ".dbus",
            ".drirc",
            ".fontconfig",
            ".fonts",
            ".fonts.conf",
            ".gtkrc-2.0",
            ".icons",
            ".themes",
        ],
    );
    read.extend(within(
        &config,
        &[
            "dconf",
            "fcitx",
            "fcitx5",
            "fontconfig",
            "gtk-3.0",
            "gtkrc",
            "ibus",
            "kdeglobals",
            "mimeapps.list",
            "user-dirs.dirs",
            "user-dirs.locale",
        ],
    ));
    read.extend(within(
        &data,
        &["applications", "fonts", "glib-2.0", "icons", "mime", "themes"],
    ));
    read.extend(
        ["XAUTHORITY", "APPDIR", "GTK_PATH", "GIO_MODULE_DIR"]
            .into_iter()
            .filter_map(named),
    );
    read.extend(std::env::current_exe());
    let mut write = within(
        &cache,
        &[
            IDENTIFIER,
            "fontconfig",
            "mesa_shader_cache",
            "mesa_shader_cache_db",
            "nvidia",
        ],
    );
    write.push(own);
    write.extend(named("XDG_RUNTIME_DIR"));
    FilePlaces {
        read,
        write,
        // The system's dialogs show folders, and give a name; the file is opened by threads of ours.
        list: vec!["/".into()],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_identifier_is_the_window_s() {
        let config: serde_json::Value = serde_json::from_str(include_str!("../tauri.conf.json")).unwrap();
        assert_eq!(config["identifier"], IDENTIFIER);
    }

    #[test]
    fn no_place_is_a_folder_of_documents() {
        let user = std::env::home_dir().unwrap();
        let FilePlaces { read, write, .. } = places();
        for place in read.iter().chain(&write) {
            assert!(
                !user.starts_with(place),
                "{} holds the user's folder",
                place.display()
            );
        }
    }
}
