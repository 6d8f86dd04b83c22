//! Every way in which a header can be wrong.

use proptest::prelude::{Strategy, any, prop_assert, proptest};
use secrecy::{ExposeSecret, ExposeSecretMut};
use sha2::{Digest, Sha256};

use super::{CHECKSUM_BEGINS, END, Header, MAC_BEGINS, ReadHeader};
use crate::keys::KeptKey;
use crate::{KdfCost, KeychainError, Passphrase, RecoveryCode, VaultError, hex};

fn master() -> KeptKey {
    let mut master = KeptKey::default();
    master.expose_secret_mut().fill(0x5a);
    master
}

fn passphrase(text: &str) -> Passphrase {
    Passphrase::new(text.to_owned())
}

fn written() -> (String, RecoveryCode) {
    let code = RecoveryCode::random().unwrap();
    let header = Header::new(&master(), &passphrase("walnut orbit"), KdfCost::LOWEST, &code).unwrap();
    (header.to_text(&master()).unwrap(), code)
}

/// Alters the body and makes the checksum fit again, as an attacker would who has no key.
fn forged(text: &str, alter: impl FnOnce(&str) -> String) -> String {
    let rest = text.strip_suffix(END).unwrap();
    let (protected, _) = rest.rsplit_once(CHECKSUM_BEGINS).unwrap();
    let protected = alter(protected);
    assert_ne!(
        format!("{protected}{CHECKSUM_BEGINS}"),
        rest[..rest.len() - 64],
        "the forgery changes something"
    );
    let checksum = hex::encode(&Sha256::digest(protected.as_bytes()));
    format!("{protected}{CHECKSUM_BEGINS}{}{END}", checksum.as_str())
}

fn damage(text: &str) -> &'static str {
    match ReadHeader::parse(text.as_bytes()) {
        Err(VaultError::DamagedHeader { what }) => what,
        Err(other) => panic!("{other:?} is not damage"),
        Ok(_) => panic!("this header should have been refused"),
    }
}

#[test]
fn opens_by_passphrase_and_by_code() {
    let (text, code) = written();
    let read = ReadHeader::parse(text.as_bytes()).unwrap();
    for opened in [
        read.header.open(&passphrase("walnut orbit")),
        read.header.open_by_code(&code),
    ] {
        let opened = opened.unwrap();
        read.verify(&opened).unwrap();
        assert_eq!(**opened.expose_secret(), **master().expose_secret());
    }
    let json: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(json["version"], 1, "it is plain JSON to other programs");
}

/// A header with a slot for the keychain, and what the keychain holds.
fn with_keychain() -> (String, KeptKey) {
    let (text, _) = written();
    let mut key = KeptKey::default();
    key.expose_secret_mut().fill(0x17);
    let header = ReadHeader::parse(text.as_bytes()).unwrap().header;
    let header = header.with_keychain(&master(), &key).unwrap();
    (header.to_text(&master()).unwrap(), key)
}

#[test]
fn opens_by_the_keychain_and_is_what_it_was_without() {
    let (text, key) = with_keychain();
    let read = ReadHeader::parse(text.as_bytes()).unwrap();
    let opened = read.header.open_by_keychain(&key).unwrap();
    read.verify(&opened).unwrap();
    assert_eq!(**opened.expose_secret(), **master().expose_secret());
    let json: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(json["version"], 2, "an older program says that it is too old");

    let without = read.header.without_keychain();
    let text = without.to_text(&master()).unwrap();
    assert!(text.contains("\"version\": 1") && !text.contains("keychain"));
    let read = ReadHeader::parse(text.as_bytes()).unwrap();
    assert!(matches!(
        read.header.open_by_keychain(&key),
        Err(VaultError::Keychain(KeychainError::Off))
    ));
    read.verify(&read.header.open(&passphrase("walnut orbit")).unwrap())
        .unwrap();
}

