//! A cabinet's vault as the rest of Cabinet meets it: made, opened, locked, re-keyed, damaged.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod backup;
mod database;
mod lifecycle;
mod log;
mod objects;
mod stores;

use std::path::{Path, PathBuf};

use cabinet_vault::{KdfCost, Passphrase, RecoveryCode, Vault};

/// A folder with a fresh cabinet in it.
struct Cabinet {
    folder: tempfile::TempDir,
}

const PASSPHRASE: &str = "walnut orbit cellar mist";

fn passphrase(text: &str) -> Passphrase {
    Passphrase::new(text.to_owned())
}

impl Cabinet {
    fn empty() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
        }
    }

    fn make() -> (Self, Vault, RecoveryCode) {
        let cabinet = Self::empty();
        let (vault, code) = Vault::create(&cabinet.home(), &passphrase(PASSPHRASE), KdfCost::LOWEST).unwrap();
        (cabinet, vault, code)
    }

    fn home(&self) -> PathBuf {
        self.folder.path().join("cabinet")
    }

    fn path(&self, name: &str) -> PathBuf {
        self.home().join(name)
    }

    fn open(&self) -> Result<Vault, cabinet_vault::VaultError> {
        Vault::open(&self.home(), &passphrase(PASSPHRASE))
    }
}

/// All bytes of all files below a folder.
fn every_byte(folder: &Path) -> Vec<u8> {
    let mut bytes = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            bytes.extend(every_byte(&path));
        } else {
            bytes.extend(std::fs::read(path).unwrap());
        }
    }
    bytes
}

fn contains(bytes: &[u8], word: &str) -> bool {
    bytes.windows(word.len()).any(|window| window == word.as_bytes())
}
