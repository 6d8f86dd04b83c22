//! The keychain as a way in, with a keychain of the test's own.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;

use secrecy::ExposeSecret;
use uuid::Uuid;

use super::{Keychain, KeychainError, to_key};
use crate::keys::KeptKey;
use crate::{BackupPlan, KdfCost, Passphrase, RecoveryCode, Vault, VaultError, WayIn, restore};

/// Holds entries, and fails when it is told to.
#[derive(Default)]
struct Fake {
    entries: RefCell<HashMap<Uuid, Vec<u8>>>,
    fails: Cell<Option<KeychainError>>,
    /// What it says is kept and is not.
    lies: Cell<bool>,
    asked: Cell<u32>,
}

impl Fake {
    fn ask(&self) -> Result<(), KeychainError> {
        self.asked.set(self.asked.get() + 1);
        self.fails.get().map_or(Ok(()), Err)
    }

    fn alone(&self) -> Vec<u8> {
        let entries = self.entries.borrow();
        assert_eq!(entries.len(), 1, "one entry for one cabinet");
        entries.values().next().unwrap().clone()
    }
}

impl Keychain for Fake {
    fn keep(&self, cabinet: Uuid, key: &[u8; 32]) -> Result<(), KeychainError> {
        self.ask()?;
        let kept = if self.lies.get() { [0; 32] } else { *key };
        self.entries.borrow_mut().insert(cabinet, kept.to_vec());
        Ok(())
    }

    fn fetch(&self, cabinet: Uuid) -> Result<KeptKey, KeychainError> {
        self.ask()?;
        let entries = self.entries.borrow();
        to_key(entries.get(&cabinet).ok_or(KeychainError::EntryMissing)?)
    }

    fn forget(&self, cabinet: Uuid) -> Result<(), KeychainError> {
        self.ask()?;
        self.entries.borrow_mut().remove(&cabinet);
        Ok(())
    }

    fn holds(&self, cabinet: Uuid) -> Result<bool, KeychainError> {
        self.ask()?;
        Ok(self.entries.borrow().contains_key(&cabinet))
    }
}

struct Cabinet {
    folder: tempfile::TempDir,
    code: RecoveryCode,
    keychain: Fake,
}

fn passphrase(text: &str) -> Passphrase {
    Passphrase::new(text.to_owned())
}

const PASSPHRASE: &str = "walnut orbit cellar mist";

impl Cabinet {
    fn make() -> (Self, Vault) {
        let folder = tempfile::tempdir().unwrap();
        let home = folder.path().join("cabinet");
        let (vault, code) = Vault::create(&home, &passphrase(PASSPHRASE), KdfCost::LOWEST).unwrap();
        let keychain = Fake::default();
        (
            Self {
                folder,
                code,
                keychain,
            },
            vault,
        )
    }

    /// Made, and opened by the keychain from now on.
    fn switched_on() -> (Self, Vault) {
        let (cabinet, vault) = Self::make();
        vault.keep_in(&cabinet.keychain, &passphrase(PASSPHRASE)).unwrap();
        (cabinet, vault)
    }

    fn home(&self) -> std::path::PathBuf {
        self.folder.path().join("cabinet")
    }

    fn header(&self) -> Vec<u8> {
        std::fs::read(self.home().join("vault.json")).unwrap()
    }

    fn open(&self) -> Result<Vault, VaultError> {
        Vault::open_by(&self.home(), &self.keychain)
    }

    fn refused(&self) -> VaultError {
        self.open().expect_err("the keychain should not open it")
    }
}

#[test]
fn opens_what_was_sealed_and_only_while_it_is_on() {
    let (cabinet, vault) = Cabinet::make();
    assert!(!Vault::keychain_is_on(&cabinet.home()));
    let id = Uuid::new_v4();
    vault.objects().put(id, b"left knee".as_slice()).unwrap();
    vault.keep_in(&cabinet.keychain, &passphrase(PASSPHRASE)).unwrap();
    assert!(Vault::keychain_is_on(&cabinet.home()));
    assert!(
        matches!(cabinet.refused(), VaultError::InUse),
        "as for everybody while it is open"
    );
    drop(vault);

    let vault = cabinet.open().unwrap();
    assert_eq!(vault.objects().get(id).unwrap(), b"left knee");
    assert_eq!(vault.forget_in(&cabinet.keychain).unwrap(), None);
    drop(vault);
    assert!(!Vault::keychain_is_on(&cabinet.home()));
    assert!(
        cabinet.keychain.entries.borrow().is_empty(),
        "the entry is gone too"
    );
    assert!(matches!(
        cabinet.refused(),
        VaultError::Keychain(KeychainError::Off)
    ));
    Vault::open(&cabinet.home(), &passphrase(PASSPHRASE)).unwrap();
}