#[test]
fn rejects_a_keychain_slot_in_the_wrong_place() {
    let (text, key) = with_keychain();
    // A slot without its version, and a version without its slot.
    let older = forged(&text, |body| body.replace("\"version\": 2", "\"version\": 1"));
    assert_eq!(damage(&older), "a field is missing or foreign");
    let (plain, _) = written();
    let newer = forged(&plain, |body| body.replace("\"version\": 1", "\"version\": 2"));
    assert_eq!(damage(&newer), "a field is missing or foreign");

    // The slot of the recovery code in the keychain's place opens by neither, and the passphrase notices.
    let json: serde_json::Value = serde_json::from_str(&text).unwrap();
    let part = |slot: &str, field: &str| json[slot][field].as_str().unwrap().to_owned();
    let swapped = forged(&text, |body| {
        body.replace(&part("keychain", "salt"), &part("recovery", "salt"))
            .replace(&part("keychain", "wrapped"), &part("recovery", "wrapped"))
    });
    let read = ReadHeader::parse(swapped.as_bytes()).unwrap();
    assert!(matches!(
        read.header.open_by_keychain(&key),
        Err(VaultError::Keychain(KeychainError::EntryWrong))
    ));
    let opened = read.header.open(&passphrase("walnut orbit")).unwrap();
    assert!(matches!(
        read.verify(&opened),
        Err(VaultError::DamagedHeader { .. })
    ));
}

#[test]
fn rejects_every_flipped_bit_of_a_header_with_a_keychain() {
    let (text, _) = with_keychain();
    let mut bytes = text.into_bytes();
    for at in 0..bytes.len() {
        for bit in 0..8 {
            bytes[at] ^= 1 << bit;
            assert!(ReadHeader::parse(&bytes).is_err(), "byte {at}, bit {bit}");
            bytes[at] ^= 1 << bit;
        }
    }
}

#[test]
fn holds_no_secret_in_the_open() {
    let (text, code) = written();
    for secret in [
        hex::encode(&**master().expose_secret()).as_str(),
        "walnut",
        &code.groups().concat(),
    ] {
        assert!(!text.contains(secret), "found in the header");
    }
    let again = Header::new(&master(), &passphrase("walnut orbit"), KdfCost::LOWEST, &code).unwrap();
    assert_ne!(
        again.to_text(&master()).unwrap(),
        text,
        "salts and nonces are fresh each time"
    );
}

#[test]
fn rejects_a_wrong_passphrase_and_a_wrong_code() {
    let (text, _) = written();
    let read = ReadHeader::parse(text.as_bytes()).unwrap();
    assert!(matches!(
        read.header.open(&passphrase("walnut orbits")),
        Err(VaultError::WrongPassphrase)
    ));
    assert!(matches!(
        read.header.open(&passphrase("")),
        Err(VaultError::EmptyPassphrase)
    ));
    let other = RecoveryCode::random().unwrap();
    assert!(matches!(
        read.header.open_by_code(&other),
        Err(VaultError::WrongRecoveryCode)
    ));
}

#[test]
fn rejects_every_flipped_bit_as_damage() {
    let (text, _) = written();
    let mut bytes = text.into_bytes();
    for at in 0..bytes.len() {
        for bit in 0..8 {
            bytes[at] ^= 1 << bit;
            let refused = ReadHeader::parse(&bytes).err();
            assert!(
                matches!(refused, Some(VaultError::DamagedHeader { .. })),
                "byte {at}, bit {bit}: {refused:?}"
            );
            bytes[at] ^= 1 << bit;
        }
    }
}

#[test]
fn rejects_every_cut_and_addition() {
    let (text, _) = written();
    for length in 0..text.len() {
        assert!(
            ReadHeader::parse(&text.as_bytes()[..length]).is_err(),
            "cut to {length} bytes"
        );
    }
    damage(&format!("{text}\n"));
    damage(&format!(" {text}"));
}

#[test]
fn rejects_what_is_not_a_header() {
    for text in ["", "{}", "null", "{\n  \"mac\": \"\"\n}\n", &"[".repeat(10_000)] {
        damage(text);
    }
    assert!(ReadHeader::parse(&[0xff; 100]).is_err());
}

#[test]
fn rejects_a_newer_version_by_name() {
    let (text, _) = written();
    let newer = forged(&text, |body| body.replace("\"version\": 1", "\"version\": 3"));
    let refused = ReadHeader::parse(newer.as_bytes()).err();
    assert!(
        matches!(
            refused,
            Some(VaultError::UnsupportedVersion { found: 3, known: 2 })
        ),
        "{refused:?}"
    );
    let never = forged(&text, |body| body.replace("\"version\": 1", "\"version\": 0"));
    assert_eq!(damage(&never), "its version never existed");
}

#[test]
fn rejects_a_hostile_cost_before_deriving() {
    let (text, _) = written();
    for (from, to) in [
        ("\"memory_kib\": 8", "\"memory_kib\": 4294967295"),
        ("\"memory_kib\": 8", "\"memory_kib\": 1048577"),
        ("\"passes\": 1", "\"passes\": 65"),
        ("\"passes\": 1", "\"passes\": 0"),
    ] {
        let begun = std::time::Instant::now();
        assert_eq!(
            damage(&forged(&text, |body| body.replace(from, to))),
            "it asks for more memory or time than any cabinet does"
        );
        assert!(begun.elapsed().as_millis() < 100, "refused before any work");
    }
    let other = forged(&text, |body| body.replace("argon2id", "argon2i"));
    assert_eq!(damage(&other), "its key derivation is unknown");
}

