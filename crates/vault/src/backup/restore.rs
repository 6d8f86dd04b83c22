//! Bringing a cabinet back from its backup: whole or not at all.

use std::collections::HashSet;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use secrecy::ExposeSecret;
use uuid::Uuid;

use super::archive::{BackupFile, Entry};
use super::write::{Watched, stopped_or_damaged};
use super::{BackupKind, Notes, Watch, damaged};
use crate::age::Identity;
use crate::header::ReadHeader;
use crate::keys::{self, KeptKey, Purpose};
use crate::lock::Lock;
use crate::{Passphrase, RecoveryCode, VaultError, files, home};

/// What opens a backup: that which opened the cabinet when it was made.
pub enum WayIn<'a> {
    /// The passphrase of that day.
    Passphrase(&'a Passphrase),
    /// The recovery code of that day.
    Code(&'a RecoveryCode),
}

/// What a backup says it holds, before it is read to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Contents {
    /// What kind of backup it is.
    pub kind: BackupKind,
    /// When it was begun, in milliseconds since the Unix epoch.
    pub made_at: u64,
    /// Originals that belong to the cabinet of that day, wherever they are.
    pub originals: usize,
    /// Bytes of the file.
    pub bytes: u64,
}

/// Opens a backup and reads what it says it holds. Its hashes are compared only by [`restore`]. Takes as long as opening
/// a cabinet.
///
/// # Errors
/// [`VaultError::BackupMissing`], [`VaultError::BackupDamaged`], [`VaultError::WrongPassphrase`],
/// [`VaultError::WrongRecoveryCode`].
pub fn preview(place: &Path, way_in: &WayIn<'_>) -> Result<Contents, VaultError> {
    let file = BackupFile::open(place)?;
    let notes = file.notes(&identity(&file, way_in)?)?;
    Ok(Contents {
        kind: notes.kind,
        made_at: notes.made_at,
        originals: notes.originals.len(),
        bytes: file.length,
    })
}

/// A cabinet that was brought back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restored {
    /// What the backup held.
    pub kind: BackupKind,
    /// When it was made, in milliseconds since the Unix epoch.
    pub made_at: u64,
    /// Originals that are there now.
    pub originals: usize,
    /// Originals that the database knows and no file held.
    pub missing: Vec<Uuid>,
    /// Where what stood there before was put, for a backup of the database alone.
    pub set_aside: Option<PathBuf>,
}

/// Brings a cabinet back into `home`, where none may be; a backup of the database alone goes into its own cabinet,
/// which must be closed, and what it replaces is set aside. The whole backup that one of additions refers to is looked
/// for beside it unless named as `base`. The cabinet opens by the passphrase it had when the backup was made.
///
/// Everything is written beside `home`, checked, made durable and then put in its place in one step.
///
/// # Errors
/// [`VaultError::BackupMissing`], [`VaultError::BackupDamaged`], [`VaultError::BaseMissing`],
/// [`VaultError::WrongPassphrase`], [`VaultError::WrongRecoveryCode`], [`VaultError::AlreadyExists`],
/// [`VaultError::InUse`], [`VaultError::DiskFull`], [`VaultError::Stopped`]. Nothing is changed then.
pub fn restore(
    place: &Path,
    base: Option<&Path>,
    home: &Path,
    way_in: &WayIn<'_>,
    watch: Watch<'_>,
) -> Result<Restored, VaultError> {
    let file = BackupFile::open(place)?;
    let identity = identity(&file, way_in)?;
    let notes = file.notes(&identity)?;
    let home = std::path::absolute(home).map_err(VaultError::io("finding the cabinet's folder"))?;
    match notes.kind {
        BackupKind::Database => restore_database(&file, &identity, &notes, &home, watch),
        BackupKind::Whole => restore_home(&[&file], &identity, &notes, &home, watch),
        BackupKind::Additions => {
            let wanted = notes
                .base
                .ok_or_else(|| damaged("it does not say what it adds to"))?;
            let base = find_base(place, base, &identity, wanted)?;
            restore_home(&[&base, &file], &identity, &notes, &home, watch)
        }
    }
}

