//! The import queue stopped in the middle of a file, as a lock does, and what it says in the end.

use std::path::PathBuf;
use std::time::Duration;

use cabinet_intake::{Reader, ReaderLimits};

use super::bench;
use crate::import::NewMember;
use crate::{ImportQueue, ImportReport, JobState, Made, QueueView};

/// A child that never answers stands for a file of many pages: the queue is always stopped while it is read.
fn never_done() -> Reader {
    Reader::new("/bin/sleep".into(), vec!["600".into()], ReaderLimits::default())
}

#[tokio::test(flavor = "multi_thread")]
async fn however_often_it_is_locked_a_file_waits_and_is_not_set_aside() {
    let b = bench().await;
    let folder = b.library.first_folder().await.unwrap();
    let path = b.folder.path().join("Long scan.txt");
    std::fs::write(&path, "Two hundred pages.").unwrap();
    for locked in 0..4 {
        let queue = ImportQueue::start(b.library.clone(), never_done(), Box::new(|_| {}));
        if locked == 0 {
            queue
                .enqueue(std::slice::from_ref(&path), folder, None)
                .await
                .unwrap();
        }
        let taken = async {
            while b.library.import_lines(1).await.unwrap()[0].job.state == JobState::Queued {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(30), taken)
            .await
            .expect("the file is taken up");
        queue.shut_down().await;
        let [line] = b
            .library
            .import_lines(10)
            .await
            .unwrap()
            .try_into()
            .expect("one job");
        assert_eq!(
            (line.job.state, line.job.attempts),
            (JobState::Queued, 0),
            "lock {locked}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_report_counts_every_file_and_the_pages_of_those_that_are_here() {
    let b = bench().await;
    let folder = b.library.first_folder().await.unwrap();
    let first = b.add(folder, "first.txt", &["One page.", ""]).await;
    let second = b.add(folder, "second.txt", &["Another page."]).await;
    let queue = ImportQueue::start(b.library.clone(), never_done(), Box::new(|_| {}));
    queue.pause(true).await.unwrap();
    let names = [
        "first.txt",
        "second.txt",
        "copy of first.txt",
        "broken.pdf",
        "unwanted.txt",
    ]
    .map(PathBuf::from);
    let ids = queue.enqueue(&names, folder, None).await.unwrap();
    let ended = [
        ("added", Some(first)),
        ("added", Some(second)),
        ("duplicate", Some(first)),
        ("failed", None),
        ("cancelled", None),
    ];
    for (id, (state, document)) in ids.iter().zip(ended) {
        let root = (state == "failed").then_some("a message");
        sqlx::query("UPDATE jobs SET state = ?, document_id = ?, root = ? WHERE id = ?")
            .bind(state)
            .bind(document.map(|d| d.to_string()))
            .bind(root)
            .bind(id.to_string())
            .execute(b.library.db())
            .await
            .unwrap();
    }
    let wanted = ImportReport {
        added: 2,
        duplicate: 1,
        failed: 1,
        cancelled: 1,
        inside: 1,
        pages: 3,
        pages_without_text: 1,
        ..ImportReport::default()
    };
    assert_eq!(b.library.import_report().await.unwrap(), wanted);
    let lines = b.library.import_lines(1).await.unwrap();
    assert_eq!(
        lines[0].job.state,
        JobState::Failed,
        "what wants somebody is never cut off"
    );
    b.library.delete_documents(&[second]).await.unwrap();
    assert_eq!(b.library.import_report().await.unwrap().pages, 2);
    let told: Vec<(String, Option<Made>)> = b
        .library
        .import_lines(10)
        .await
        .unwrap()
        .into_iter()
        .map(|line| (line.job.file_name, line.made))
        .collect();
    let made = |of: &str| told.iter().find(|(name, _)| name == of).unwrap().1.clone();
    let first = Made {
        title: "first".to_string(),
        pages: 2,
        pages_without_text: 1,
        unread_on: "2".to_string(),
        ..Made::default()
    };
    assert_eq!(made("first.txt"), Some(first.clone()));
    assert_eq!(
        made("copy of first.txt"),
        Some(first),
        "of a duplicate the line tells what it found"
    );
    assert!(
        told.iter().all(|(name, _)| name != "second.txt"),
        "its document was deleted, and its name with it"
    );
    assert_eq!(made("broken.pdf"), None);
}

/// The list is told several times a second, and the library's list after every file.
#[tokio::test]
async fn pages_are_counted_without_reading_them() {
    let b = bench().await;
    for (sql, counts) in [
        (crate::import::lines_sql(), 6),
        (crate::documents::COLUMNS.to_string(), 4),
    ] {
        let plan: Vec<(i64, i64, i64, String)> =
            sqlx::query_as(sqlx::AssertSqlSafe(format!("EXPLAIN QUERY PLAN {sql}")))
                .bind(10)
                .fetch_all(b.library.db())
                .await
                .unwrap();
        let steps = plan
            .iter()
            .map(|step| step.3.as_str())
            .filter(|step| step.contains(" p ") && !step.contains("passages"));
        let steps: Vec<&str> = steps.collect();
        assert_eq!(steps.len(), counts, "{plan:?}");
        assert!(
            steps
                .iter()
                .all(|step| step.contains("COVERING INDEX pages_by_method")),
            "{steps:?}"
        );
    }
}

#[tokio::test]
async fn a_file_inside_another_knows_what_it_lay_in() {
    let b = bench().await;
    let folder = b.library.first_folder().await.unwrap();
    let archive = PathBuf::from("/post/Matter.zip");
    let [id] = b
        .library
        .add_jobs(&[archive], folder)
        .await
        .unwrap()
        .try_into()
        .unwrap();
    let outer = b.library.job(id).await.unwrap();
    assert_eq!(outer.outer_name(), None);
    let document = b.add(folder, "Matter.zip", &["letters/Re lease.eml"]).await;
    let member = |name: &str| {
        [NewMember {
            name: name.to_string(),
            problem: None,
        }]
    };
    let [mail] = b
        .library
        .add_member_jobs(&outer, document, &member("letters/Re lease.eml"))
        .await
        .unwrap()
        .try_into()
        .unwrap();
    let mail = b.library.job(mail).await.unwrap();
    assert_eq!(mail.outer_name().as_deref(), Some("Matter.zip"));
    let [plan] = b
        .library
        .add_member_jobs(&mail, document, &member("Plan.pdf"))
        .await
        .unwrap()
        .try_into()
        .unwrap();
    let plan = b.library.job(plan).await.unwrap();
    assert_eq!(plan.outer_name().as_deref(), Some("Re lease.eml"));
}

/// Waits until the queue has nothing to do, or holds.
async fn at_rest(queue: &ImportQueue) -> QueueView {
    tokio::time::timeout(Duration::from_secs(30), queue.settled())
        .await
        .expect("it comes to rest");
    queue.view().await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pause_outlasts_a_lock_until_it_is_lifted() {
    let b = bench().await;
    let folder = b.library.first_folder().await.unwrap();
    let files = ["one.txt", "two.txt"].map(|name| b.folder.path().join(name));
    let queue = || ImportQueue::resume(b.library.clone(), never_done(), Box::new(|_| {}));
    let first = queue().await.unwrap();
    first.pause(true).await.unwrap();
    first.enqueue(&files, folder, None).await.unwrap();
    first.shut_down().await;
    for _ in 0..2 {
        let locked = queue().await.unwrap();
        let view = at_rest(&locked).await;
        assert!(view.paused && view.held.is_none());
        assert!(
            view.jobs.iter().all(|line| line.job.state == JobState::Queued),
            "{:?}",
            view.jobs
        );
        locked.shut_down().await;
    }
    let lifted = queue().await.unwrap();
    lifted.pause(false).await.unwrap();
    // Neither file is there: each is taken up and has its reason.
    let view = at_rest(&lifted).await;
    assert!(
        view.jobs.iter().all(|line| line.job.state == JobState::Failed),
        "{:?}",
        view.jobs
    );
    lifted.shut_down().await;
    assert!(!queue().await.unwrap().view().await.unwrap().paused);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pause_ends_with_what_waited() {
    let b = bench().await;
    let folder = b.library.first_folder().await.unwrap();
    let file = [b.folder.path().join("gone.txt")];
    let queue = ImportQueue::resume(b.library.clone(), never_done(), Box::new(|_| {}))
        .await
        .unwrap();
    queue.pause(true).await.unwrap();
    queue.enqueue(&file, folder, None).await.unwrap();
    queue.cancel(None).await.unwrap();
    assert!(!queue.view().await.unwrap().paused);
    queue.enqueue(&file, folder, None).await.unwrap();
    let view = at_rest(&queue).await;
    assert_eq!(
        view.open, 0,
        "what is added later does not lie still: {:?}",
        view.jobs
    );
    queue.shut_down().await;

    // Done elsewhere meanwhile, as by the command line.
    queue.enqueue(&file, folder, None).await.unwrap();
    queue.pause(true).await.unwrap();
    b.library.cancel_queued(None).await.unwrap();
    let next = ImportQueue::resume(b.library.clone(), never_done(), Box::new(|_| {}))
        .await
        .unwrap();
    next.enqueue(&file, folder, None).await.unwrap();
    next.shut_down().await;
    let last = ImportQueue::resume(b.library.clone(), never_done(), Box::new(|_| {}))
        .await
        .unwrap();
    assert!(!last.view().await.unwrap().paused);
    last.shut_down().await;
}
