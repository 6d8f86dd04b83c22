//! Writing a backup and reading it back.

use std::collections::HashSet;
use std::fs::{self, File};
use std::io::{self, BufWriter, Read, Write};
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use uuid::Uuid;

use super::archive::{BackupFile, Hashing, Sums, failed, sums_text};
use super::{
    BackupKind, BackupProgress, DATABASE, FORMAT, NOTES, Notes, OBJECTS, SUMS, VAULT, VERSION, Watch, damaged,
};
use crate::age::{self, Identity};
use crate::files::{self, PendingFile};
use crate::keys::Purpose;
use crate::{Vault, VaultError, home};

/// What is to be backed up. Whoever asks keeps the database file at rest and the originals from being deleted until
/// it is done.
#[derive(Debug, Clone)]
pub struct BackupPlan {
    /// Originals that the database knows.
    pub originals: Vec<Uuid>,
    /// The whole backup that this one only adds to.
    pub base: Option<PathBuf>,
    /// True for the database alone.
    pub database_only: bool,
}

/// A backup that was written and read back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Backup {
    /// Its identifier.
    pub id: Uuid,
    /// What it holds.
    pub kind: BackupKind,
    /// When it was begun, in milliseconds since the Unix epoch.
    pub made_at: u64,
    /// Bytes of the file.
    pub bytes: u64,
    /// Originals in the file.
    pub originals: usize,
    /// The whole backup it adds to.
    pub base: Option<Uuid>,
    /// Originals that were missing or damaged in the cabinet already; they could not be saved.
    pub unsaved: Vec<Uuid>,
}

impl Vault {
    /// Writes a backup to `place`, reads it back from the disk and compares every hash; only then it gets its name,
    /// replacing what was there. Memory stays bounded whatever the size, and nothing is opened on the way.
    ///
    /// Blocks; call from a thread that may.
    ///
    /// # Errors
    /// [`VaultError::DiskFull`], [`VaultError::Stopped`] when `watch` says so, [`VaultError::BackupDamaged`] when what
    /// was read back differs or the base is not a whole backup of this cabinet. What was at `place` stays then.
    pub fn back_up(&self, place: &Path, plan: &BackupPlan, watch: Watch<'_>) -> Result<Backup, VaultError> {
        let identity = self.backup_identity()?;
        let base = plan
            .base
            .as_deref()
            .map(|base| self.base_notes(base))
            .transpose()?;
        let held: HashSet<Uuid> = base
            .iter()
            .flat_map(|base| base.originals.iter().copied())
            .collect();
        let kind = match (plan.database_only, &base) {
            (true, _) => BackupKind::Database,
            (false, Some(_)) => BackupKind::Additions,
            (false, None) => BackupKind::Whole,
        };
        let mut unsaved = Vec::new();
        let mut to_save = Vec::new();
        if kind != BackupKind::Database {
            for id in plan.originals.iter().filter(|id| !held.contains(id)) {
                match self.objects().size(*id) {
                    Ok(_) => to_save.push(*id),
                    Err(VaultError::ObjectMissing | VaultError::ObjectDamaged { .. }) => unsaved.push(*id),
                    Err(e) => return Err(e),
                }
            }
        }
        let notes = Notes {
            format: FORMAT.to_owned(),
            version: VERSION,
            id: Uuid::new_v4(),
            cabinet: self.cabinet(),
            made_at: now(),
            kind,
            base: base.map(|base| base.id),
            // What could not be saved must not be taken for saved by the next one.
            originals: plan
                .originals
                .iter()
                .copied()
                .filter(|id| !unsaved.contains(id))
                .collect(),
        };
        sweep_killed(place)?;
        let mut pending = PendingFile::create(place)?;
        let mut writing = Writing {
            vault: self,
            watch,
            done: 0,
            total: self.bytes_of(&to_save)?,
        };
        let written = writing.write(&mut pending.file, &identity, &notes, &to_save, &mut unsaved)?;
        let checked = check(&pending, &identity, writing.watch)?;
        if checked != (notes.clone(), written.clone()) {
            return Err(damaged(
                "what was written to the disk is not what is read from it",
            ));
        }
        let bytes = pending
            .file
            .metadata()
            .map_err(VaultError::io("measuring a backup"))?
            .len();
        pending.publish()?;
        Ok(Backup {
            id: notes.id,
            kind,
            made_at: notes.made_at,
            bytes,
            originals: written.keys().filter(|name| name.starts_with(OBJECTS)).count(),
            base: notes.base,
            unsaved,
        })
    }

