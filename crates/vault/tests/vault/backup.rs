//! Backups: what is written comes back, what was altered is refused, and the `age` tool and `tar` read it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use cabinet_vault::{
    Backup, BackupKind, BackupPlan, BackupProgress, Passphrase, Vault, VaultError, WayIn, restore,
};
use uuid::Uuid;

use crate::{Cabinet, PASSPHRASE, every_byte, passphrase};

/// A cabinet with a database and originals.
async fn filled(originals: usize) -> (Cabinet, Vault, Vec<Uuid>) {
    let (cabinet, vault, _) = Cabinet::make();
    let db = vault.open_database().await.unwrap();
    sqlx::query("CREATE TABLE kept (words TEXT)")
        .execute(&db)
        .await
        .unwrap();
    sqlx::query("INSERT INTO kept VALUES ('nine boats')")
        .execute(&db)
        .await
        .unwrap();
    db.close().await;
    let ids: Vec<Uuid> = (0..originals).map(|_| Uuid::new_v4()).collect();
    for (n, id) in ids.iter().enumerate() {
        vault.objects().put(*id, content(n).as_slice()).unwrap();
    }
    (cabinet, vault, ids)
}

fn content(n: usize) -> Vec<u8> {
    format!("the invented letter {n} ")
        .repeat(4_000 * (n + 1))
        .into_bytes()
}

fn plan(originals: &[Uuid], base: Option<&Path>) -> BackupPlan {
    BackupPlan {
        originals: originals.to_vec(),
        base: base.map(Path::to_owned),
        database_only: false,
    }
}

fn on(_: BackupProgress) -> bool {
    true
}

fn back_up(vault: &Vault, place: &Path, plan: &BackupPlan) -> Result<Backup, VaultError> {
    vault.back_up(place, plan, &mut on)
}

fn bring_back(place: &Path, home: &Path) -> Result<cabinet_vault::Restored, VaultError> {
    restore(
        place,
        None,
        home,
        &WayIn::Passphrase(&passphrase(PASSPHRASE)),
        &mut on,
    )
}

async fn words(vault: &Vault) -> String {
    let db = vault.open_database().await.unwrap();
    let (words,): (String,) = sqlx::query_as("SELECT words FROM kept")
        .fetch_one(&db)
        .await
        .unwrap();
    db.close().await;
    words
}

fn out(cabinet: &Cabinet, name: &str) -> PathBuf {
    let folder = cabinet.folder.path().join("out");
    fs::create_dir_all(&folder).unwrap();
    folder.join(name)
}

#[tokio::test]
async fn a_backup_comes_back_as_it_was() {
    let (cabinet, vault, ids) = filled(3).await;
    let place = out(&cabinet, "whole.age");
    let made = back_up(&vault, &place, &plan(&ids, None)).unwrap();
    assert_eq!((made.kind, made.originals), (BackupKind::Whole, 3));
    assert_eq!(made.bytes, fs::metadata(&place).unwrap().len());
    assert_eq!(vault.check_backup(&place, &mut on).unwrap().id, made.id);
    drop(vault);
    let home = cabinet.folder.path().join("restored/cabinet");
    let restored = bring_back(&place, &home).unwrap();
    assert_eq!(restored.originals, 3);
    assert!(restored.missing.is_empty());
    let vault = Vault::open(&home, &passphrase(PASSPHRASE)).unwrap();
    for (n, id) in ids.iter().enumerate() {
        assert_eq!(vault.objects().get(*id).unwrap(), content(n));
    }
    assert_eq!(words(&vault).await, "nine boats");
    let beside = fs::read_dir(home.parent().unwrap()).unwrap().count();
    assert_eq!(beside, 1, "nothing unfinished is left");
}

