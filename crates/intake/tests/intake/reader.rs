//! The reader child's life: reuse, deadlines, crashes, lies.

use crate::{reader, texts};
use cabinet_intake::{IntakeError, Reader, ReaderLimits, Source, fixtures};
use std::time::{Duration, Instant};

fn letter() -> Source {
    Source::from_bytes(b"Dear colleague, thank you.".to_vec()).expect("it is not empty")
}

#[tokio::test]
async fn one_child_serves_many_files_and_is_replaced() {
    let reader = reader(ReaderLimits {
        files_per_child: 3,
        ..ReaderLimits::default()
    });
    for _ in 0..10 {
        let read = reader.read(&letter(), "letter.txt", None).await.unwrap();
        assert_eq!(texts(&read), ["Dear colleague, thank you."]);
    }
    reader.rest().await;
    reader
        .read(&letter(), "letter.txt", None)
        .await
        .expect("a rested reader starts again");
}

#[tokio::test]
async fn a_dropped_read_leaves_the_reader_usable() {
    let reader = reader(ReaderLimits::default());
    let source = Source::from_bytes(fixtures::docx_bomb(60)).unwrap();
    let cut_short =
        tokio::time::timeout(Duration::from_millis(30), reader.read(&source, "x.docx", None)).await;
    assert!(cut_short.is_err(), "sixty megabytes take longer than that");
    reader
        .read(&letter(), "letter.txt", None)
        .await
        .expect("another child answers");
}

#[tokio::test]
async fn a_missed_deadline_ends_the_child_and_not_the_reader() {
    let reader = reader(ReaderLimits {
        deadline: Duration::from_millis(40),
        ..ReaderLimits::default()
    });
    let source = Source::from_bytes(fixtures::docx_bomb(60)).unwrap();
    assert_eq!(
        reader.read(&source, "x.docx", None).await.unwrap_err(),
        IntakeError::Timeout { seconds: 0 }
    );
}

#[tokio::test]
async fn a_program_that_is_not_there_is_said_plainly() {
    let reader = Reader::new("/nowhere/at/all".into(), Vec::new(), ReaderLimits::default());
    let error = reader.read(&letter(), "letter.txt", None).await.unwrap_err();
    assert_eq!(error, IntakeError::ReaderUnavailable);
    assert_eq!(error.code(), "crashed");
}

