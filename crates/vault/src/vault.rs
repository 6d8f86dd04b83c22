//! A cabinet's vault: made, opened, re-keyed and locked.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use object_store::ObjectStore;
use secrecy::{ExposeSecret, ExposeSecretMut};
use zeroize::Zeroizing;

use crate::header::{Header, MOST_BYTES, ReadHeader};
use crate::keychain::{Keychain, SystemKeychain};
use crate::keys::{self, KeptKey, KeyRing, Purpose};
use crate::lock::Lock;
use crate::store::{SharedStores, StoreSealer};
use crate::{
    KdfCost, KeychainError, Passphrase, RecoveryCode, SealedObjects, VaultError, database, files, home, value,
};

/// A cabinet that is open in this process, and in no other.
///
/// Dropping it locks the cabinet: the subkeys are wiped, the opened chunks in memory are wiped, and every store and
/// handle made from it answers [`VaultError::Locked`] from then on, whoever still holds it. A database pool is not
/// reached by that; close it first.
pub struct Vault {
    home: PathBuf,
    header: Mutex<Header>,
    keys: Arc<KeyRing>,
    objects: SealedObjects,
    stores: Arc<SharedStores>,
    by_keychain: bool,
    /// Where a damaged log went in this session.
    aside: Mutex<Option<PathBuf>>,
    // Last, so that another process gets in only after the keys are gone.
    _lock: Lock,
}

impl Vault {
    /// True where a cabinet's header lies.
    pub fn exists(home: &Path) -> bool {
        home::header(home).exists()
    }

    /// True where a process, this one included, has the cabinet open.
    pub fn in_use(home: &Path) -> bool {
        Lock::is_taken(home)
    }

    /// Makes a cabinet and opens it. The folder is made if it is not there. The recovery code exists only in the
    /// answer: it is to be shown once and written down.
    ///
    /// Takes as long as `cost` says. The strength of the passphrase is the caller's to judge
    /// ([`Passphrase::strength`]); an empty one is refused.
    ///
    /// # Errors
    /// [`VaultError::AlreadyExists`] where a cabinet is, [`VaultError::MissingHeader`] where data lies without its
    /// header: nothing is changed then.
    pub fn create(
        home: &Path,
        passphrase: &Passphrase,
        cost: KdfCost,
    ) -> Result<(Self, RecoveryCode), VaultError> {
        passphrase.bytes()?;
        refuse_occupied(home)?;
        files::make_private_folder(home)?;
        let lock = Lock::take(home, true)?;
        // Once more, now that nobody else can make one meanwhile.
        refuse_occupied(home)?;

        let mut master = KeptKey::default();
        keys::fill_random(&mut **master.expose_secret_mut())?;
        let code = RecoveryCode::random()?;
        let header = Header::new(&master, passphrase, cost, &code)?;
        files::write_whole(&home::header(home), header.to_text(&master)?.as_bytes())?;
        Ok((Self::assemble(home, header, &master, lock)?, code))
    }

    /// Opens a cabinet by its passphrase. Takes as long as the header's cost says.
    ///
    /// # Errors
    /// [`VaultError::NotACabinet`], [`VaultError::MissingHeader`], [`VaultError::DamagedHeader`],
    /// [`VaultError::UnsupportedVersion`], [`VaultError::WrongPassphrase`], [`VaultError::InUse`].
    pub fn open(home: &Path, passphrase: &Passphrase) -> Result<Self, VaultError> {
        require_header(home)?;
        let lock = Lock::take(home, false)?;
        let read = read_header(home)?;
        let master = read.header.open(passphrase)?;
        read.verify(&master)?;
        Self::assemble(home, read.header, &master, lock)
    }

    /// Opens a cabinet by its recovery code and gives it a new passphrase. The code stays valid.
    ///
    /// # Errors
    /// As [`open`](Self::open), with [`VaultError::WrongRecoveryCode`].
    pub fn recover(home: &Path, code: &RecoveryCode, passphrase: &Passphrase) -> Result<Self, VaultError> {
        passphrase.bytes()?;
        require_header(home)?;
        let lock = Lock::take(home, false)?;
        let read = read_header(home)?;
        let master = read.header.open_by_code(code)?;
        read.verify(&master)?;
        let header = read.header.with_passphrase(&master, passphrase)?;
        files::write_whole(&home::header(home), header.to_text(&master)?.as_bytes())?;
        Self::assemble(home, header, &master, lock)
    }

    /// Opens a cabinet by the key that the system's keychain keeps for it, where that was switched on. To be called when
    /// somebody asks for it and never by itself: otherwise a lock would mean nothing. The system may ask the user first.
    ///
    /// # Errors
    /// As [`open`](Self::open), with [`VaultError::Keychain`]; the passphrase opens the cabinet in each of those cases.
    pub fn open_by_keychain(home: &Path) -> Result<Self, VaultError> {
        Self::open_by(home, &SystemKeychain)
    }

