//! `kill -9` at random moments of everything that writes: nothing acknowledged is lost, nothing is left half done.
//!
//! Each kind of work is killed a few times here; `CABINET_FAULTS=40` says how often instead. The moments are drawn from
//! a fixed seed over the time that the work takes undisturbed.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::path::Path;
use std::time::{Duration, Instant};

use cabinet_tests::{Cabinet, PASSPHRASE, old_cabinet};

const NEXT: &str = "nine cold bells under the granite weir";

fn rounds() -> u32 {
    std::env::var("CABINET_FAULTS").map_or(3, |text| text.parse().expect("CABINET_FAULTS is a number"))
}

/// Numbers that look random and are the same in each run (Knuth's MMIX generator).
struct Moments(u64);

impl Moments {
    /// A moment within `span`.
    fn within(&mut self, span: Duration) -> Duration {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        span.mul_f64((self.0 >> 11) as f64 / (1_u64 << 53) as f64)
    }
}

/// Starts a command and kills it at that moment, unless it ends before.
fn kill_at(cabinet: &Cabinet, moment: Duration, args: &[&str]) {
    let mut child = cabinet.start(args);
    std::thread::sleep(moment);
    let _ = child.kill();
    child.wait().expect("it ends");
}

/// Starts a command and kills it so long after something changed in that folder, unless it ends before.
fn kill_once_it_writes(cabinet: &Cabinet, folder: &Path, moment: Duration, args: &[&str]) {
    let look = || -> BTreeSet<(OsString, u64)> {
        let entries = std::fs::read_dir(folder).expect("the folder").flatten();
        entries
            .map(|entry| (entry.file_name(), entry.metadata().map_or(0, |about| about.len())))
            .collect()
    };
    let before = look();
    let mut child = cabinet.start(args);
    while look() == before && child.try_wait().expect("it can be asked").is_none() {
        std::thread::sleep(Duration::from_millis(2));
    }
    std::thread::sleep(moment);
    let _ = child.kill();
    child.wait().expect("it ends");
}

fn letter(cabinet: &Cabinet, n: u32) -> String {
    let file = cabinet.scratch().join(format!("letter-{n}.txt"));
    let body =
        format!("Letter {n}. The invented patient of day {n} was given {n} mg of examplium in the harbour. ")
            .repeat(30);
    std::fs::write(&file, body).expect("a file");
    file.to_str().expect("a plain path").to_string()
}

fn ids(cabinet: &Cabinet) -> BTreeSet<String> {
    let listed = cabinet.run(&["list"]).succeeded();
    listed
        .iter()
        .map(|document| document["id"].as_str().expect("an id").to_string())
        .collect()
}

/// Names of the files that became documents, in order.
fn names(cabinet: &Cabinet) -> Vec<String> {
    let listed = cabinet.run(&["list"]).succeeded();
    let mut names: Vec<String> = listed
        .iter()
        .map(|document| document["source_name"].as_str().expect("a name").to_string())
        .collect();
    names.sort_unstable();
    names
}

fn originals(cabinet: &Cabinet) -> BTreeSet<String> {
    std::fs::read_dir(cabinet.home().join("objects"))
        .expect("originals")
        .flatten()
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect()
}

fn sound(cabinet: &Cabinet) {
    let run = cabinet.run(&["verify"]);
    assert!(!run.messages.contains("panicked"), "{}", run.messages);
    let results = run.succeeded();
    assert_eq!(results.last().expect("a summary")["status"], "ok", "{results:?}");
    assert_eq!(cabinet.run(&["audit", "--verify"]).only()["status"], "ok");
}

fn undisturbed(cabinet: &Cabinet, args: &[&str]) -> Duration {
    let begun = Instant::now();
    cabinet.run(args).succeeded();
    begun.elapsed()
}

#[test]
fn a_killed_import_loses_nothing_acknowledged() {
    let cabinet = Cabinet::new();
    let span = undisturbed(&cabinet, &["add", &letter(&cabinet, 0)]);
    let mut moments = Moments(1);
    for n in 1..=rounds() {
        let before = ids(&cabinet);
        let moment = moments.within(span);
        kill_at(&cabinet, moment, &["add", &letter(&cabinet, n)]);
        let after = ids(&cabinet);
        assert!(after.is_superset(&before), "lost after a kill at {moment:?}");
        // One command may finish what the one before was killed at, so it is the names that tell.
        let names = names(&cabinet);
        assert!(
            names.windows(2).all(|two| two[0] != two[1]),
            "twice after a kill at {moment:?}: {names:?}"
        );
        assert_eq!(
            originals(&cabinet),
            after,
            "each document has its original after a kill at {moment:?}"
        );
    }
    sound(&cabinet);
}

