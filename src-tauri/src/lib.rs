//! The desktop shell: one window, its capabilities, and one short command per operation. It decides nothing;
//! below it no crate knows Tauri.

mod commands;
mod desktop;
mod dialogs;
mod error;
mod export;
#[cfg(target_os = "linux")]
mod page;
#[cfg(target_os = "linux")]
mod recent;
mod report;
mod state;
mod walls;
mod wire;

use std::path::PathBuf;

use cabinet_seal::SealMode;
use tauri::{Manager, WebviewUrl, WebviewWindowBuilder};
use tauri_specta::{Builder, collect_commands};

use commands::{
    assistant, backup, documents, escalation, folders, follow, imports, keychain, models, notes, restore,
    search, session, system,
};
use dialogs::Dialogs;
use state::App;

/// Commands that answer with bytes, which the generated bindings cannot type.
const RAW: [&str; 2] = ["original", "page_image"];

/// In which form the window runs. The program's entry chooses; nothing from outside can.
pub enum Form {
    /// As everybody gets it.
    Packaged,
    /// As WebDriver drives it in end-to-end tests.
    #[cfg(feature = "driven")]
    Driven {
        /// The one port the seal leaves open, for WebKit's inspector.
        port: u16,
        /// Folder of the answers to the system's dialogs; see [`dialogs::Dialogs::Written`].
        answers: PathBuf,
    },
}

impl Form {
    fn seal(&self) -> SealMode {
        match self {
            Self::Packaged => SealMode::Full,
            #[cfg(feature = "driven")]
            Self::Driven { port, .. } => SealMode::Inspectable { port: *port },
        }
    }

    /// Whether WebKit keeps nothing on disk. It takes no WebDriver into a session that forgets itself.
    fn forgets(&self) -> bool {
        matches!(self, Self::Packaged)
    }

    fn dialogs(self) -> Dialogs {
        match self {
            Self::Packaged => Dialogs::System,
            #[cfg(feature = "driven")]
            Self::Driven { answers, .. } => Dialogs::Written(answers),
        }
    }
}

/// Runs the window until it is closed. Before anything else but starting its courier, if there is to be one, the
/// process gives up the network.
pub fn run(form: Form) -> std::process::ExitCode {
    cabinet_seal::keep_little_memory();
    walls::keep_temporary_files_in_memory();
    let home = home();
    // Before the network is given up, and only where the cabinet asks for one; what the vault says counts.
    let courier = match cabinet_desk::escalation::start_courier(&home) {
        Ok(courier) => courier,
        Err(e) => {
            eprintln!("Nothing can be sent in this session: {e}.");
            None
        }
    };
    if let Err(e) = cabinet_seal::harden_process().and_then(|()| cabinet_seal::seal_network(form.seal())) {
        eprintln!("Cabinet did not start, because it could not give up the network: {e}");
        return std::process::ExitCode::FAILURE;
    }
    // These threads open what a person chooses, so they must run before the window's is confined.
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(e) => {
            eprintln!("Cabinet could not start its threads: {e}");
            return std::process::ExitCode::FAILURE;
        }
    };
    tauri::async_runtime::set(runtime.handle().clone());
    if let Err(e) = walls::confine() {
        eprintln!("Cabinet did not start, because it could not close the files to its window: {e}");
        return std::process::ExitCode::FAILURE;
    }
    let builder = builder();
    let typed = builder.invoke_handler();
    let raw: Box<dyn Fn(tauri::ipc::Invoke<tauri::Wry>) -> bool + Send + Sync> =
        Box::new(tauri::generate_handler![
            documents::original,
            documents::page_image
        ]);
    let forgets = form.forgets();
    let app = App::new(home, cabinet_desk::default_models_dir(), form.dialogs(), courier);
    let built = tauri::Builder::default()
        .plugin(tauri_plugin_dialog::init())
        .manage(app)
        .invoke_handler(move |invoke| {
            if RAW.contains(&invoke.message.command()) {
                raw(invoke)
            } else {
                typed(invoke)
            }
        })
        .setup(move |app| {
            #[cfg(target_os = "linux")]
            recent::keep_no_recent_files();
            let window = WebviewWindowBuilder::new(app, "main", WebviewUrl::default())
                .title("Cabinet")
                .inner_size(1280.0, 800.0)
                .min_inner_size(720.0, 560.0)
                // Nothing of what is shown may reach a cache on disk.
                .incognito(forgets)
                .build()?;
            #[cfg(target_os = "linux")]
            page::bring_back_when_gone(&window)?;
            desktop::lock_when_told(app.handle());
            Ok(())
        })
        .build(tauri::generate_context!());
    match built {
        Ok(app) => {
            app.run(|handle, event| {
                if matches!(event, tauri::RunEvent::Exit) {
                    // Cancels work and drops keys; what was acknowledged is on disk already. On a thread that may
                    // open the cabinet, unlike this one.
                    let ending = handle.clone();
                    let locked = tauri::async_runtime::spawn(async move {
                        ending.state::<App>().lock(&ending, wire::LockReason::Asked).await;
                    });
                    if tauri::async_runtime::block_on(locked).is_err() {
                        eprintln!("Cabinet did not end in good order; nothing that was stored is lost.");
                    }
                }
            });
            std::process::ExitCode::SUCCESS
        }
        Err(e) => {
            eprintln!("Cabinet's window could not be opened: {e}");
            std::process::ExitCode::FAILURE
        }
    }
}