    pub(crate) fn open_by(home: &Path, keychain: &impl Keychain) -> Result<Self, VaultError> {
        require_header(home)?;
        let header = read_header(home)?.header;
        if !header.has_keychain() {
            return Err(KeychainError::Off.into());
        }
        if Self::in_use(home) {
            return Err(VaultError::InUse);
        }
        // Asked before the lock is taken, because the user may take long to answer the system.
        let key = keychain.fetch(header.cabinet())?;
        let lock = Lock::take(home, false)?;
        let read = read_header(home)?;
        let master = read.header.open_by_keychain(&key)?;
        read.verify(&master)?;
        let mut opened = Self::assemble(home, read.header, &master, lock)?;
        opened.by_keychain = true;
        Ok(opened)
    }

    /// True where it was opened by the keychain.
    pub fn was_opened_by_keychain(&self) -> bool {
        self.by_keychain
    }

    /// True where the header of a cabinet, open or not, says that the keychain opens it.
    pub fn keychain_is_on(home: &Path) -> bool {
        read_header(home).is_ok_and(|read| read.header.has_keychain())
    }

    /// Whether the system's keychain holds a key for this cabinet. Asks the user for nothing.
    ///
    /// # Errors
    /// Those of reading the header, and [`VaultError::Keychain`].
    pub fn keychain_holds_key(home: &Path) -> Result<bool, VaultError> {
        require_header(home)?;
        Ok(SystemKeychain.holds(read_header(home)?.header.cabinet())?)
    }

    /// Lets the system's keychain open the cabinet from now on: a fresh random key is kept there, and the master key is
    /// wrapped by it. The one before, if there was one, opens nothing any more. Takes as long as opening, and the system
    /// may ask the user.
    ///
    /// # Errors
    /// [`VaultError::WrongPassphrase`], [`VaultError::Keychain`]; nothing is switched on then.
    pub fn keep_in_keychain(&self, passphrase: &Passphrase) -> Result<(), VaultError> {
        self.keep_in(&SystemKeychain, passphrase)
    }

    pub(crate) fn keep_in(
        &self,
        keychain: &impl Keychain,
        passphrase: &Passphrase,
    ) -> Result<(), VaultError> {
        let (cabinet, master) = {
            let header = self.header.lock().unwrap_or_else(PoisonError::into_inner);
            (header.cabinet(), header.open(passphrase)?)
        };
        let mut key = KeptKey::default();
        keys::fill_random(&mut **key.expose_secret_mut())?;
        // First, so that a crash leaves an entry that opens nothing rather than a slot that nothing opens.
        keychain.keep(cabinet, key.expose_secret())?;
        // And asked back: what says yes and keeps something else would be found out only when it is needed.
        let kept = match keychain.fetch(cabinet) {
            Ok(kept) if **kept.expose_secret() == **key.expose_secret() => Ok(()),
            Ok(_) => Err(KeychainError::EntryWrong.into()),
            Err(e) => Err(e.into()),
        };
        let written = kept.and_then(|()| {
            let mut header = self.header.lock().unwrap_or_else(PoisonError::into_inner);
            let changed = header.with_keychain(&master, &key)?;
            files::write_whole(&home::header(&self.home), changed.to_text(&master)?.as_bytes())?;
            *header = changed;
            Ok(())
        });
        if written.is_err() {
            // The error is the one that counts; an entry without its slot opens nothing.
            let _ = keychain.forget(cabinet);
        }
        written
    }

    /// Lets the keychain open the cabinet no longer: the slot is taken out of the header, then the entry out of the
    /// keychain. Gives why the entry could not be removed, if so; without the slot it opens nothing.
    ///
    /// # Errors
    /// When the header cannot be written; the keychain opens the cabinet still.
    pub fn forget_in_keychain(&self) -> Result<Option<KeychainError>, VaultError> {
        self.forget_in(&SystemKeychain)
    }

    pub(crate) fn forget_in(&self, keychain: &impl Keychain) -> Result<Option<KeychainError>, VaultError> {
        let cabinet = {
            let mut header = self.header.lock().unwrap_or_else(PoisonError::into_inner);
            if header.has_keychain() {
                let changed = header.without_keychain();
                let text = self
                    .keys
                    .with(Purpose::Header, |key| changed.to_text_under(key))??;
                files::write_whole(&home::header(&self.home), text.as_bytes())?;
                *header = changed;
            }
            header.cabinet()
        };
        Ok(keychain.forget(cabinet).err())
    }