fn identity(file: &BackupFile, way_in: &WayIn<'_>) -> Result<Identity, VaultError> {
    let read =
        ReadHeader::parse(file.header.vault()?).map_err(|_| damaged("the key file in it was altered"))?;
    let master: KeptKey = match way_in {
        WayIn::Passphrase(passphrase) => read.header.open(passphrase)?,
        WayIn::Code(code) => read.header.open_by_code(code)?,
    };
    read.verify(&master)
        .map_err(|_| damaged("the key file in it was altered"))?;
    Ok(Identity::new(
        keys::subkey(&master, Purpose::Backups).expose_secret(),
    ))
}

/// The whole backup of that identifier: the one named, else one that lies beside.
fn find_base(
    place: &Path,
    named: Option<&Path>,
    identity: &Identity,
    wanted: Uuid,
) -> Result<BackupFile, VaultError> {
    if let Some(named) = named {
        let file = BackupFile::open(named)?;
        return match file.notes(identity)?.id == wanted {
            true => Ok(file),
            false => Err(VaultError::BaseMissing),
        };
    }
    for entry in files::entries(files::folder_of(place))? {
        let path = entry
            .map_err(VaultError::io("looking for the earlier backup"))?
            .path();
        if path.extension().is_some_and(|ending| ending == "age")
            && let Ok(file) = BackupFile::open(&path)
            && file.notes(identity).is_ok_and(|notes| notes.id == wanted)
        {
            return Ok(file);
        }
    }
    Err(VaultError::BaseMissing)
}

fn restore_home(
    sources: &[&BackupFile],
    identity: &Identity,
    notes: &Notes,
    home: &Path,
    watch: Watch<'_>,
) -> Result<Restored, VaultError> {
    if home::exists(&home::header(home))? || home::has_data(home)? {
        return Err(VaultError::AlreadyExists);
    }
    let beside = Beside::make(home)?;
    let wanted: HashSet<Uuid> = notes.originals.iter().copied().collect();
    let mut there = HashSet::new();
    let mut done = 0;
    let total = sources.iter().map(|source| source.length).sum();
    files::make_private_folder(&home::objects(&beside.folder))?;
    for (at, source) in sources.iter().enumerate() {
        let last = at + 1 == sources.len();
        source.walk(identity, &mut |entry, content| {
            let place = match entry {
                Entry::Vault if last => home::header(&beside.folder),
                Entry::Database if last => home::database(&beside.folder),
                Entry::Original(id) if wanted.contains(&id) => {
                    there.insert(id);
                    home::objects(&beside.folder).join(id.to_string())
                }
                Entry::Vault | Entry::Database | Entry::Original(_) => return Ok(()),
            };
            let mut watched = Watched {
                source: content,
                watch,
                done: &mut done,
                total,
                checking: false,
            };
            write_out(&place, &mut watched)
        })?;
    }
    for needed in [home::header(&beside.folder), home::database(&beside.folder)] {
        if !home::exists(&needed)? {
            return Err(damaged("the database or the key file is not in it"));
        }
    }
    files::sync_folder_of(&home::objects(&beside.folder).join("."))?;
    files::sync_folder_of(&home::header(&beside.folder))?;
    beside.put_in_place(home)?;
    Ok(Restored {
        kind: notes.kind,
        made_at: notes.made_at,
        originals: there.len(),
        missing: wanted.difference(&there).copied().collect(),
        set_aside: None,
    })
}