#[test]
fn a_killed_deletion_is_finished_or_never_began() {
    let cabinet = Cabinet::new();
    for n in 0..=rounds() {
        cabinet.run(&["add", &letter(&cabinet, n)]).succeeded();
    }
    let mut left: Vec<String> = ids(&cabinet).into_iter().collect();
    let first = left.pop().expect("a document");
    let span = undisturbed(&cabinet, &["remove", &first]);
    let mut moments = Moments(2);
    for id in &left {
        let before = ids(&cabinet);
        let moment = moments.within(span);
        kill_at(&cabinet, moment, &["remove", id]);
        let after = ids(&cabinet);
        let without: BTreeSet<String> = before.iter().filter(|one| *one != id).cloned().collect();
        assert!(after == before || after == without, "after a kill at {moment:?}");
        assert_eq!(
            originals(&cabinet),
            after,
            "what is gone is gone after a kill at {moment:?}"
        );
    }
    sound(&cabinet);
}

#[test]
fn a_killed_change_of_passphrase_leaves_one_that_opens() {
    let cabinet = Cabinet::new();
    cabinet.run(&["add", &letter(&cabinet, 0)]).succeeded();
    let file = |name: &str, text: &str| {
        let file = cabinet.scratch().join(name);
        std::fs::write(&file, text).expect("a file");
        file.to_str().expect("a plain path").to_string()
    };
    let (one, two) = (file("one", PASSPHRASE), file("two", NEXT));
    let change = |from: &str, to: &str| {
        vec![
            "passwd".to_string(),
            "--passphrase-file".into(),
            from.into(),
            "--new-passphrase-file".into(),
            to.into(),
        ]
    };
    let words = |args: &[String]| args.iter().map(String::as_str).collect::<Vec<_>>().join("\n");
    let run = |args: &[String]| cabinet.run(&words(args).split('\n').collect::<Vec<_>>());
    let begun = Instant::now();
    run(&change(&one, &two)).succeeded();
    let span = begun.elapsed();
    let (mut now, mut other) = (two, one);
    let mut moments = Moments(3);
    for _ in 0..rounds() {
        let moment = moments.within(span);
        let args = change(&now, &other);
        kill_at(&cabinet, moment, &words(&args).split('\n').collect::<Vec<_>>());
        let opens = |file: &str| cabinet.run(&["unlock-check", "--passphrase-file", file]).status == Some(0);
        match (opens(&now), opens(&other)) {
            (true, false) => {}
            (false, true) => std::mem::swap(&mut now, &mut other),
            both => panic!("after a kill at {moment:?} the two passphrases open: {both:?}"),
        }
        let listed = cabinet.run(&["list", "--passphrase-file", &now]).succeeded();
        assert_eq!(listed.len(), 1);
    }
}

