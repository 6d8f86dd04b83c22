//! One function per command; `run` picks it.

mod add;
mod assistant;
mod backup;
mod cabinet;
mod deidentify;
mod documents;
mod draft;
mod escalate;
mod follow;
mod keychain;
mod search;
mod system;

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::{Arc, Mutex};

use cabinet_desk::Desk;
use cabinet_escalation::CourierProcess;
use cabinet_library::{FolderId, Library};
use cabinet_vault::{Vault, VaultError};
use tokio::sync::OnceCell;
use tokio_util::sync::CancellationToken;

use crate::args::{Cli, Command};
use crate::failure::Failure;
use crate::output::Output;
use crate::secrets;

/// How a command ended, when it came to its end.
pub type Ended = Result<ExitCode, Failure>;

/// What every command works with.
pub struct Context {
    home: PathBuf,
    models: PathBuf,
    passphrase_file: Option<PathBuf>,
    keychain: bool,
    out: Output,
    desk: OnceCell<Desk>,
    courier: Mutex<Option<CourierProcess>>,
}

/// Runs one command.
pub async fn run(cli: Cli, courier: Option<CourierProcess>) -> Ended {
    let context = Context {
        home: cli.home.unwrap_or_else(cabinet_vault::default_home),
        models: cli.models.unwrap_or_else(cabinet_desk::default_models_dir),
        passphrase_file: cli.passphrase_file,
        keychain: cli.keychain,
        out: Output { json: cli.json },
        desk: OnceCell::new(),
        courier: Mutex::new(courier),
    };
    let ended = carry_out(&context, cli.command).await;
    // However it ended: the database's threads must be gone before the program clears OpenSSL away under them.
    if let Some(desk) = context.desk.get() {
        desk.close().await;
    }
    ended
}

async fn carry_out(context: &Context, command: Command) -> Ended {
    match command {
        Command::Init => cabinet::init(context).await,
        Command::UnlockCheck => cabinet::unlock_check(context).await,
        Command::Passwd(new) => cabinet::passwd(context, &new).await,
        Command::Recover { code, new } => cabinet::recover(context, code, &new).await,
        Command::Keychain(command) => keychain::keychain(context, command).await,
        Command::LockStatus => cabinet::lock_status(context),
        Command::Add {
            folder,
            password,
            paths,
        } => add::add(context, folder, password, paths).await,
        Command::List { folder, trash } => documents::list(context, folder, trash).await,
        Command::Show { id, text, deletions } => documents::show(context, &id, text, deletions).await,
        Command::Folder(command) => documents::folder(context, command).await,
        Command::Follow(command) => follow::follow(context, command).await,
        Command::Remove { ids } => documents::remove(context, ids).await,
        Command::Search(args) => search::search(context, args).await,
        Command::Keypoints(source) => assistant::keypoints(context, source).await,
        Command::Summarize(args) => assistant::summarize(context, args).await,
        Command::Deidentify(args) => deidentify::deidentify(context, args).await,
        Command::Draft(args) => draft::draft(context, args).await,
        Command::Audit(args) => system::audit(context, args).await,
        Command::Verify { set_aside_log } => backup::verify(context, set_aside_log).await,
        Command::Backup(args) => backup::backup(context, args).await,
        Command::Restore(args) => backup::restore(context, args).await,
        Command::BackupKey => backup::key(context).await,
        Command::RecoveryCode => backup::recovery_code(context).await,
        Command::Escalate(args) => escalate::escalate(context, args).await,
        Command::Ledger(args) => escalate::ledger(context, args).await,
        Command::Label(command) => escalate::label(context, command).await,
        Command::Models(command) => system::models(context, command),
        Command::Doctor { embed } => system::doctor(context, embed).await,
    }
}

/// Work of the vault: deriving a key takes half a second and the keychain may have the system ask the user, and neither
/// must hold up the runtime.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, VaultError> + Send + 'static,
) -> Result<T, Failure> {
    Ok(tokio::task::spawn_blocking(work)
        .await
        .map_err(|_| Failure::Internal)??)
}

impl Context {
    /// Unlocks the vault: by the keychain only where that was asked for, so that a lock means something.
    async fn vault(&self) -> Result<Arc<Vault>, Failure> {
        let home = self.home.clone();
        let opened = if self.keychain {
            blocking(move || Vault::open_by_keychain(&home)).await?
        } else {
            let passphrase = secrets::passphrase(self.passphrase_file.as_deref())?;
            blocking(move || Vault::open(&home, &passphrase)).await?
        };
        Ok(Arc::new(opened))
    }

    /// Unlocks the vault and opens everything in it, once. [`run`] closes it.
    async fn desk(&self) -> Result<&Desk, Failure> {
        self.desk
            .get_or_try_init(|| async { Ok(Desk::open(self.vault().await?, &self.models).await?) })
            .await
    }

    /// As [`Self::desk`], in a vault that is unlocked already.
    async fn desk_of(&self, vault: Arc<Vault>) -> Result<&Desk, Failure> {
        self.desk
            .get_or_try_init(|| async { Ok(Desk::open(vault, &self.models).await?) })
            .await
    }

    /// Opens the library a second time after the first was closed, which makes a store of vectors anew that a check
    /// found wanting, and fills it. Gives the number of vectors.
    async fn rebuild_vectors(&self) -> Result<u32, Failure> {
        let first = self.desk().await?;
        first.close().await;
        let desk = Desk::open(first.library().shared_vault(), &self.models).await?;
        let made = desk.library().embed_waiting(&interruption(), &|_, _| {}).await;
        let counted = match made {
            Ok(()) => desk.library().verify().await.map(|found| found.vectors),
            Err(e) => Err(e),
        };
        desk.close().await;
        Ok(counted?)
    }
}

/// Cancelled by Ctrl-C, so that a long piece of work ends in good order.
fn interruption() -> CancellationToken {
    let token = CancellationToken::new();
    let interrupted = token.clone();
    // Ends with the program; without a handler the system ends the program as ever.
    tokio::spawn(async move {
        if tokio::signal::ctrl_c().await.is_ok() {
            interrupted.cancel();
        }
    });
    token
}

/// The folder of that name, which must exist; none where none was named.
async fn named_folder(library: &Library, name: Option<&str>) -> Result<Option<FolderId>, Failure> {
    match name {
        None => Ok(None),
        Some(name) => match library.find_folder(name).await? {
            Some(id) => Ok(Some(id)),
            None => Err(Failure::NoSuchFolder(name.to_string())),
        },
    }
}