#[test]
fn rejects_forged_parameters() {
    let (text, _) = written();
    // Cheaper or dearer parameters give another key; the wrapping does not open.
    let dearer = forged(&text, |body| body.replace("\"passes\": 1", "\"passes\": 2"));
    let read = ReadHeader::parse(dearer.as_bytes()).unwrap();
    assert!(matches!(
        read.header.open(&passphrase("walnut orbit")),
        Err(VaultError::WrongPassphrase)
    ));
}

#[test]
fn rejects_a_slot_of_another_header() {
    let (text, code) = written();
    let (other, other_code) = written();
    let recovery = |text: &str| {
        let json: serde_json::Value = serde_json::from_str(text).unwrap();
        (
            json["recovery"]["salt"].as_str().unwrap().to_owned(),
            json["recovery"]["wrapped"].as_str().unwrap().to_owned(),
        )
    };
    let (salt, wrapped) = recovery(&text);
    let (other_salt, other_wrapped) = recovery(&other);
    let swapped = forged(&text, |body| {
        body.replace(&salt, &other_salt).replace(&wrapped, &other_wrapped)
    });
    let read = ReadHeader::parse(swapped.as_bytes()).unwrap();
    // Its wrapping names the other cabinet, so neither code opens it; and what the passphrase opens notices.
    assert!(matches!(
        read.header.open_by_code(&other_code),
        Err(VaultError::WrongRecoveryCode)
    ));
    assert!(matches!(
        read.header.open_by_code(&code),
        Err(VaultError::WrongRecoveryCode)
    ));
    let opened = read.header.open(&passphrase("walnut orbit")).unwrap();
    assert!(matches!(
        read.verify(&opened),
        Err(VaultError::DamagedHeader { .. })
    ));
}

#[test]
fn rejects_foreign_and_missing_fields() {
    let (text, _) = written();
    let foreign = forged(&text, |body| {
        body.replace("\"recovery\": {", "\"extra\": 1,\n  \"recovery\": {")
    });
    assert_eq!(damage(&foreign), "a field is missing or foreign");
    let missing = forged(&text, |body| body.replace("\"recovery\"", "\"recoverx\""));
    assert_eq!(damage(&missing), "a field is missing or foreign");
    let unsealed = forged(&text, |body| body.split_once(MAC_BEGINS).unwrap().0.to_owned());
    assert_eq!(damage(&unsealed), "its seal is missing");
    let shorter = forged(&text, |body| {
        let at = body.find("\"wrapped\": \"").unwrap() + 12;
        format!("{}{}", &body[..at], &body[at + 2..])
    });
    let read = ReadHeader::parse(shorter.as_bytes()).unwrap();
    let refused = read.header.open(&passphrase("walnut orbit")).err();
    assert!(
        matches!(refused, Some(VaultError::DamagedHeader { .. })),
        "{refused:?}"
    );
}

#[test]
fn a_new_passphrase_keeps_the_key_and_the_code() {
    let (text, code) = written();
    let old = ReadHeader::parse(text.as_bytes()).unwrap().header;
    let new = old
        .with_passphrase(&master(), &passphrase("cellar mist"))
        .unwrap();
    assert!(matches!(
        new.open(&passphrase("walnut orbit")),
        Err(VaultError::WrongPassphrase)
    ));
    for opened in [new.open(&passphrase("cellar mist")), new.open_by_code(&code)] {
        assert_eq!(**opened.unwrap().expose_secret(), **master().expose_secret());
    }
}

proptest! {
    #[test]
    fn rejects_random_changes(changes in proptest::collection::vec((any::<proptest::sample::Index>(), 1_u8..), 1..6)) {
        let (text, _) = written();
        let original = text.clone().into_bytes();
        let mut bytes = text.into_bytes();
        for (at, change) in changes {
            let at = at.index(bytes.len());
            bytes[at] ^= change;
        }
        prop_assert!(bytes == original || ReadHeader::parse(&bytes).is_err());
    }

    #[test]
    fn parsing_anything_never_panics(bytes in any::<Vec<u8>>().prop_map(|bytes| bytes)) {
        prop_assert!(ReadHeader::parse(&bytes).is_err());
    }
}