/// The writing of a key file takes a thousandth of a second, so few kills at random moments fall into it. Here each step of
/// it is held up, and the kill comes while it is being written: right after a step, and at moments in between.
#[test]
fn a_change_of_passphrase_killed_while_it_writes_leaves_one_that_opens() {
    const HELD: Duration = Duration::from_millis(80);
    let cabinet = Cabinet::new();
    let file = |name: &str, text: &str| {
        let file = cabinet.scratch().join(name);
        std::fs::write(&file, text).expect("a file");
        file.to_str().expect("a plain path").to_string()
    };
    let (mut now, mut other) = (file("one", PASSPHRASE), file("two", NEXT));
    let key_file = cabinet.home().join("vault.json");
    let unfinished = cabinet.home().join("vault.json.0.unfinished");
    let mut moments = Moments(6);
    let (mut within, mut changed) = (0, 0);
    let rounds = rounds() * 4;
    for _ in 0..rounds {
        let before = std::fs::read(&key_file).expect("the key file");
        // Reading it when it is opened is held up too, which does no harm.
        let hold = format!(
            "openat,write,fsync,rename:delay_enter={0}:delay_exit={0}",
            HELD.as_micros()
        );
        let args = [
            "passwd",
            "--passphrase-file",
            &now,
            "--new-passphrase-file",
            &other,
        ];
        let Some(mut command) = cabinet.meddled(&hold, &args) else {
            return;
        };
        let mut tracer = command
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::null())
            .spawn()
            .expect("it can be started");
        // Until the first step of the writing is done, wherever it writes.
        let touched = || unfinished.exists() || std::fs::read(&key_file).is_ok_and(|bytes| bytes != before);
        while !touched() && tracer.try_wait().expect("it can be asked").is_none() {
            std::thread::sleep(Duration::from_millis(1));
        }
        std::thread::sleep(moments.within(HELD * 8));
        for process in children(tracer.id()) {
            std::process::Command::new("kill")
                .args(["-KILL", &process])
                .status()
                .expect("kill");
        }
        tracer.wait().expect("it ends");
        within += u32::from(unfinished.exists());
        let opens = |file: &str| cabinet.run(&["unlock-check", "--passphrase-file", file]).status == Some(0);
        match (opens(&now), opens(&other)) {
            (true, false) => {}
            (false, true) => {
                std::mem::swap(&mut now, &mut other);
                changed += 1;
            }
            both => panic!("after a kill while it wrote the two passphrases open: {both:?}"),
        }
    }
    eprintln!(
        "{within} of {rounds} kills left a half-written file, {changed} came after it was in its place"
    );
    assert!(within > 0, "kills come while it writes");
}

/// The processes that a process began.
fn children(process: u32) -> Vec<String> {
    let listed = std::fs::read_to_string(format!("/proc/{process}/task/{process}/children"));
    listed
        .unwrap_or_default()
        .split_whitespace()
        .map(str::to_string)
        .collect()
}

#[test]
fn a_killed_backup_leaves_the_earlier_one_or_a_whole_new_one() {
    let cabinet = Cabinet::new();
    for n in 0..3 {
        cabinet.run(&["add", &letter(&cabinet, n)]).succeeded();
    }
    // Little to read and much to write, so that many of the moments lie within the writing.
    let large = cabinet.scratch().join("large.html");
    let page = format!(
        "<p>The harbour kept its lamps.</p><!--{}-->",
        " lamp".repeat(10 << 20)
    );
    std::fs::write(&large, page).expect("a file");
    cabinet
        .run(&["add", large.to_str().expect("a plain path")])
        .succeeded();
    let folder = cabinet.scratch().join("backups");
    std::fs::create_dir_all(&folder).expect("a folder");
    let file = folder.join("whole.age");
    let place = file.to_str().expect("a plain path");
    let span = undisturbed(&cabinet, &["backup", place]);
    let mut moments = Moments(4);
    for n in 0..rounds() {
        let moment = moments.within(span);
        // Every other time from when the writing began, which is a small part of the whole.
        if n % 2 == 0 {
            kill_once_it_writes(&cabinet, &folder, moment / 8, &["backup", place]);
        } else {
            kill_at(&cabinet, moment, &["backup", place]);
        }
        let checked = cabinet.run(&["backup", "--check", place]).only();
        assert_eq!(checked["originals"], 4, "after a kill at {moment:?}");
    }
    sound(&cabinet);
    cabinet.run(&["backup", place]).succeeded();
    assert_eq!(
        std::fs::read_dir(&folder).expect("the folder").count(),
        1,
        "remnants are cleared by the next one"
    );
}

#[test]
fn a_killed_migration_is_done_at_the_next_opening() {
    let timed = Cabinet::unmade();
    old_cabinet("first", &timed.home());
    let span = undisturbed(&timed, &["list"]);
    let mut moments = Moments(5);
    for _ in 0..rounds() {
        let cabinet = Cabinet::unmade();
        old_cabinet("first", &cabinet.home());
        let moment = moments.within(span);
        kill_at(&cabinet, moment, &["list"]);
        let listed = cabinet.run(&["list"]).succeeded();
        assert_eq!(listed.len(), 1, "after a kill at {moment:?}");
        assert_eq!(listed[0]["title"], "Keeper's log");
        sound(&cabinet);
    }
}
