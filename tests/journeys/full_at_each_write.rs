//! A disk that has room for so many kibibytes and no more, again and again with a little more room: each time another
//! write is the one that fails.
//!
//! Each kind of work is tried a few times here; `CABINET_FAULTS=150` says how often instead. The disk is a small one in
//! memory, mounted in a namespace of the test's own; where the system forbids that, the test says so and ends.
#![cfg(target_os = "linux")]

use std::path::Path;
use std::process::Command;

use cabinet_tests::{Cabinet, PASSPHRASE, program};
use serde_json::Value;

const NEXT: &str = "nine cold bells under the granite weir";

/// Runs inside the namespace: the cabinet that was made before is laid out anew for each try, `$1` kibibytes are left,
/// `$WORK` is done, room is made, and everything is looked at.
const STORY: &str = r#"
mount -t tmpfs -o size=32m,mode=700 tmpfs "$ROOM" || exit 77
export CABINET_HOME="$ROOM/home" TMPDIR="$ROOM"
for room in $ROOMS; do
    rm -rf "$ROOM"/* && cp -r "$BASE" "$ROOM/home" || exit 78
    left=$(df --output=avail -k "$ROOM" | tail -n 1)
    head -c $(( (left - room) * 1024 )) /dev/zero > "$ROOM/filler"
    step() { name=$room.$1; shift; "$PROGRAM" --json "$@" > "$OUT/$name.out" 2> "$OUT/$name.err"; echo $? > "$OUT/$name.status"; }
    eval "step work $WORK"
    ls -A "$ROOM" > "$OUT/$room.room.left"
    rm "$ROOM/filler"
    step list list
    step other list --passphrase-file "$OUT/next"
    export CABINET_PASSPHRASE=$(cat "$OUT/$( [ "$(cat "$OUT/$room.list.status")" = 0 ] && echo now || echo next )")
    step verify verify
    for backup in "$ROOM"/*.age; do [ -e "$backup" ] && step check backup --check "$backup"; done
    export CABINET_PASSPHRASE=$(cat "$OUT/now")
done
"#;

/// What one try left behind.
struct Try<'a> {
    out: &'a Path,
    room: u32,
}

impl Try<'_> {
    fn file(&self, step: &str, ending: &str) -> String {
        let name = format!("{}.{step}.{ending}", self.room);
        std::fs::read_to_string(self.out.join(name)).expect("the story wrote it")
    }

    fn status(&self, step: &str) -> i32 {
        self.file(step, "status").trim().parse().expect("a number")
    }

    fn results(&self, step: &str) -> Vec<Value> {
        let text = self.file(step, "out");
        text.lines()
            .map(|line| serde_json::from_str(line).expect("JSON"))
            .collect()
    }

    fn titles(&self, step: &str) -> Vec<String> {
        let listed = self.results(step);
        listed
            .iter()
            .map(|document| document["source_name"].as_str().expect("a name").to_string())
            .collect()
    }

    /// Ended well, or said that the disk is full; true where it ended well.
    fn well_or_full(&self) -> bool {
        let (out, err) = (self.file("work", "out"), self.file("work", "err"));
        for step in ["work", "list", "verify"] {
            assert!(
                !self.file(step, "err").contains("panicked"),
                "{step}, {} KiB",
                self.room
            );
        }
        if self.status("work") == 0 {
            return true;
        }
        assert!(
            out.contains("disk_full") || err.contains("disk is full"),
            "with {} KiB it ended with {} and said: {out}{err}",
            self.room,
            self.status("work"),
        );
        false
    }

    fn sound(&self) {
        assert_eq!(
            self.status("verify"),
            0,
            "{} KiB: {}",
            self.room,
            self.file("verify", "err")
        );
    }
}

/// Makes a cabinet with one document, then does the work with more and more room up to `most` KiB.
fn with_little_room(work: &str, most: u32, look: impl Fn(&Try<'_>, bool)) {
    let tries: u32 = std::env::var("CABINET_FAULTS").map_or(3, |text| text.parse().expect("a number"));
    let cabinet = Cabinet::new();
    let out = cabinet.scratch();
    let write = |name: &str, text: &str| std::fs::write(out.join(name), text).expect("a file");
    write("first.txt", "The heron came back on 4 May 2026.");
    write(
        "second.txt",
        &"In May the harbour committee counted lamps along the northern pier.\n".repeat(400),
    );
    write("now", PASSPHRASE);
    write("next", NEXT);
    let first = out.join("first.txt");
    cabinet
        .run(&["add", first.to_str().expect("a plain path")])
        .succeeded();
    let id = cabinet.run(&["list"]).only()["id"]
        .as_str()
        .expect("an id")
        .to_string();
    let room = out.join("room");
    std::fs::create_dir_all(&room).expect("a folder");
    // Whole pages, from none at all.
    let rooms: Vec<u32> = (0..tries).map(|n| most * n / tries / 4 * 4).collect();
    let listed: Vec<String> = rooms.iter().map(ToString::to_string).collect();
    let told = Command::new("unshare")
        .args(["--user", "--map-root-user", "--mount", "sh", "-c", STORY])
        .env("ROOM", &room)
        .env("ROOMS", listed.join(" "))
        .env("BASE", cabinet.home())
        .env("OUT", &out)
        .env("ID", id)
        .env("WORK", work)
        .env("PROGRAM", program())
        .env("CABINET_PASSPHRASE", PASSPHRASE)
        .status();
    match told {
        Ok(status) if status.code() == Some(0) => {}
        other => {
            eprintln!("not tried: this system lets a test mount no disk of its own ({other:?})");
            assert!(
                std::env::var_os("CABINET_REQUIRE_FULL_DISK").is_none(),
                "this run must not skip it"
            );
            return;
        }
    }
    let mut full = 0;
    for room in rooms {
        let one = Try { out: &out, room };
        let well = one.well_or_full();
        full += u32::from(!well);
        look(&one, well);
        one.sound();
    }
    eprintln!("{work}: {full} of {tries} found the disk full");
    assert!(full > 0, "with no room at all it cannot end well");
}

#[test]
fn an_import_that_finds_no_room_at_any_write_loses_nothing() {
    with_little_room(r#"add "$OUT/second.txt""#, 1500, |one, well| {
        let titles = one.titles("list");
        assert!(titles.contains(&"first.txt".to_string()), "{} KiB", one.room);
        assert!(
            !well || titles.len() == 2,
            "what was acknowledged is there: {} KiB",
            one.room
        );
    });
}

#[test]
fn a_deletion_that_finds_no_room_at_any_write_is_done_or_not() {
    with_little_room(r#"remove "$ID""#, 600, |one, well| {
        let titles = one.titles("list");
        assert!(!well || titles.is_empty(), "{} KiB", one.room);
    });
}

#[test]
fn a_backup_that_finds_no_room_at_any_write_leaves_no_part() {
    with_little_room(r#"backup "$ROOM/whole.age""#, 700, |one, well| {
        assert_eq!(one.titles("list"), ["first.txt"], "{} KiB", one.room);
        let left = one.file("room", "left");
        let beside: Vec<&str> = left
            .lines()
            .filter(|name| !matches!(*name, "home" | "filler"))
            .collect();
        // Where there was room for the backup and none for noting it, the whole one stays.
        let whole: &[&str] = if well || !beside.is_empty() && one.status("check") == 0 {
            &["whole.age"]
        } else {
            &[]
        };
        assert_eq!(beside, whole, "{} KiB", one.room);
    });
}

#[test]
fn a_change_of_passphrase_that_finds_no_room_leaves_one_that_opens() {
    with_little_room(r#"passwd --new-passphrase-file "$OUT/next""#, 160, |one, well| {
        let opens = (one.status("list") == 0, one.status("other") == 0);
        assert!(
            opens.0 != opens.1,
            "one of the two opens, {} KiB: {opens:?}",
            one.room
        );
        assert!(!well || opens.1, "the acknowledged one, {} KiB", one.room);
    });
}

/// A small file that is written over in its own place finds the room that it just gave up, so a small disk says nothing
/// about it. So each step of writing the key file is made to fail in turn.
#[test]
fn a_change_of_passphrase_whose_writing_fails_leaves_the_old_one() {
    let cabinet = Cabinet::new();
    let next = cabinet.scratch().join("next");
    std::fs::write(&next, NEXT).expect("a file");
    let next = next.to_str().expect("a plain path");
    let before = std::fs::read(cabinet.home().join("vault.json")).expect("the key file");
    for step in ["write:error=ENOSPC", "fsync:error=ENOSPC", "rename:error=ENOSPC"] {
        let Some(mut command) = cabinet.meddled(step, &["passwd", "--new-passphrase-file", next]) else {
            return;
        };
        let run = command.output().expect("it can be started");
        let said = String::from_utf8_lossy(&run.stderr);
        let after = std::fs::read(cabinet.home().join("vault.json")).expect("the key file");
        assert_eq!(run.status.code(), Some(1), "{step}: {said}");
        assert!(said.contains("disk is full"), "{step}: {said}");
        assert!(
            after == before,
            "{step}: the key file is {} bytes of another",
            after.len()
        );
        cabinet.run(&["list"]).succeeded();
        let left = std::fs::read_dir(cabinet.home()).expect("the home").flatten();
        let remnants: Vec<_> = left
            .filter(|entry| entry.file_name().to_string_lossy().contains("unfinished"))
            .collect();
        assert!(remnants.is_empty(), "{step}: {remnants:?}");
    }
}