/// Where the cabinet lies: `CABINET_HOME`, else the user's data folder.
fn home() -> PathBuf {
    std::env::var_os("CABINET_HOME").map_or_else(cabinet_vault::default_home, PathBuf::from)
}

fn builder() -> Builder<tauri::Wry> {
    Builder::<tauri::Wry>::new()
        .commands(collect_commands![
            session::app_state,
            session::passphrase_strength,
            session::create_cabinet,
            session::save_recovery_code,
            session::unlock,
            session::recover,
            session::lock,
            session::change_passphrase,
            keychain::keychain_view,
            keychain::unlock_by_keychain,
            keychain::keychain_on,
            keychain::keychain_off,
            session::activity,
            folders::folders,
            folders::create_folder,
            folders::rename_folder,
            folders::delete_folder,
            follow::followed,
            follow::follow_folder,
            follow::unfollow,
            documents::documents,
            documents::document,
            documents::page_scan,
            documents::page_text,
            documents::doubtful_pages,
            documents::deletions,
            documents::move_documents,
            documents::trash_documents,
            documents::restore_documents,
            documents::delete_forever,
            documents::empty_trash,
            imports::pick_files,
            imports::pick_directory,
            imports::import_paths,
            imports::import_samples,
            imports::jobs,
            imports::cancel_job,
            imports::cancel_jobs,
            imports::retry_job,
            imports::pause_jobs,
            imports::clear_jobs,
            imports::import_report,
            imports::export_jobs,
            search::search,
            assistant::key_points,
            assistant::summarize,
            assistant::draft,
            assistant::complete,
            assistant::cancel,
            notes::notes,
            notes::create_note,
            notes::note,
            notes::save_note,
            notes::note_versions,
            notes::note_version,
            notes::restore_note_version,
            notes::trash_note,
            notes::restore_note,
            notes::export_note,
            system::privacy,
            system::audit,
            system::verify_audit,
            system::export_audit,
            backup::backups,
            backup::back_up,
            backup::check_backup,
            backup::verify,
            backup::new_recovery_code,
            restore::choose_backup,
            restore::preview_backup,
            restore::restore_backup,
            restore::stop_restoring,
            models::models,
            models::known_models,
            models::import_model,
            models::use_model,
            models::remove_model,
            models::measure_model,
            escalation::escalation_view,
            escalation::switch_escalation_on,
            escalation::switch_escalation_off,
            escalation::prepare_payload,
            escalation::revise_payload,
            escalation::decline_payload,
            escalation::send_payload,
            escalation::escalation_offer,
            escalation::escalation_offer_after_search,
            escalation::ledger,
            escalation::export_ledger,
            escalation::declined_payloads,
            escalation::labels,
            escalation::label_folder,
            escalation::label_documents,
            system::settings,
            system::save_settings,
        ])
        .disable_serde_phases()
        .typ::<wire::JobsView>()
        .typ::<wire::LockReason>()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the window may call is what there is: neither a right without a command nor a command without a right.
    #[test]
    fn every_command_is_named_and_allowed() {
        let bindings = include_str!("../../ui/src/lib/ipc/bindings.ts");
        let mut commands: Vec<&str> = bindings
            .split("__TAURI_INVOKE(\"")
            .skip(1)
            .filter_map(|rest| rest.split('"').next())
            .chain(RAW)
            .collect();
        let mut named: Vec<&str> = include_str!("../build.rs")
            .lines()
            .filter_map(|line| line.trim().strip_prefix('"')?.strip_suffix("\","))
            .collect();
        let capability = include_str!("../capabilities/main.json");
        let mut allowed: Vec<String> = capability
            .split("\"allow-")
            .skip(1)
            .filter_map(|rest| Some(rest.split('"').next()?.replace('-', "_")))
            .collect();
        commands.sort_unstable();
        named.sort_unstable();
        allowed.sort_unstable();
        assert!(commands.len() > 40, "the bindings are read as they are written");
        assert_eq!(commands, named, "build.rs names each command");
        assert_eq!(commands, allowed, "the capability allows each command");
    }

    /// Writes the window's types; the committed file must already say the same.
    #[test]
    fn bindings_are_current() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../ui/src/lib/ipc/bindings.ts");
        let committed = std::fs::read_to_string(path).unwrap_or_default();
        builder()
            .export(
                specta_typescript::Typescript::default()
                    .header("// Generated by `cargo test -p cabinet-desktop`; do not edit.\n"),
                path,
            )
            .expect("the types of the window can be written as TypeScript");
        let written = std::fs::read_to_string(path).expect("it was just written");
        assert!(
            committed == written,
            "ui/src/lib/ipc/bindings.ts was stale and has been written anew: commit it"
        );
    }
}