/// Puts a database back into the cabinet it was taken from. What it replaces, and originals that it does not know and
/// that the next opening would clear away, are set aside.
fn restore_database(
    file: &BackupFile,
    identity: &Identity,
    notes: &Notes,
    home: &Path,
    watch: Watch<'_>,
) -> Result<Restored, VaultError> {
    if !home::exists(&home::header(home))? {
        return Err(VaultError::OnlyDatabase);
    }
    let _lock = Lock::take(home, false)?;
    if crate::vault::read_header(home)?.header.cabinet() != notes.cabinet {
        return Err(damaged("it is the database of another cabinet"));
    }
    let fresh = home.join("cabinet.db.restored.unfinished");
    let mut done = 0;
    let walked = file.walk(identity, &mut |entry, content| {
        let mut watched = Watched {
            source: content,
            watch,
            done: &mut done,
            total: file.length,
            checking: false,
        };
        match entry {
            Entry::Database => write_out(&fresh, &mut watched),
            Entry::Vault | Entry::Original(_) => Ok(()),
        }
    });
    if let Err(e) = walked {
        // What failed is told; the next opening clears the remnant.
        let _ = fs::remove_file(&fresh);
        return Err(e);
    }
    let doing = VaultError::io("setting the present database aside");
    let aside = home::fresh_aside(home)?;
    let known: HashSet<Uuid> = notes.originals.iter().copied().collect();
    let mut there = HashSet::new();
    for entry in files::entries(&home::objects(home))? {
        let entry = entry.map_err(&doing)?;
        let id = entry
            .file_name()
            .to_str()
            .and_then(|name| Uuid::try_parse(name).ok());
        match id {
            Some(id) if known.contains(&id) => drop(there.insert(id)),
            _ => fs::rename(entry.path(), aside.join(entry.file_name())).map_err(&doing)?,
        }
    }
    let database = home::database(home);
    // The log first: with the new database it would be taken for its own.
    for name in ["cabinet.db-wal", "cabinet.db-shm", "cabinet.db"] {
        let present = home.join(name);
        if home::exists(&present)? {
            fs::rename(&present, aside.join(name)).map_err(&doing)?;
        }
    }
    fs::rename(&fresh, &database).map_err(&doing)?;
    files::sync_folder_of(&database)?;
    files::sync_folder_of(&aside.join("."))?;
    Ok(Restored {
        kind: notes.kind,
        made_at: notes.made_at,
        originals: there.len(),
        missing: known.difference(&there).copied().collect(),
        set_aside: Some(aside),
    })
}

fn write_out(place: &Path, content: &mut impl Read) -> Result<(), VaultError> {
    let doing = VaultError::io("writing a restored file");
    let mut file: File = files::private()
        .write(true)
        .create(true)
        .truncate(true)
        .open(place)
        .map_err(&doing)?;
    let mut buffer = vec![0; 1 << 20];
    loop {
        let count = match content.read(&mut buffer) {
            Ok(0) => break,
            Ok(count) => count,
            Err(e) if e.kind() == io::ErrorKind::Interrupted => continue,
            Err(e) => return Err(stopped_or_damaged(e)),
        };
        io::Write::write_all(&mut file, &buffer[..count]).map_err(&doing)?;
    }
    file.sync_all().map_err(&doing)
}

/// A folder beside the home in which it is put together. Gone when dropped before it was put in place.
struct Beside {
    folder: PathBuf,
    placed: bool,
}

impl Beside {
    fn make(home: &Path) -> Result<Self, VaultError> {
        let name = home.file_name().ok_or(VaultError::NotACabinet)?.to_owned();
        let named = |ending: &str| {
            let mut name = name.clone();
            name.push(".restoring-");
            name.push(ending);
            home.with_file_name(name)
        };
        let parent = files::folder_of(home);
        files::make_private_folder(parent)?;
        // What an earlier attempt left that was killed: sealed, and nobody's.
        let begun = named("");
        let begun = begun
            .file_name()
            .map(|name| name.to_string_lossy().into_owned())
            .unwrap_or_default();
        for entry in files::entries(parent)? {
            let path = entry.map_err(VaultError::io("clearing unfinished files"))?.path();
            let left = path
                .file_name()
                .and_then(|name| name.to_str())
                .is_some_and(|name| {
                    name.strip_prefix(&begun)
                        .is_some_and(|id| Uuid::try_parse(id).is_ok())
                });
            if left {
                fs::remove_dir_all(&path).map_err(VaultError::io("clearing unfinished files"))?;
            }
        }
        let folder = named(&Uuid::new_v4().to_string());
        files::make_private_folder(&folder)?;
        Ok(Self {
            folder,
            placed: false,
        })
    }

    fn put_in_place(mut self, home: &Path) -> Result<(), VaultError> {
        let doing = VaultError::io("putting the cabinet in its place");
        // An empty folder, or one with nothing but a lock file of an earlier look, may give way.
        let _ = fs::remove_file(home::lock(home));
        for folder in [home::objects(home), home::vectors(home), home.to_owned()] {
            match fs::remove_dir(&folder) {
                Err(e) if e.kind() == io::ErrorKind::DirectoryNotEmpty => return Err(VaultError::NotEmpty),
                _ => {}
            }
        }
        fs::rename(&self.folder, home).map_err(&doing)?;
        self.placed = true;
        files::sync_folder_of(home)
    }
}

impl Drop for Beside {
    fn drop(&mut self) {
        if !self.placed {
            // Nothing to report to; the next attempt clears what stays.
            let _ = fs::remove_dir_all(&self.folder);
        }
    }
}