    /// Reads a whole backup of this cabinet and compares every hash.
    ///
    /// # Errors
    /// [`VaultError::BackupMissing`], [`VaultError::BackupDamaged`], [`VaultError::Stopped`].
    pub fn check_backup(&self, place: &Path, watch: Watch<'_>) -> Result<Backup, VaultError> {
        let file = BackupFile::open(place)?;
        let (notes, sums) = walk_watched(&file, &self.backup_identity()?, watch)?;
        Ok(Backup {
            id: notes.id,
            kind: notes.kind,
            made_at: notes.made_at,
            bytes: file.length,
            originals: sums.keys().filter(|name| name.starts_with(OBJECTS)).count(),
            base: notes.base,
            unsaved: Vec::new(),
        })
    }

    /// The secret key of this cabinet's backups, as a file of identities of the `age` tool holds it. Whoever has it can
    /// open every backup, but not what is sealed inside without the passphrase or the recovery code.
    ///
    /// # Errors
    /// [`VaultError::Locked`].
    pub fn backup_key(&self) -> Result<zeroize::Zeroizing<String>, VaultError> {
        Ok(self.backup_identity()?.to_text())
    }

    fn backup_identity(&self) -> Result<Identity, VaultError> {
        self.keys().with(Purpose::Backups, Identity::new)
    }

    fn base_notes(&self, base: &Path) -> Result<Notes, VaultError> {
        let notes = BackupFile::open(base)?.notes(&self.backup_identity()?)?;
        if notes.kind == BackupKind::Whole && notes.cabinet == self.cabinet() {
            Ok(notes)
        } else {
            Err(damaged(
                "it is not a whole backup of this cabinet, so nothing can be added to it",
            ))
        }
    }

    fn bytes_of(&self, originals: &[Uuid]) -> Result<u64, VaultError> {
        let folder = home::objects(self.home());
        let length = |path: &Path| fs::metadata(path).map(|metadata| metadata.len());
        let database =
            length(&home::database(self.home())).map_err(VaultError::io("measuring the database"))?;
        Ok(originals
            .iter()
            .filter_map(|id| length(&folder.join(id.to_string())).ok())
            .fold(database, u64::saturating_add))
    }
}

/// Removes what killed backups left half written in a folder: `NAME.age.N.unfinished`.
fn sweep_killed(place: &Path) -> Result<(), VaultError> {
    let doing = VaultError::io("clearing unfinished backups");
    for entry in files::entries(files::folder_of(place))? {
        let path = entry.map_err(&doing)?.path();
        let name = path
            .file_name()
            .and_then(|name| name.to_str())
            .unwrap_or_default();
        let left = name
            .strip_suffix(".unfinished")
            .and_then(|rest| rest.rsplit_once('.'))
            .is_some_and(|(file, number)| file.ends_with(".age") && number.parse::<u64>().is_ok());
        if left {
            fs::remove_file(&path).map_err(&doing)?;
        }
    }
    Ok(())
}

struct Writing<'v, 'w> {
    vault: &'v Vault,
    watch: Watch<'w>,
    done: u64,
    total: u64,
}

impl Writing<'_, '_> {
    fn write(
        &mut self,
        file: &mut File,
        identity: &Identity,
        notes: &Notes,
        originals: &[Uuid],
        unsaved: &mut Vec<Uuid>,
    ) -> Result<Sums, VaultError> {
        let doing = VaultError::io("writing a backup");
        let vault_text = self.vault.header_text()?;
        let sealer = age::seal(BufWriter::with_capacity(1 << 20, file), identity, &vault_text)?;
        let mut archive = tar::Builder::new(sealer);
        let mut sums = Sums::new();
        let text = serde_json::to_vec(notes).map_err(|_| damaged("its description cannot be written"))?;
        self.append(&mut archive, &mut sums, NOTES, text.len() as u64, text.as_slice())?;
        self.append(
            &mut archive,
            &mut sums,
            VAULT,
            vault_text.len() as u64,
            vault_text.as_bytes(),
        )?;
        // Closing this file lets go of this process's advisory locks on it. SQLite keeps its own account within a
        // process, and the cabinet's lock keeps other processes out.
        let database = File::open(home::database(self.vault.home())).map_err(&doing)?;
        let length = database.metadata().map_err(&doing)?.len();
        self.append(&mut archive, &mut sums, DATABASE, length, &database)?;
        for id in originals {
            // Every chunk is authenticated before it is saved: a damaged original must not pass for a saved one.
            match self.vault.objects().copy_to(*id, &mut io::sink()) {
                Ok(_) => {}
                Err(VaultError::ObjectMissing | VaultError::ObjectDamaged { .. }) => {
                    unsaved.push(*id);
                    continue;
                }
                Err(e) => return Err(e),
            }
            let sealed = File::open(home::objects(self.vault.home()).join(id.to_string())).map_err(&doing)?;
            let length = sealed.metadata().map_err(&doing)?.len();
            self.append(
                &mut archive,
                &mut sums,
                &format!("{OBJECTS}{id}"),
                length,
                &sealed,
            )?;
        }
        let text = sums_text(&sums);
        archive
            .append(&entry_header(SUMS, text.len() as u64)?, text.as_bytes())
            .map_err(&doing)?;
        let sealer = archive.into_inner().map_err(&doing)?;
        sealer
            .finish()
            .and_then(|sink| sink.into_inner().map_err(io::IntoInnerError::into_error))
            .map_err(&doing)?;
        Ok(sums)
    }