/// Filters and rights of every reader that this program has started, as the kernel states them.
#[cfg(target_os = "linux")]
fn children_in_their_cell() -> Vec<bool> {
    let field = |status: &str, name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name));
        line.map(|value| value.trim().to_owned()).unwrap_or_default()
    };
    let own = std::process::id().to_string();
    let processes = std::fs::read_dir("/proc")
        .expect("this system lists its processes")
        .flatten();
    let statuses = processes.filter_map(|entry| std::fs::read_to_string(entry.path().join("status")).ok());
    statuses
        .filter(|status| field(status, "PPid:") == own && field(status, "Name:") == "cabinet-reader")
        .map(|status| {
            field(&status, "Seccomp:") == "2"
                && field(&status, "Seccomp_filters:")
                    .parse()
                    .is_ok_and(|n: u32| n >= 2)
                && field(&status, "NoNewPrivs:") == "1"
        })
        .collect()
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn the_child_that_reads_is_in_its_cell() {
    let reader = reader(ReaderLimits::default());
    reader.read(&letter(), "letter.txt", None).await.unwrap();
    // Children of tests beside this one may be about to enter theirs.
    let begun = Instant::now();
    loop {
        let cells = children_in_their_cell();
        if !cells.is_empty() && cells.iter().all(|shut| *shut) {
            break;
        }
        assert!(begun.elapsed() < Duration::from_secs(10), "{cells:?}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    reader.read(&letter(), "letter.txt", None).await.unwrap();
}

#[cfg(unix)]
mod misbehaving {
    use super::*;

    /// A child that waits for the setup, answers it as it should and then runs a line of shell.
    fn child(then: &str) -> Reader {
        let script = format!("head -c 4 >/dev/null; printf '\\002\\000\\000\\000{{}}'; {then}");
        let limits = ReaderLimits {
            deadline: Duration::from_secs(2),
            ..ReaderLimits::default()
        };
        Reader::new("/bin/sh".into(), vec!["-c".into(), script.into()], limits)
    }

    async fn outcome(then: &str) -> IntakeError {
        child(then)
            .read(&letter(), "letter.txt", None)
            .await
            .expect_err("this child misbehaves")
    }

    #[tokio::test]
    async fn a_hang_is_a_timeout() {
        let started = Instant::now();
        assert_eq!(
            outcome("exec sleep 600").await,
            IntakeError::Timeout { seconds: 2 }
        );
        assert!(started.elapsed() < Duration::from_secs(20));
    }

    #[tokio::test]
    async fn a_crash_is_a_crash() {
        assert_eq!(outcome("kill -SEGV $$").await, IntakeError::Crashed);
        assert_eq!(outcome("exit 0").await, IntakeError::Crashed);
    }

    #[tokio::test]
    async fn running_out_of_memory_is_told_from_a_crash() {
        let dying = "head -c 64 >/dev/null; echo 'memory allocation of 5 bytes failed' >&2; kill -ABRT $$";
        assert_eq!(outcome(dying).await.code(), "too_large");
        assert_eq!(outcome("kill -KILL $$").await.code(), "too_large");
    }

    #[tokio::test]
    async fn the_kernels_time_limit_is_a_timeout() {
        assert_eq!(outcome("kill -XCPU $$").await.code(), "timeout");
    }

    #[tokio::test]
    async fn noise_and_floods_are_refused() {
        assert_eq!(
            outcome("cat /dev/zero").await,
            IntakeError::Crashed,
            "a frame of nothing"
        );
        assert_eq!(
            outcome("yes").await,
            IntakeError::Crashed,
            "a frame above the limit"
        );
        assert_eq!(
            outcome("yes >&2").await.code(),
            "timeout",
            "standard error cannot fill anything"
        );
    }

    /// A frame around some JSON, as shell.
    fn saying(json: &str) -> String {
        let length = u32::try_from(json.len())
            .expect("answers are short")
            .to_le_bytes();
        let head: String = length.iter().map(|byte| format!("\\{byte:03o}")).collect();
        format!("head -c 10 >/dev/null; printf '{head}'; printf '%s' '{json}'; exec sleep 5")
    }

    #[tokio::test]
    async fn impossible_answers_are_not_believed() {
        let page = |number: u32, text: &str, method: &str| {
            format!(r#"{{"number":{number},"text":"{text}","method":"{method}"}}"#)
        };
        let read = |pages: &str| {
            format!(
                r#"{{"read":{{"read":{{"kind":"text","title":null,"pages":[{pages}],"warnings":[],"details":{{}},"headings":[],"deletions":[],"members":[]}},"lengths":[],"scans":[]}}}}"#
            )
        };
        let holding = |member: &str, lengths: &str| {
            read(&page(1, "fine", "native"))
                .replace(r#""members":[]"#, &format!(r#""members":[{member}]"#))
                .replace(r#""lengths":[]"#, &format!(r#""lengths":[{lengths}]"#))
        };
        let struck = |deletion: &str| {
            read(&page(1, "fine", "native"))
                .replace(r#""deletions":[]"#, &format!(r#""deletions":[{deletion}]"#))
        };
        let headed = |headings: &str| {
            read(&page(1, "fine", "native"))
                .replace(r#""headings":[]"#, &format!(r#""headings":[{headings}]"#))
        };
        let fine =
            struck(r#"{"before":"","text":"gone","author":"Ruth","day":{"year":2024,"month":2,"day":29}}"#);
        let believed = child(&saying(&fine)).read(&letter(), "letter.txt", None).await;
        assert_eq!(
            texts(&believed.unwrap()),
            ["fine"],
            "the shell speaks the protocol"
        );
        for lie in [
            read(&page(2, "wrong number", "native")),
            read(&page(1, "", "native")),
            read(&page(1, "text", "none")),
            read(&page(1, "", "none")),
            read(&page(1, "nul \\u0000", "native")),
            read(&page(1, "cafe\u{301}", "native")),
            read(""),
            holding(r#"{"name":"a.txt","problem":null}"#, ""),
            holding("", "1"),
            holding(r#"{"name":"a.txt","problem":null}"#, "99999999999"),
            holding(r#"{"name":"a\u0007.txt","problem":null}"#, "0"),
            struck(r#"{"before":"","text":"","author":null,"day":null}"#),
            struck(r#"{"before":"","text":"gone \u0007","author":null,"day":null}"#),
            struck(r#"{"before":"","text":"gone","author":null,"day":{"year":2023,"month":2,"day":29}}"#),
            headed(r#"{"page":2,"start":0,"end":4,"level":1}"#),
            headed(r#"{"page":1,"start":0,"end":5,"level":1}"#),
            headed(r#"{"page":1,"start":2,"end":2,"level":1}"#),
            headed(r#"{"page":1,"start":0,"end":4,"level":0}"#),
            headed(r#"{"page":1,"start":2,"end":4,"level":1},{"page":1,"start":0,"end":1,"level":1}"#),
            r#"{"read":{}}"#.to_owned(),
            r#"{"failed":"nonsense"}"#.to_owned(),
        ] {
            assert_eq!(outcome(&saying(&lie)).await, IntakeError::Crashed, "{lie}");
        }
    }
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn the_child_sees_none_of_our_environment() {
    let script = "head -c 4 >/dev/null; printf '\\002\\000\\000\\000{}'; tr '\\0' '\\n' </proc/$$/environ | grep -q CARGO && exec sleep 600";
    let limits = ReaderLimits {
        deadline: Duration::from_secs(3),
        ..ReaderLimits::default()
    };
    let reader = Reader::new("/bin/sh".into(), vec!["-c".into(), script.into()], limits);
    assert!(
        std::env::vars_os().any(|(name, _)| name.to_string_lossy().contains("CARGO")),
        "there is something to see"
    );
    assert_eq!(
        reader.read(&letter(), "x.txt", None).await.unwrap_err(),
        IntakeError::Crashed
    );
}
