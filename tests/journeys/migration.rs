//! Cabinets of earlier versions open for ever, after a backup that can be gone back to.

use std::path::Path;

use cabinet_tests::{Cabinet, old_cabinet};

#[test]
fn an_old_cabinet_opens_with_all_that_is_in_it_after_a_backup() {
    let cabinet = Cabinet::unmade();
    old_cabinet("first", &cabinet.home());
    let listed = cabinet.run(&["list"]).succeeded();
    assert_eq!(listed.len(), 1);
    assert_eq!(listed[0]["title"], "Keeper's log");
    cabinet.run(&["verify"]).succeeded();
    assert!(
        !cabinet
            .run(&["search", "--mode", "vector", "lighthouse"])
            .succeeded()
            .is_empty()
    );
    let backups = files(&cabinet.home().join("backups"));
    assert_eq!(
        backups.len(),
        1,
        "one backup before the change of shape: {backups:?}"
    );
    let backup = cabinet.home().join("backups").join(&backups[0]);
    let backup = backup.to_str().expect("a plain path");
    assert_eq!(
        cabinet.run(&["backup", "--check", backup]).only()["kind"],
        "database"
    );
    cabinet.run(&["list"]).succeeded();
    assert_eq!(
        files(&cabinet.home().join("backups")),
        backups,
        "and none without a change"
    );

    // What came with later shapes works on what was there before.
    let id = listed[0]["id"].as_str().expect("an id");
    cabinet.run(&["label", "document", id, "privileged"]).succeeded();
    assert_eq!(cabinet.run(&["label", "list"]).only()["label"], "privileged");
    assert!(
        cabinet.run(&["ledger"]).succeeded().is_empty(),
        "nothing has ever left it"
    );
    cabinet.run(&["label", "document", id, "none"]).succeeded();

    let restored = cabinet.run(&["restore", backup]).only();
    assert_eq!(restored["kind"], "database");
    let aside = restored["set_aside"].as_str().expect("a place");
    assert!(
        Path::new(aside).join("cabinet.db").exists(),
        "the newer database is kept"
    );
    assert_eq!(
        cabinet.run(&["list"]).succeeded(),
        listed,
        "and is brought up to date once more"
    );
}

fn files(folder: &Path) -> Vec<String> {
    std::fs::read_dir(folder)
        .expect("the folder is there")
        .flatten()
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect()
}