#[test]
fn switching_on_takes_the_passphrase() {
    let (cabinet, vault) = Cabinet::make();
    let before = cabinet.header();
    let refused = vault.keep_in(&cabinet.keychain, &passphrase("walnut orbits"));
    assert!(matches!(refused, Err(VaultError::WrongPassphrase)));
    assert_eq!(cabinet.header(), before);
    assert_eq!(cabinet.keychain.asked.get(), 0, "the keychain was not even asked");
}

#[test]
fn opening_by_the_passphrase_asks_the_keychain_nothing() {
    let (cabinet, vault) = Cabinet::switched_on();
    drop(vault);
    let before = cabinet.keychain.asked.get();
    let vault = Vault::open(&cabinet.home(), &passphrase(PASSPHRASE)).unwrap();
    vault.lock();
    assert!(vault.is_locked());
    assert_eq!(cabinet.keychain.asked.get(), before);
}

#[test]
fn nothing_of_the_entry_or_the_master_key_lies_in_the_open() {
    let (cabinet, _vault) = Cabinet::switched_on();
    let entry = cabinet.keychain.alone();
    let read = crate::header::ReadHeader::parse(&cabinet.header()).unwrap();
    let master = read.header.open(&passphrase(PASSPHRASE)).unwrap();
    assert_ne!(
        entry,
        master.expose_secret().as_slice(),
        "not the master key itself"
    );
    let header = cabinet.header();
    for secret in [entry.as_slice(), master.expose_secret().as_slice()] {
        for form in [secret.to_vec(), crate::hex::encode(secret).as_bytes().to_vec()] {
            assert!(!header.windows(form.len()).any(|part| part == form));
        }
    }
}

#[test]
fn rejects_every_keychain_that_fails_and_changes_nothing() {
    for why in [
        KeychainError::Unreachable,
        KeychainError::Locked,
        KeychainError::Refused,
    ] {
        let (cabinet, vault) = Cabinet::make();
        let before = cabinet.header();
        cabinet.keychain.fails.set(Some(why));
        let refused = vault.keep_in(&cabinet.keychain, &passphrase(PASSPHRASE));
        assert!(matches!(refused, Err(VaultError::Keychain(e)) if e == why));
        assert_eq!(cabinet.header(), before, "{why}: nothing was switched on");

        let (cabinet, vault) = Cabinet::switched_on();
        drop(vault);
        cabinet.keychain.fails.set(Some(why));
        assert!(matches!(cabinet.refused(), VaultError::Keychain(e) if e == why));
        assert!(cabinet.refused().advice().contains("passphrase"));
        Vault::open(&cabinet.home(), &passphrase(PASSPHRASE)).unwrap();
    }
}

#[test]
fn rejects_a_keychain_that_keeps_something_else() {
    let (cabinet, vault) = Cabinet::make();
    cabinet.keychain.lies.set(true);
    let before = cabinet.header();
    let refused = vault.keep_in(&cabinet.keychain, &passphrase(PASSPHRASE));
    assert!(matches!(
        refused,
        Err(VaultError::Keychain(KeychainError::EntryWrong))
    ));
    assert_eq!(cabinet.header(), before);
    assert!(
        cabinet.keychain.entries.borrow().is_empty(),
        "what it kept is taken out again"
    );
}