#[tokio::test]
async fn additions_hold_only_what_is_new_and_come_back_with_their_base() {
    let (cabinet, vault, mut ids) = filled(2).await;
    let (whole, added) = (out(&cabinet, "whole.age"), out(&cabinet, "added.age"));
    back_up(&vault, &whole, &plan(&ids, None)).unwrap();
    vault.objects().delete(ids.remove(0)).unwrap();
    let new = Uuid::new_v4();
    vault.objects().put(new, b"new".as_slice()).unwrap();
    ids.push(new);
    let made = back_up(&vault, &added, &plan(&ids, Some(&whole))).unwrap();
    assert_eq!((made.kind, made.originals), (BackupKind::Additions, 1));
    assert!(
        matches!(
            back_up(&vault, &out(&cabinet, "more.age"), &plan(&ids, Some(&added))),
            Err(VaultError::BackupDamaged { .. })
        ),
        "no chains"
    );
    let home = cabinet.folder.path().join("restored");
    let restored = bring_back(&added, &home).unwrap();
    assert_eq!(
        restored.originals, 2,
        "what was deleted before does not come back"
    );
    let restored = Vault::open(&home, &passphrase(PASSPHRASE)).unwrap();
    assert_eq!(restored.objects().get(new).unwrap(), b"new");
    let mut listed = restored.objects().list().unwrap();
    listed.sort_unstable();
    ids.sort_unstable();
    assert_eq!(listed, ids);

    let alone = cabinet.folder.path().join("alone/added.age");
    fs::create_dir_all(alone.parent().unwrap()).unwrap();
    fs::copy(&added, &alone).unwrap();
    let nowhere = cabinet.folder.path().join("nowhere");
    assert!(matches!(
        bring_back(&alone, &nowhere),
        Err(VaultError::BaseMissing)
    ));
    assert!(!nowhere.exists());
}

#[tokio::test]
async fn rejects_every_alteration_and_changes_nothing() {
    let (cabinet, vault, ids) = filled(1).await;
    let place = out(&cabinet, "whole.age");
    back_up(&vault, &place, &plan(&ids, None)).unwrap();
    let whole = fs::read(&place).unwrap();
    let home = cabinet.folder.path().join("restored");
    // Every byte of the header, and samples of the rest; the format's own tests flip every byte of a small file.
    let header = whole.windows(4).position(|w| w == b"\n---").unwrap() + 60;
    let positions = (0..header)
        .step_by(23)
        .chain((header..whole.len()).step_by(9_973))
        .chain([whole.len() - 1]);
    for at in positions {
        let mut altered = whole.clone();
        altered[at] ^= 0x20;
        fs::write(&place, &altered).unwrap();
        assert!(vault.check_backup(&place, &mut on).is_err(), "byte {at}");
        assert!(bring_back(&place, &home).is_err(), "byte {at}");
        assert!(!home.exists(), "byte {at}: nothing was made");
    }
    for cut in [0, 10, header, whole.len() / 2, whole.len() - 1] {
        fs::write(&place, &whole[..cut]).unwrap();
        assert!(bring_back(&place, &home).is_err(), "cut at {cut}");
    }
}

#[tokio::test]
async fn the_passphrase_or_the_code_of_the_day_opens_it() {
    let (cabinet, vault, ids) = filled(1).await;
    let code = vault.new_recovery_code(&passphrase(PASSPHRASE)).unwrap();
    let place = out(&cabinet, "whole.age");
    back_up(&vault, &place, &plan(&ids, None)).unwrap();
    let next = Passphrase::new("another orbit cellar mist".to_owned());
    vault.change_passphrase(&passphrase(PASSPHRASE), &next).unwrap();
    let home = |name: &str| cabinet.folder.path().join(name);
    let wrong = restore(&place, None, &home("a"), &WayIn::Passphrase(&next), &mut on);
    assert!(matches!(wrong, Err(VaultError::WrongPassphrase)));
    restore(&place, None, &home("b"), &WayIn::Code(&code), &mut on).unwrap();
    bring_back(&place, &home("c")).unwrap();
    Vault::open(&home("c"), &passphrase(PASSPHRASE)).unwrap();
}

#[tokio::test]
async fn a_cabinet_or_anything_else_in_the_way_stays() {
    let (cabinet, vault, ids) = filled(1).await;
    let place = out(&cabinet, "whole.age");
    back_up(&vault, &place, &plan(&ids, None)).unwrap();
    let before = every_byte(&cabinet.home());
    assert!(matches!(
        bring_back(&place, &cabinet.home()),
        Err(VaultError::AlreadyExists)
    ));
    assert_eq!(every_byte(&cabinet.home()), before);
    let other = cabinet.folder.path().join("other");
    fs::create_dir_all(&other).unwrap();
    fs::write(other.join("recipe.txt"), "soup").unwrap();
    assert!(matches!(bring_back(&place, &other), Err(VaultError::NotEmpty)));
    assert_eq!(fs::read_to_string(other.join("recipe.txt")).unwrap(), "soup");
}

#[tokio::test]
async fn a_damaged_original_is_named_and_not_taken_for_saved() {
    let (cabinet, vault, ids) = filled(2).await;
    let path = cabinet.path("objects").join(ids[0].to_string());
    let mut bytes = fs::read(&path).unwrap();
    bytes[200] ^= 1;
    fs::write(&path, bytes).unwrap();
    let made = back_up(&vault, &out(&cabinet, "whole.age"), &plan(&ids, None)).unwrap();
    assert_eq!(made.unsaved, [ids[0]]);
    assert_eq!(made.originals, 1);
}