    /// Gives the cabinet a new passphrase. Only the wrapped key is written anew, at once or not at all; the data,
    /// the recovery code, the keychain's key and everything that is open stay as they are. Takes twice as long as opening.
    ///
    /// # Errors
    /// [`VaultError::WrongPassphrase`] when `current` is not the passphrase.
    pub fn change_passphrase(&self, current: &Passphrase, new: &Passphrase) -> Result<(), VaultError> {
        new.bytes()?;
        let mut header = self.header.lock().unwrap_or_else(PoisonError::into_inner);
        let master = header.open(current)?;
        let changed = header.with_passphrase(&master, new)?;
        files::write_whole(&home::header(&self.home), changed.to_text(&master)?.as_bytes())?;
        *header = changed;
        Ok(())
    }

    /// Checks that whoever asks knows the passphrase: for what must be a deliberate act. Takes as long as opening.
    ///
    /// # Errors
    /// [`VaultError::WrongPassphrase`] when it is not the passphrase.
    pub fn check_passphrase(&self, passphrase: &Passphrase) -> Result<(), VaultError> {
        let header = self.header.lock().unwrap_or_else(PoisonError::into_inner);
        header.open(passphrase).map(drop)
    }

    /// Gives the cabinet a new recovery code, to be shown once and written down; the one before opens nothing from
    /// then on. Older backups still open by the code of their time. Takes as long as opening.
    ///
    /// # Errors
    /// [`VaultError::WrongPassphrase`] when `passphrase` is not the passphrase.
    pub fn new_recovery_code(&self, passphrase: &Passphrase) -> Result<RecoveryCode, VaultError> {
        let mut header = self.header.lock().unwrap_or_else(PoisonError::into_inner);
        let master = header.open(passphrase)?;
        let code = RecoveryCode::random()?;
        let changed = header.with_code(&master, &code)?;
        files::write_whole(&home::header(&self.home), changed.to_text(&master)?.as_bytes())?;
        *header = changed;
        Ok(code)
    }

    /// Locks the cabinet now: subkeys and opened chunks are wiped, and every store and handle answers
    /// [`VaultError::Locked`] from then on, whoever holds this vault. The file lock goes when it is dropped.
    pub fn lock(&self) {
        self.keys.empty();
        self.stores.wipe();
    }

    /// True once the subkeys are gone.
    pub fn is_locked(&self) -> bool {
        self.keys.with(Purpose::Header, |_| ()).is_err()
    }

    /// True where the system promised never to write the keys' memory to its swap space.
    pub fn keys_kept_from_swap(&self) -> bool {
        self.keys.kept_from_swap()
    }

    /// Tells this cabinet from every other.
    pub(crate) fn cabinet(&self) -> uuid::Uuid {
        self.header
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .cabinet()
    }

    pub(crate) fn keys(&self) -> &KeyRing {
        &self.keys
    }

    /// The key file for a backup: without the keychain's slot, so that a backup opens by what its owner knows or has on
    /// paper, and not by a session that it was carried away from.
    pub(crate) fn header_text(&self) -> Result<String, VaultError> {
        let header = self.header.lock().unwrap_or_else(PoisonError::into_inner);
        let header = header.without_keychain();
        self.keys.with(Purpose::Header, |key| header.to_text_under(key))?
    }

    /// The folder the cabinet lies in.
    pub fn home(&self) -> &Path {
        &self.home
    }

    /// Opens the database, encrypted by SQLCipher, making it in a fresh cabinet. See [`VaultError`] for what it
    /// refuses: a database that is missing beside other data is never replaced by an empty one.
    ///
    /// The pool's connections log no statements: the first one carries the key. Close the pool before the vault is
    /// dropped.
    ///
    /// # Errors
    /// [`VaultError::DatabaseMissing`], [`VaultError::DatabaseDamaged`], [`VaultError::NoDatabaseEncryption`],
    /// [`VaultError::Database`].
    pub async fn open_database(&self) -> Result<sqlx::SqlitePool, VaultError> {
        database::open(&self.home, self.keys.clone()).await
    }

    /// Puts a log that is damaged ([`VaultError::LogDamaged`]) aside, so that the database opens as it was before the
    /// changes in it. Gives the folder; none where the log is whole. The database must be closed.
    ///
    /// # Errors
    /// When files cannot be moved.
    pub fn set_log_aside(&self) -> Result<Option<PathBuf>, VaultError> {
        let log = home::log(&self.home);
        match crate::log::check(&log) {
            Ok(()) => return Ok(None),
            Err(VaultError::LogDamaged) => {}
            Err(e) => return Err(e),
        }
        let folder = home::fresh_aside(&self.home)?;
        let doing = VaultError::io("setting the log aside");
        let shared = self.home.join("cabinet.db-shm");
        if home::exists(&shared)? {
            std::fs::rename(&shared, folder.join("cabinet.db-shm")).map_err(&doing)?;
        }
        std::fs::rename(&log, folder.join("cabinet.db-wal")).map_err(&doing)?;
        files::sync_folder_of(&log)?;
        *self.aside.lock().unwrap_or_else(PoisonError::into_inner) = Some(folder.clone());
        Ok(Some(folder))
    }

