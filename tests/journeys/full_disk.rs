//! A disk that fills up: the file that did not fit says so, what was stored before is safe, and with room again
//! the same command goes on.
//!
//! The disk is a small one in memory, mounted in a namespace of the test's own. Where the system forbids that, the
//! test says so and ends.
#![cfg(target_os = "linux")]

use std::process::Command;

use cabinet_tests::{Cabinet, PASSPHRASE, program};
use serde_json::Value;

/// Runs inside the namespace: `$ROOM` becomes a disk of 32 MiB and holds the home.
const STORY: &str = r#"
mount -t tmpfs -o size=32m,mode=700 tmpfs "$ROOM" || exit 77
export CABINET_HOME="$ROOM/home"
step() { name=$1; shift; "$PROGRAM" --json "$@" > "$OUT/$name.out" 2> "$OUT/$name.err"; echo $? > "$OUT/$name.status"; }
step init init
step first add "$OUT/first.txt"
cat /dev/zero > "$ROOM/filler" 2> /dev/null
truncate -s -256K "$ROOM/filler"
step full add "$OUT/second.txt" "$OUT/third.txt"
step list list
step search search --mode text heron
cat /dev/zero >> "$ROOM/filler" 2> /dev/null
step brimful list
rm "$ROOM/filler"
step again add "$OUT/second.txt" "$OUT/third.txt"
step verify verify
step listed list
"#;

/// Invented text of so many sentences.
fn paper(number: usize, sentences: usize) -> String {
    (0..sentences)
        .map(|at| {
            format!("In paper {number} the harbour committee counted {at} lamps along the northern pier.\n")
        })
        .collect()
}

#[test]
fn a_full_disk_loses_nothing_and_says_so() {
    let cabinet = Cabinet::unmade();
    let out = cabinet.scratch();
    let write = |name: &str, text: String| std::fs::write(out.join(name), text).expect("a file");
    write("first.txt", "The heron came back on 4 May 2026.".to_string());
    write("second.txt", paper(1, 2_500));
    write("third.txt", paper(2, 2_500));
    let room = out.join("room");
    std::fs::create_dir_all(&room).expect("a folder");
    let told = Command::new("unshare")
        .args(["--user", "--map-root-user", "--mount", "sh", "-c", STORY])
        .env("ROOM", &room)
        .env("OUT", &out)
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
    let status = |name: &str| -> i32 {
        let text = std::fs::read_to_string(out.join(format!("{name}.status"))).expect("a status");
        text.trim().parse().expect("a number")
    };
    let messages = |name: &str| std::fs::read_to_string(out.join(format!("{name}.err"))).expect("messages");
    let results = |name: &str| -> Vec<Value> {
        let text = std::fs::read_to_string(out.join(format!("{name}.out"))).expect("results");
        text.lines()
            .map(|line| serde_json::from_str(line).expect("JSON"))
            .collect()
    };
    assert_eq!(status("first"), 0, "{}", messages("first"));
    assert_eq!(status("full"), 1, "{}", messages("full"));
    let full = results("full");
    assert_eq!(full.len(), 2, "every file has its outcome: {full:?}");
    for outcome in &full {
        assert_eq!(outcome["status"], "failed", "{outcome}");
        assert_eq!(outcome["error"]["code"], "disk_full", "{outcome}");
    }
    assert_eq!(status("list"), 0, "{}", messages("list"));
    assert_eq!(results("list").len(), 1, "what was stored before is still there");
    assert_eq!(results("search").len(), 1, "and is found");
    // With not a byte left it may refuse to open, but must say why and break nothing.
    if status("brimful") != 0 {
        assert!(
            messages("brimful").contains("disk is full"),
            "{}",
            messages("brimful")
        );
    }
    assert_eq!(status("again"), 0, "{}", messages("again"));
    assert!(
        results("again")
            .iter()
            .all(|outcome| outcome["status"] == "added")
    );
    assert_eq!(status("verify"), 0, "{}", messages("verify"));
    assert_eq!(results("listed").len(), 3);
    assert!(
        results("listed")
            .iter()
            .all(|document| document["state"] == "ready"),
        "vectors too"
    );
    for name in [
        "init", "first", "full", "list", "search", "brimful", "again", "verify", "listed",
    ] {
        assert!(!messages(name).contains("panicked"), "{name}: {}", messages(name));
    }
}
