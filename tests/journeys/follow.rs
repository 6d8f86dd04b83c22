//! A followed folder: what is added, changed, renamed or removed there is so in the cabinet, and a drive that is away
//! removes nothing.

use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use cabinet_tests::Cabinet;
use serde_json::Value;

/// Writes a file as one that has been lying there for a while.
fn put(path: &Path, text: &str, minutes_ago: u64) {
    std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
    std::fs::write(path, text).expect("a file");
    let then = SystemTime::now() - Duration::from_secs(60 * minutes_ago);
    let file = std::fs::File::options().write(true).open(path).expect("a file");
    file.set_modified(then).expect("its time");
}

struct Post {
    cabinet: Cabinet,
    folder: PathBuf,
}

impl Post {
    fn followed() -> Self {
        let cabinet = Cabinet::new();
        let folder = cabinet.scratch().join("Incoming post");
        put(
            &folder.join("harbour.txt"),
            "The harbour wall at Quay Street is cracked.",
            50,
        );
        put(
            &folder.join("deep/down/garden.txt"),
            "The garden of Mrs Penhallow is overgrown.",
            40,
        );
        let place = folder.to_string_lossy().into_owned();
        cabinet
            .run(&["follow", "add", "--folder", "Post", &place])
            .succeeded();
        Self { cabinet, folder }
    }

    fn look(&self) -> Vec<Value> {
        self.cabinet.run(&["follow", "now"]).succeeded()
    }

    fn names(&self, trash: bool) -> Vec<String> {
        let args: &[&str] = if trash { &["list", "--trash"] } else { &["list"] };
        let mut names: Vec<String> = self
            .cabinet
            .run(args)
            .succeeded()
            .iter()
            .map(|row| row["source_name"].as_str().unwrap_or_default().to_string())
            .collect();
        names.sort();
        names
    }

    fn finds(&self, words: &str) -> usize {
        self.cabinet
            .run(&["search", "--mode", "text", words])
            .succeeded()
            .len()
    }
}

#[test]
fn what_happens_in_a_followed_folder_happens_in_the_cabinet() {
    let post = Post::followed();
    assert_eq!(post.look().len(), 2, "both files are read, the one far below too");
    assert_eq!(post.names(false), ["garden.txt", "harbour.txt"]);
    assert_eq!(post.look().len(), 0, "nothing happened, nothing is read again");

    put(
        &post.folder.join("harbour.txt"),
        "The harbour wall was mended in spring.",
        30,
    );
    assert_eq!(post.look().len(), 1);
    assert_eq!(
        post.names(false),
        ["garden.txt", "harbour.txt"],
        "a version, not a copy"
    );
    assert_eq!((post.finds("mended"), post.finds("cracked")), (1, 0));
    let row = |trash: &str| {
        let rows = post.cabinet.run(&["list", trash]).succeeded();
        rows.into_iter()
            .find(|row| row["source_name"] == "harbour.txt")
            .expect("the harbour")
    };
    let (now, before) = (row("--folder=Post"), row("--trash"));
    assert_eq!(now["versions_before"], 1);
    assert_eq!(before["replaced_by"], now["id"]);

    std::fs::rename(
        post.folder.join("deep/down/garden.txt"),
        post.folder.join("garden wall.txt"),
    )
    .expect("renamed");
    assert_eq!(
        post.look().len(),
        0,
        "the same file under another name is not read again"
    );
    assert_eq!(post.names(false), ["garden wall.txt", "harbour.txt"]);

    std::fs::remove_file(post.folder.join("garden wall.txt")).expect("removed");
    post.look();
    assert_eq!(post.names(false), ["harbour.txt"]);
    assert_eq!(
        post.names(true),
        ["garden wall.txt", "harbour.txt"],
        "in the trash, not gone"
    );

    post.cabinet
        .run(&["follow", "stop", &post.folder.to_string_lossy()])
        .succeeded();
    std::fs::remove_file(post.folder.join("harbour.txt")).expect("removed");
    post.look();
    assert_eq!(post.names(false), ["harbour.txt"], "followed no longer");
}

#[test]
fn a_drive_that_is_away_removes_nothing() {
    let post = Post::followed();
    post.look();
    let away = post.folder.with_extension("away");
    std::fs::rename(&post.folder, &away).expect("unplugged");
    for empty in [false, true] {
        if empty {
            std::fs::create_dir(&post.folder).expect("a mount point");
        }
        let run = post.cabinet.run(&["follow", "now"]);
        assert_eq!(run.status, Some(1), "{}", run.messages);
        let told = run.results[0]["trouble"].as_str().unwrap_or_default();
        assert!(told.contains("Nothing is removed"), "{told}");
        assert_eq!(post.names(false), ["garden.txt", "harbour.txt"]);
    }
    std::fs::remove_dir(&post.folder).expect("no mount point any more");
    std::fs::rename(&away, &post.folder).expect("plugged in");
    assert_eq!(post.look().len(), 0, "nothing is read again");
}

#[test]
fn a_copy_outlives_what_it_is_a_copy_of() {
    let post = Post::followed();
    put(
        &post.folder.join("copy.txt"),
        "The harbour wall at Quay Street is cracked.",
        10,
    );
    let statuses: Vec<Value> = post.look().iter().map(|line| line["status"].clone()).collect();
    assert_eq!(statuses.iter().filter(|status| *status == "duplicate").count(), 1);
    let kept = post.names(false);
    let first = kept
        .iter()
        .find(|name| *name != "garden.txt")
        .expect("one of the two");
    std::fs::remove_file(post.folder.join(first)).expect("removed");
    post.look();
    post.look();
    assert_eq!(post.finds("cracked"), 1, "the copy is read in its place");
}

#[test]
fn a_folder_is_followed_once() {
    let post = Post::followed();
    let place = |path: &Path| path.to_string_lossy().into_owned();
    for nested in [
        post.folder.clone(),
        post.folder.join("deep"),
        post.cabinet.scratch(),
    ] {
        let run = post.cabinet.run(&["follow", "add", &place(&nested)]);
        assert_eq!(run.status, Some(1));
        assert!(run.messages.contains("followed already"), "{}", run.messages);
    }
    let run = post
        .cabinet
        .run(&["follow", "add", &place(&post.folder.join("harbour.txt"))]);
    assert_eq!(run.status, Some(1));
    assert!(run.messages.contains("no folder"), "{}", run.messages);
}
