//! Making, opening, locking, re-keying; and every way in which the header can be wrong or missing.

use std::fs;

use cabinet_vault::{KdfCost, Passphrase, RecoveryCode, Vault, VaultError};
use uuid::Uuid;

use crate::{Cabinet, PASSPHRASE, contains, every_byte, passphrase};

fn refused<T>(outcome: Result<T, VaultError>) -> VaultError {
    outcome.err().expect("this should have been refused")
}

#[test]
fn what_was_sealed_is_there_after_locking() {
    let (cabinet, vault, _) = Cabinet::make();
    let id = Uuid::new_v4();
    vault.objects().put(id, b"left knee".as_slice()).unwrap();
    let sealed = vault.seal_value("audit head", b"42").unwrap();
    drop(vault);
    let vault = cabinet.open().unwrap();
    assert_eq!(vault.objects().get(id).unwrap(), b"left knee");
    assert_eq!(vault.open_value("audit head", &sealed).unwrap().as_slice(), b"42");
    assert!(matches!(
        refused(vault.open_value("audit tail", &sealed)),
        VaultError::ValueDamaged
    ));
    assert_eq!(vault.home(), cabinet.home());
}

#[test]
fn making_writes_no_secret() {
    let (cabinet, vault, code) = Cabinet::make();
    vault
        .objects()
        .put(Uuid::new_v4(), b"Amara Ostrowski".as_slice())
        .unwrap();
    let bytes = every_byte(&cabinet.home());
    for word in [
        PASSPHRASE,
        "walnut",
        "Ostrowski",
        &code.groups().concat(),
        &code.groups().join("-"),
    ] {
        assert!(!contains(&bytes, word), "{word} lies in the open");
    }
}

#[test]
fn a_dropped_vault_is_locked_whoever_holds_a_part_of_it() {
    let (_cabinet, vault, _) = Cabinet::make();
    let objects = vault.objects().clone();
    let id = Uuid::new_v4();
    objects.put(id, b"left knee".as_slice()).unwrap();
    drop(vault);
    assert!(matches!(refused(objects.get(id)), VaultError::Locked));
    assert!(matches!(
        refused(objects.put(id, b"x".as_slice())),
        VaultError::Locked
    ));
    assert!(matches!(refused(objects.list()), VaultError::Locked));
    assert!(matches!(refused(objects.exists(id)), VaultError::Locked));
    assert!(matches!(refused(objects.delete(id)), VaultError::Locked));
}

#[test]
fn one_process_at_a_time() {
    let (cabinet, vault, _) = Cabinet::make();
    assert!(Vault::exists(&cabinet.home()));
    assert!(Vault::in_use(&cabinet.home()));
    let second = refused(cabinet.open());
    assert!(matches!(second, VaultError::InUse));
    assert!(
        second.to_string().contains("open in another"),
        "the message says so: {second}"
    );
    drop(vault);
    assert!(!Vault::in_use(&cabinet.home()));
    let again = cabinet.open().unwrap();
    assert!(Vault::in_use(&cabinet.home()));
    drop(again);
    assert!(matches!(
        refused(Vault::open(&cabinet.home(), &passphrase("wrong"))),
        VaultError::WrongPassphrase
    ));
    assert!(!Vault::in_use(&cabinet.home()), "a failed opening keeps no lock");
}

#[test]
fn rejects_a_folder_without_a_cabinet() {
    let cabinet = Cabinet::empty();
    assert!(matches!(refused(cabinet.open()), VaultError::NotACabinet));
    fs::create_dir(cabinet.home()).unwrap();
    assert!(matches!(refused(cabinet.open()), VaultError::NotACabinet));
    assert!(!Vault::exists(&cabinet.home()) && !Vault::in_use(&cabinet.home()));
    assert_eq!(
        fs::read_dir(cabinet.home()).unwrap().count(),
        0,
        "looking leaves nothing behind"
    );
}