#[test]
fn rejects_an_entry_that_is_gone_or_does_not_fit() {
    let (cabinet, vault) = Cabinet::switched_on();
    drop(vault);
    let whole = cabinet.keychain.alone();
    let mut bits = whole.clone();
    bits[31] ^= 1;
    let longer = [whole.as_slice(), b"x"].concat();
    for wrong in [bits, whole[..31].to_vec(), longer, Vec::new(), vec![0; 32]] {
        for entry in cabinet.keychain.entries.borrow_mut().values_mut() {
            entry.clone_from(&wrong);
        }
        assert!(
            matches!(cabinet.refused(), VaultError::Keychain(KeychainError::EntryWrong)),
            "{} bytes",
            wrong.len()
        );
    }
    cabinet.keychain.entries.borrow_mut().clear();
    assert!(matches!(
        cabinet.refused(),
        VaultError::Keychain(KeychainError::EntryMissing)
    ));
    Vault::open(&cabinet.home(), &passphrase(PASSPHRASE)).unwrap();
}

#[test]
fn switching_on_again_makes_the_entry_before_worthless() {
    let (cabinet, vault) = Cabinet::switched_on();
    let before = cabinet.keychain.alone();
    vault.keep_in(&cabinet.keychain, &passphrase(PASSPHRASE)).unwrap();
    drop(vault);
    assert_ne!(cabinet.keychain.alone(), before);
    drop(cabinet.open().unwrap());
    for entry in cabinet.keychain.entries.borrow_mut().values_mut() {
        entry.clone_from(&before);
    }
    assert!(matches!(
        cabinet.refused(),
        VaultError::Keychain(KeychainError::EntryWrong)
    ));
}

#[test]
fn an_entry_that_cannot_be_removed_is_told_and_opens_nothing() {
    let (cabinet, vault) = Cabinet::switched_on();
    cabinet.keychain.fails.set(Some(KeychainError::Unreachable));
    let left = vault.forget_in(&cabinet.keychain).unwrap();
    assert_eq!(left, Some(KeychainError::Unreachable));
    drop(vault);
    cabinet.keychain.fails.set(None);
    cabinet.keychain.alone();
    assert!(matches!(
        cabinet.refused(),
        VaultError::Keychain(KeychainError::Off)
    ));
    // Switching off once more reaches it.
    let vault = Vault::open(&cabinet.home(), &passphrase(PASSPHRASE)).unwrap();
    assert_eq!(vault.forget_in(&cabinet.keychain).unwrap(), None);
    assert!(cabinet.keychain.entries.borrow().is_empty());
}

#[test]
fn the_keychain_opens_it_still_after_a_new_passphrase_or_a_new_code() {
    let (cabinet, vault) = Cabinet::switched_on();
    vault
        .change_passphrase(&passphrase(PASSPHRASE), &passphrase("cellar mist"))
        .unwrap();
    let code = vault.new_recovery_code(&passphrase("cellar mist")).unwrap();
    drop(vault);
    drop(cabinet.open().unwrap());
    drop(Vault::recover(&cabinet.home(), &code, &passphrase("harbour lamp")).unwrap());
    drop(cabinet.open().unwrap());
    drop(Vault::open(&cabinet.home(), &passphrase("harbour lamp")).unwrap());
}

#[tokio::test]
async fn a_backup_carries_no_slot() {
    let (cabinet, vault) = Cabinet::switched_on();
    vault.open_database().await.unwrap().close().await;
    let plan = BackupPlan {
        originals: Vec::new(),
        base: None,
        database_only: false,
    };
    let place = cabinet.folder.path().join("cabinet.age");
    vault.back_up(&place, &plan, &mut |_| true).unwrap();
    assert!(
        Vault::keychain_is_on(&cabinet.home()),
        "the cabinet itself keeps its own"
    );
    let written = std::fs::read(&place).unwrap();
    assert!(!String::from_utf8_lossy(&written).contains("keychain"));
    let back = cabinet.folder.path().join("back");
    for way in [
        WayIn::Passphrase(&passphrase(PASSPHRASE)),
        WayIn::Code(&cabinet.code),
    ] {
        restore(&place, None, &back, &way, &mut |_| true).unwrap();
        assert!(!Vault::keychain_is_on(&back));
        let refused = Vault::open_by(&back, &cabinet.keychain).err();
        assert!(matches!(refused, Some(VaultError::Keychain(KeychainError::Off))));
        drop(Vault::open(&back, &passphrase(PASSPHRASE)).unwrap());
        std::fs::remove_dir_all(&back).unwrap();
    }
}
