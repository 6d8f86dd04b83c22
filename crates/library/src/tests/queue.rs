//! The import queue stopped in the middle of a file, as a lock does, and what it says in the end.

use std::path::PathBuf;
use std::time::Duration;

use cabinet_intake::{Reader, ReaderLimits};

use super::bench;
use crate::{ImportQueue, ImportReport, JobState};

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
            while b.library.jobs(1).await.unwrap()[0].state == JobState::Queued {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(30), taken)
            .await
            .expect("the file is taken up");
        queue.shut_down().await;
        let [job] = b.library.jobs(10).await.unwrap().try_into().expect("one job");
        assert_eq!((job.state, job.attempts), (JobState::Queued, 0), "lock {locked}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_report_counts_every_file_and_the_pages_of_those_that_are_here() {
    let b = bench().await;
    let folder = b.library.first_folder().await.unwrap();
    let first = b.add(folder, "first.txt", &["One page.", ""]).await;
    let second = b.add(folder, "second.txt", &["Another page."]).await;
    let queue = ImportQueue::start(b.library.clone(), never_done(), Box::new(|_| {}));
    queue.pause(true);
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
        sqlx::query("UPDATE jobs SET state = ?, document_id = ? WHERE id = ?")
            .bind(state)
            .bind(document.map(|d| d.to_string()))
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
        pages: 3,
        pages_without_text: 1,
        ..ImportReport::default()
    };
    assert_eq!(b.library.import_report().await.unwrap(), wanted);
    let jobs = b.library.jobs(1).await.unwrap();
    assert_eq!(
        jobs[0].state,
        JobState::Failed,
        "what wants somebody is never cut off"
    );
    b.library.delete_documents(&[second]).await.unwrap();
    assert_eq!(b.library.import_report().await.unwrap().pages, 2);
}