#[test]
fn never_makes_a_new_key_beside_data() {
    for data in [
        "cabinet.db",
        "objects/018f6a52-0000-7000-8000-000000000000",
        "vectors/passages.lance/x",
    ] {
        let (cabinet, vault, code) = Cabinet::make();
        drop(vault);
        let path = cabinet.path(data);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, b"data").unwrap();
        fs::remove_file(cabinet.path("vault.json")).unwrap();
        let before = every_byte(&cabinet.home());
        let create = Vault::create(&cabinet.home(), &passphrase(PASSPHRASE), KdfCost::LOWEST);
        let recover = Vault::recover(&cabinet.home(), &code, &passphrase("new"));
        for outcome in [refused(create), refused(cabinet.open()), refused(recover)] {
            assert!(matches!(outcome, VaultError::MissingHeader), "{data}: {outcome}");
        }
        assert_eq!(every_byte(&cabinet.home()), before, "{data}: nothing was touched");
    }
}

#[test]
fn never_replaces_a_cabinet() {
    let (cabinet, vault, _) = Cabinet::make();
    let header = fs::read(cabinet.path("vault.json")).unwrap();
    for _ in 0..2 {
        let again = Vault::create(&cabinet.home(), &passphrase("other words here"), KdfCost::LOWEST);
        assert!(matches!(refused(again), VaultError::AlreadyExists));
    }
    drop(vault);
    let again = Vault::create(&cabinet.home(), &passphrase("other words here"), KdfCost::LOWEST);
    assert!(
        matches!(refused(again), VaultError::AlreadyExists),
        "nor a locked one"
    );
    assert_eq!(fs::read(cabinet.path("vault.json")).unwrap(), header);
}

#[test]
fn a_new_passphrase_keeps_everything_else() {
    let (cabinet, vault, code) = Cabinet::make();
    let id = Uuid::new_v4();
    vault.objects().put(id, b"left knee".as_slice()).unwrap();
    let wrong = vault.change_passphrase(&passphrase("not it"), &passphrase("new words"));
    assert!(matches!(refused(wrong), VaultError::WrongPassphrase));
    let empty = vault.change_passphrase(&passphrase(PASSPHRASE), &passphrase(""));
    assert!(matches!(refused(empty), VaultError::EmptyPassphrase));

    vault
        .change_passphrase(&passphrase(PASSPHRASE), &passphrase("new words"))
        .unwrap();
    assert_eq!(
        vault.objects().get(id).unwrap(),
        b"left knee",
        "what is open stays open"
    );
    vault
        .change_passphrase(&passphrase("new words"), &passphrase("newer words"))
        .unwrap();
    drop(vault);
    for old in [PASSPHRASE, "new words"] {
        assert!(matches!(
            refused(Vault::open(&cabinet.home(), &passphrase(old))),
            VaultError::WrongPassphrase
        ));
    }
    let vault = Vault::open(&cabinet.home(), &passphrase("newer words")).unwrap();
    assert_eq!(vault.objects().get(id).unwrap(), b"left knee");
    drop(vault);
    Vault::recover(&cabinet.home(), &code, &passphrase(PASSPHRASE)).unwrap();
}

#[test]
fn the_recovery_code_gives_a_new_passphrase() {
    let (cabinet, vault, code) = Cabinet::make();
    let id = Uuid::new_v4();
    vault.objects().put(id, b"left knee".as_slice()).unwrap();
    drop(vault);
    // As typed from paper.
    let typed = RecoveryCode::parse(&code.groups().join(" ").to_lowercase()).unwrap();
    for words in ["found again", "and again"] {
        let vault = Vault::recover(&cabinet.home(), &typed, &passphrase(words)).unwrap();
        assert_eq!(vault.objects().get(id).unwrap(), b"left knee");
        drop(vault);
        Vault::open(&cabinet.home(), &passphrase(words)).unwrap();
    }
    assert!(
        matches!(refused(cabinet.open()), VaultError::WrongPassphrase),
        "the old one is gone"
    );

    let (_other, _, other_code) = Cabinet::make();
    let header = fs::read(cabinet.path("vault.json")).unwrap();
    let wrong = Vault::recover(&cabinet.home(), &other_code, &passphrase("x"));
    assert!(matches!(refused(wrong), VaultError::WrongRecoveryCode));
    assert_eq!(
        fs::read(cabinet.path("vault.json")).unwrap(),
        header,
        "and nothing was written"
    );
}

