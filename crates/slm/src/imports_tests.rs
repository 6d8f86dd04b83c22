//! Importing on made files: what arrives, what is refused, and that nothing is left behind.

use super::*;
use crate::made::{self, GgufFile, TEXT};

fn go_on(_: u64, _: u64) -> ControlFlow<()> {
    ControlFlow::Continue(())
}

/// A file of a made model in one folder, an empty store in another.
fn outside(file: &GgufFile) -> (tempfile::TempDir, std::path::PathBuf, ModelStore) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("My Model (v2).gguf");
    std::fs::write(&path, file.bytes()).unwrap();
    let store = ModelStore::installed(dir.path().join("models")).unwrap();
    (dir, path, store)
}

/// Names in the models directory.
fn left(store: &ModelStore) -> Vec<String> {
    let entries = std::fs::read_dir(store.dir()).into_iter().flatten().flatten();
    let mut names: Vec<String> = entries
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

#[test]
fn an_imported_model_is_listed_verified_chosen_and_removed() {
    let mut file = made::writer(true);
    file.set("general.name", TEXT, made::text("Made Writer"));
    file.set("general.license", TEXT, made::text("MIT"));
    let (_dir, path, mut store) = outside(&file);
    let mut told = Vec::new();
    let mut progress = |done, all| {
        told.push((done, all));
        ControlFlow::Continue(())
    };
    let entry = store.import(&path, &mut progress).unwrap();
    assert_eq!(
        (&*entry.id, &*entry.title, &*entry.licence),
        ("my-model--v2", "Made Writer", "MIT")
    );
    let all = file.bytes().len() as u64;
    assert_eq!((told.first(), told.last()), (Some(&(0, all)), Some(&(all, all))));
    // Another program sees it too.
    let other = ModelStore::installed(store.dir()).unwrap();
    let verified = other.verify(&entry.id).unwrap();
    assert_eq!(verified.bytes(".gguf").unwrap(), file.bytes());
    assert!(verified.memory().unwrap().is_some_and(|bytes| bytes > 10_000));
    assert_ne!(other.chosen(Task::Writer).unwrap().id, entry.id);
    other.choose(&entry.id, Purpose::Completion).unwrap();
    assert_eq!(other.completer().unwrap().id, entry.id);
    assert_ne!(
        other.chosen(Task::Writer).unwrap().id,
        entry.id,
        "each purpose has its own"
    );
    other.choose(&entry.id, Purpose::Drafting).unwrap();
    assert_eq!(other.chosen(Task::Writer).unwrap().id, entry.id);
    store.remove(&entry.id).unwrap();
    assert!(store.verify(&entry.id).is_err());
    assert_ne!(store.chosen(Task::Writer).unwrap().id, entry.id);
    assert_eq!(left(&store), [LIST]);
}

#[test]
fn a_file_that_is_there_is_not_taken_twice() {
    let (_dir, path, mut store) = outside(&made::writer(true));
    let first = store.import(&path, &mut go_on).unwrap();
    assert_eq!(store.import(&path, &mut go_on).unwrap().id, first.id);
    std::fs::write(&path, made::writer(false).bytes()).unwrap();
    let second = store.import(&path, &mut go_on).unwrap();
    assert_eq!(
        second.id,
        format!("{}-2", first.id),
        "another file of the same name"
    );
    assert_eq!(left(&store), [LIST, &first.id, &second.id]);
}

#[test]
fn rejects_what_cannot_be_run_and_leaves_nothing() {
    let mut unknown = made::writer(true);
    unknown.set("general.architecture", TEXT, made::text("mamba"));
    let whole = made::writer(true).bytes();
    let mut absurd = made::writer(true);
    absurd.set("llama.block_count", made::U32, u32::MAX.to_le_bytes().to_vec());
    for (bytes, code) in [
        (unknown.bytes(), "model_unsupported"),
        (whole[..whole.len() / 2].to_vec(), "model_malformed"),
        (absurd.bytes(), "model_malformed"),
        (b"not a model at all".to_vec(), "model_malformed"),
        (Vec::new(), "model_malformed"),
    ] {
        let (dir, path, mut store) = outside(&made::writer(true));
        std::fs::write(&path, &bytes).unwrap();
        let error = store.import(&path, &mut go_on).unwrap_err();
        assert_eq!(error.code(), code, "{error}");
        assert!(left(&store).is_empty(), "{:?}", left(&store));
        assert!(
            store.import(dir.path(), &mut go_on).is_err(),
            "a folder is no file"
        );
        assert!(store.import(&dir.path().join("none.gguf"), &mut go_on).is_err());
    }
}

#[test]
fn a_cancelled_import_leaves_nothing_and_can_be_repeated() {
    let (_dir, path, mut store) = outside(&made::writer(true));
    let refused = store.import(&path, &mut |_, _| ControlFlow::Break(()));
    assert_eq!(refused.unwrap_err(), SlmError::Cancelled);
    assert!(left(&store).is_empty());
    std::fs::create_dir_all(store.dir().join(ARRIVING)).unwrap();
    store.import(&path, &mut go_on).unwrap();
    assert!(
        !left(&store).contains(&ARRIVING.to_owned()),
        "what a killed import left is gone"
    );
}

#[test]
fn rejects_choosing_and_removing_what_is_not_the_users() {
    let (_dir, _path, mut store) = outside(&made::writer(true));
    let belongs = store.manifest().default_for(Task::Writer).unwrap().id.clone();
    assert_eq!(store.remove(&belongs).unwrap_err().code(), "request");
    assert_eq!(store.remove("nobody").unwrap_err().code(), "unknown_model");
    assert_eq!(
        store.choose("nobody", Purpose::Drafting).unwrap_err().code(),
        "unknown_model"
    );
    let embedder = store.manifest().default_for(Task::Embedder).unwrap().id.clone();
    for purpose in [Purpose::Drafting, Purpose::Completion] {
        assert_eq!(store.choose(&embedder, purpose).unwrap_err().code(), "request");
        assert_eq!(store.choose(&belongs, purpose), Ok(()));
    }
}

#[test]
fn rejects_a_list_that_leads_out_of_the_directory() {
    let (_dir, path, mut store) = outside(&made::writer(true));
    let entry = store.import(&path, &mut go_on).unwrap();
    let list = store.dir().join(LIST);
    let text = std::fs::read_to_string(&list).unwrap();
    for bad in [
        text.replace(&entry.id, "../outside"),
        "model = 3".to_owned(),
        "[[model]]".to_owned(),
    ] {
        std::fs::write(&list, bad).unwrap();
        assert_eq!(ModelStore::installed(store.dir()).unwrap_err().code(), "manifest");
    }
}