    /// Clears away an original that no document claims. Where a damaged log was set aside in this session the document
    /// may have been in it, so that the original is set aside as well.
    ///
    /// # Errors
    /// As [`SealedObjects::delete`].
    pub fn clear_original(&self, id: uuid::Uuid) -> Result<(), VaultError> {
        let aside = self.aside.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let Some(folder) = aside else {
            return self.objects.delete(id);
        };
        let name = id.to_string();
        std::fs::rename(home::objects(&self.home).join(&name), folder.join(&name))
            .map_err(VaultError::io("setting an original aside"))
    }

    /// The originals.
    pub fn objects(&self) -> &SealedObjects {
        &self.objects
    }

    /// Wraps an object store so that all it holds is sealed; see [`StoreSealer::seal`].
    pub fn seal_store(&self, inner: Arc<dyn ObjectStore>) -> Arc<dyn ObjectStore> {
        self.store_sealer().seal(inner)
    }

    /// What wraps object stores, for those who meet them later.
    pub fn store_sealer(&self) -> StoreSealer {
        StoreSealer::new(self.stores.clone())
    }

    /// Sets how many bytes of opened chunks the stores of this vault keep in memory together
    /// ([`DEFAULT_CACHE_BYTES`](crate::DEFAULT_CACHE_BYTES) unless set). What is above is wiped at once.
    pub fn set_cache_bytes(&self, bytes: usize) {
        self.stores.set_cache_bytes(bytes);
    }

    /// Seals a small value under a label that says what it is.
    ///
    /// # Errors
    /// [`VaultError::NoRandomness`].
    pub fn seal_value(&self, label: &str, value: &[u8]) -> Result<Vec<u8>, VaultError> {
        self.keys
            .with(Purpose::Values, |key| value::seal(key, label, value))?
    }

    /// Opens a value that [`seal_value`](Self::seal_value) sealed under the same label.
    ///
    /// # Errors
    /// [`VaultError::ValueDamaged`].
    pub fn open_value(&self, label: &str, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, VaultError> {
        self.keys
            .with(Purpose::Values, |key| value::open(key, label, sealed))?
    }

    fn assemble(home: &Path, header: Header, master: &KeptKey, lock: Lock) -> Result<Self, VaultError> {
        // Absolute, so that a later change of the working directory does not move the cabinet.
        let home = std::path::absolute(home).map_err(VaultError::io("finding the cabinet's folder"))?;
        files::sweep_unfinished(&home)?;
        files::sweep_unfinished(&home::objects(&home))?;
        let keys = Arc::new(KeyRing::new(master));
        let objects = SealedObjects::new(home::objects(&home), keys.clone());
        let stores = Arc::new(SharedStores::new(&home, keys.clone()));
        Ok(Self {
            home,
            header: Mutex::new(header),
            keys,
            objects,
            stores,
            by_keychain: false,
            aside: Mutex::default(),
            _lock: lock,
        })
    }
}

impl Drop for Vault {
    fn drop(&mut self) {
        self.lock();
    }
}

impl std::fmt::Debug for Vault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Vault")
    }
}

fn refuse_occupied(home: &Path) -> Result<(), VaultError> {
    if home::exists(&home::header(home))? {
        Err(VaultError::AlreadyExists)
    } else if home::has_data(home)? {
        Err(VaultError::MissingHeader)
    } else {
        Ok(())
    }
}

/// Looked at before the lock is taken, so that a folder without a cabinet does not get a lock file.
fn require_header(home: &Path) -> Result<(), VaultError> {
    if home::exists(&home::header(home))? {
        Ok(())
    } else if home::has_data(home)? {
        Err(VaultError::MissingHeader)
    } else {
        Err(VaultError::NotACabinet)
    }
}

pub(crate) fn read_header(home: &Path) -> Result<ReadHeader, VaultError> {
    use std::io::Read;
    let doing = "reading the cabinet's key file";
    let file = File::open(home::header(home)).map_err(VaultError::io(doing))?;
    let mut text = Vec::new();
    file.take(MOST_BYTES)
        .read_to_end(&mut text)
        .map_err(VaultError::io(doing))?;
    ReadHeader::parse(&text)
}