#[test]
fn rejects_an_empty_passphrase_before_anything_is_made() {
    let cabinet = Cabinet::empty();
    let empty = Vault::create(&cabinet.home(), &Passphrase::new(String::new()), KdfCost::LOWEST);
    assert!(matches!(refused(empty), VaultError::EmptyPassphrase));
    assert!(!cabinet.home().exists());
}

#[test]
fn rejects_a_damaged_header_whatever_was_damaged() {
    let (cabinet, vault, code) = Cabinet::make();
    drop(vault);
    let place = cabinet.path("vault.json");
    let sound = fs::read(&place).unwrap();
    let damaged = [
        Vec::new(),
        b"{}".to_vec(),
        sound[..sound.len() / 2].to_vec(),
        vec![b'x'; 1 << 20],
        sound.iter().map(|byte| byte ^ 1).collect(),
    ];
    for bytes in damaged {
        fs::write(&place, &bytes).unwrap();
        assert!(
            matches!(refused(cabinet.open()), VaultError::DamagedHeader { .. }),
            "{} bytes",
            bytes.len()
        );
        let recover = Vault::recover(&cabinet.home(), &code, &passphrase("x"));
        assert!(matches!(refused(recover), VaultError::DamagedHeader { .. }));
        let create = Vault::create(&cabinet.home(), &passphrase("x"), KdfCost::LOWEST);
        assert!(
            matches!(refused(create), VaultError::AlreadyExists),
            "a damaged one is not replaced"
        );
        assert_eq!(fs::read(&place).unwrap(), bytes);
    }
    fs::write(&place, sound).unwrap();
    cabinet.open().unwrap();
}

#[test]
fn what_a_crash_left_is_swept() {
    let (cabinet, vault, _) = Cabinet::make();
    let id = Uuid::new_v4();
    vault.objects().put(id, b"left knee".as_slice()).unwrap();
    drop(vault);
    for name in [
        "vault.json.0.unfinished".to_owned(),
        format!("objects/{id}.3.unfinished"),
    ] {
        fs::write(cabinet.path(&name), b"half").unwrap();
    }
    let vault = cabinet.open().unwrap();
    assert_eq!(vault.objects().list().unwrap(), [id]);
    assert!(!cabinet.path("vault.json.0.unfinished").exists());
    assert_eq!(fs::read_dir(cabinet.path("objects")).unwrap().count(), 1);
}

#[test]
fn every_error_says_what_to_do_and_names_no_path() {
    let (cabinet, vault, _) = Cabinet::make();
    drop(vault);
    fs::remove_file(cabinet.path("vault.json")).unwrap();
    fs::create_dir(cabinet.path("vault.json")).unwrap();
    let errors = [
        refused(cabinet.open()),
        refused(Vault::open(&cabinet.path("none"), &passphrase("x"))),
        VaultError::DiskFull,
    ];
    let folder = cabinet.folder.path().to_str().unwrap();
    for error in errors {
        assert!(!error.advice().is_empty());
        assert!(error.to_string().ends_with('.'), "{error}");
        assert!(!format!("{error:?} {error}").contains(folder), "{error:?}");
    }
}

#[cfg(unix)]
#[test]
fn only_the_owner_may_look() {
    use std::os::unix::fs::PermissionsExt;
    let (cabinet, vault, _) = Cabinet::make();
    let id = Uuid::new_v4();
    vault.objects().put(id, b"left knee".as_slice()).unwrap();
    let mode = |path: &std::path::Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&cabinet.home()), 0o700);
    for name in [
        "vault.json".to_owned(),
        "lock".to_owned(),
        format!("objects/{id}"),
    ] {
        assert_eq!(mode(&cabinet.path(&name)), 0o600, "{name}");
    }
    assert_eq!(mode(&cabinet.path("objects")), 0o700);
}