#[tokio::test]
async fn a_stopped_backup_leaves_what_was_there() {
    let (cabinet, vault, ids) = filled(1).await;
    let place = out(&cabinet, "whole.age");
    fs::write(&place, "an earlier file").unwrap();
    for checking in [false, true] {
        let stopped = vault.back_up(&place, &plan(&ids, None), &mut |p| p.checking != checking);
        assert!(matches!(stopped, Err(VaultError::Stopped)), "{stopped:?}");
    }
    assert_eq!(fs::read_to_string(&place).unwrap(), "an earlier file");
    assert_eq!(fs::read_dir(place.parent().unwrap()).unwrap().count(), 1);
}

#[tokio::test]
async fn a_database_alone_goes_back_into_its_own_cabinet() {
    let (cabinet, vault, ids) = filled(1).await;
    let place = out(&cabinet, "database.age");
    let only = BackupPlan {
        database_only: true,
        ..plan(&ids, None)
    };
    assert_eq!(back_up(&vault, &place, &only).unwrap().kind, BackupKind::Database);
    let db = vault.open_database().await.unwrap();
    sqlx::query("UPDATE kept SET words = 'changed'")
        .execute(&db)
        .await
        .unwrap();
    db.close().await;
    let later = Uuid::new_v4();
    vault.objects().put(later, b"later".as_slice()).unwrap();
    assert!(matches!(
        bring_back(&place, &cabinet.home()),
        Err(VaultError::InUse)
    ));
    drop(vault);
    let nowhere = cabinet.folder.path().join("nowhere");
    assert!(matches!(
        bring_back(&place, &nowhere),
        Err(VaultError::OnlyDatabase)
    ));
    let restored = bring_back(&place, &cabinet.home()).unwrap();
    let aside = restored.set_aside.unwrap();
    assert!(aside.join("cabinet.db").exists());
    assert!(aside.join(later.to_string()).exists(), "later originals are kept");
    let vault = cabinet.open().unwrap();
    assert_eq!(words(&vault).await, "nine boats");
    assert_eq!(vault.objects().list().unwrap(), ids);
}

/// With nothing of Cabinet's but the key that it gives out. Where the tools are installed.
#[tokio::test]
async fn the_age_tool_tar_and_sha256sum_read_it() {
    let (cabinet, vault, ids) = filled(2).await;
    let place = out(&cabinet, "whole.age");
    back_up(&vault, &place, &plan(&ids, None)).unwrap();
    let key = out(&cabinet, "key.txt");
    fs::write(&key, vault.backup_key().unwrap().as_bytes()).unwrap();
    let folder = out(&cabinet, "unpacked");
    fs::create_dir_all(&folder).unwrap();
    let age = Command::new("age")
        .arg("-d")
        .arg("-i")
        .arg(&key)
        .arg(&place)
        .stdout(Stdio::piped())
        .spawn();
    let Ok(mut age) = age else {
        eprintln!("not tried: the age tool is not installed");
        return;
    };
    let tar = Command::new("tar")
        .arg("-x")
        .current_dir(&folder)
        .stdin(age.stdout.take().unwrap())
        .status();
    assert!(tar.unwrap().success());
    assert!(age.wait().unwrap().success());
    let sums = Command::new("sha256sum")
        .args(["--check", "--strict", "SHA256SUMS"])
        .current_dir(&folder)
        .output();
    assert!(sums.unwrap().status.success());
    for id in &ids {
        let name = id.to_string();
        let there = fs::read(folder.join("objects").join(&name)).unwrap();
        assert_eq!(
            there,
            fs::read(cabinet.path("objects").join(&name)).unwrap(),
            "still sealed"
        );
    }
}

/// Nothing of what is backed up can be read in the file without the key.
#[tokio::test]
async fn a_backup_tells_nothing() {
    let (cabinet, vault, ids) = filled(1).await;
    let place = out(&cabinet, "whole.age");
    back_up(&vault, &place, &plan(&ids, None)).unwrap();
    let bytes = fs::read(&place).unwrap();
    for needle in [
        "invented letter",
        "cabinet.db",
        "SHA256SUMS",
        &ids[0].to_string(),
        "nine boats",
    ] {
        let found = bytes
            .windows(needle.len())
            .any(|window| window == needle.as_bytes());
        assert!(!found, "{needle}");
    }
}