    fn append(
        &mut self,
        archive: &mut tar::Builder<impl Write>,
        sums: &mut Sums,
        name: &str,
        length: u64,
        content: impl Read,
    ) -> Result<(), VaultError> {
        let mut hashing = Hashing::new(Watched {
            source: content.take(length),
            watch: self.watch,
            done: &mut self.done,
            total: self.total,
            checking: false,
        });
        archive
            .append(&entry_header(name, length)?, &mut hashing)
            .map_err(stopped_or("writing a backup"))?;
        sums.insert(name.to_owned(), hashing.finish());
        Ok(())
    }
}

fn entry_header(name: &str, length: u64) -> Result<tar::Header, VaultError> {
    let mut header = tar::Header::new_ustar();
    header
        .set_path(name)
        .map_err(|_| damaged("a name in it is too long"))?;
    header.set_size(length);
    header.set_mode(0o600);
    header.set_mtime(now() / 1000);
    header.set_entry_type(tar::EntryType::Regular);
    header.set_cksum();
    Ok(header)
}

/// Reads what was written back from the disk, not from memory where the system can be asked for that.
fn check(pending: &PendingFile, identity: &Identity, watch: Watch<'_>) -> Result<(Notes, Sums), VaultError> {
    pending
        .file
        .sync_all()
        .map_err(VaultError::io("writing a backup to disk"))?;
    #[cfg(target_os = "linux")]
    {
        use rustix::fs::{Advice, fadvise};
        // Only advice: where it is not taken, what is compared comes from memory.
        let _ = fadvise(&pending.file, 0, None, Advice::DontNeed);
    }
    walk_watched(&BackupFile::open(pending.temporary())?, identity, watch)
}

fn walk_watched(
    file: &BackupFile,
    identity: &Identity,
    watch: Watch<'_>,
) -> Result<(Notes, Sums), VaultError> {
    let mut done = 0;
    file.walk(identity, &mut |_, content| {
        let mut watched = Watched {
            source: content,
            watch,
            done: &mut done,
            total: file.length,
            checking: true,
        };
        io::copy(&mut watched, &mut io::sink())
            .map(drop)
            .map_err(stopped_or_damaged)
    })
}

/// Tells of progress and stops when asked to.
pub(super) struct Watched<'a, 'w, R> {
    pub(super) source: R,
    pub(super) watch: Watch<'a>,
    pub(super) done: &'w mut u64,
    pub(super) total: u64,
    pub(super) checking: bool,
}

/// The cause of a read that was stopped.
#[derive(Debug, thiserror::Error)]
#[error("stopped")]
pub(super) struct StopAsked;

impl<R: Read> Read for Watched<'_, '_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.source.read(buffer)?;
        *self.done += count as u64;
        let progress = BackupProgress {
            done: *self.done,
            total: self.total.max(*self.done),
            checking: self.checking,
        };
        if (self.watch)(progress) {
            Ok(count)
        } else {
            // Not `Interrupted`, which would be tried again.
            Err(io::Error::new(io::ErrorKind::ConnectionAborted, StopAsked))
        }
    }
}

/// A failed copy that was stopped on purpose says so.
pub(super) fn stopped_or(doing: &'static str) -> impl Fn(io::Error) -> VaultError {
    move |e| match e.get_ref() {
        Some(inner) if inner.is::<StopAsked>() => VaultError::Stopped,
        _ => VaultError::io(doing)(e),
    }
}

/// As [`stopped_or`], where what is read is a backup.
pub(super) fn stopped_or_damaged(e: io::Error) -> VaultError {
    match e.get_ref() {
        Some(inner) if inner.is::<StopAsked>() => VaultError::Stopped,
        _ => failed(e),
    }
}

fn now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}
