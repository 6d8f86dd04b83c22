//! The import queue stopped in the middle of a file, as a lock does.

use std::path::PathBuf;
use std::time::Duration;

use cabinet_intake::{Reader, ReaderLimits};

use super::bench;
use crate::{ImportQueue, JobState};

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
