//! `typing_beside_import FOLDER`: how long a completion takes while the files of a folder come into a cabinet, with the
//! reader's own process, the database, and the embedder at work on what was read. Up to 200 files; prints one JSON
//! object. `npm run bench:engine -- --text FOLDER` runs it.
#![expect(clippy::print_stdout, reason = "a benchmark prints its results")]

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use cabinet_desk::{Desk, Typing, default_models_dir};
use cabinet_library::ImportQueue;
use cabinet_slm::Priority;
use cabinet_vault::{KdfCost, Passphrase, Vault};
use serde_json::json;
use tokio_util::sync::CancellationToken;

const FILES: usize = 200;
/// Between two words of somebody who types fast.
const PAUSE: Duration = Duration::from_millis(100);
const NOTE: &str = "Summary of the meeting about the new lights along both piers of the harbour. The";
const WORDS: &str =
    "the committee met again on Tuesday to review a plan and Mr Okafor asked who would pay for it";

fn main() -> ExitCode {
    // The reader is started as the program itself.
    if std::env::args()
        .nth(1)
        .is_some_and(|argument| argument == "--reader")
    {
        return cabinet_desk::reader_main();
    }
    let folder = std::env::args().nth(1).expect("a folder of documents");
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder)
        .expect("the folder can be read")
        .map(|entry| entry.expect("the folder can be read").path())
        .filter(|path| path.is_file())
        .collect();
    files.sort();
    // From all over the folder, which often is in the order of its sources.
    let count = files.len().min(FILES);
    let files: Vec<PathBuf> = (0..count)
        .map(|n| files[n * files.len() / count].clone())
        .collect();
    let runtime = tokio::runtime::Runtime::new().expect("threads");
    runtime.block_on(measure(&files));
    ExitCode::SUCCESS
}

async fn measure(files: &[PathBuf]) {
    let home = tempfile::tempdir().expect("a temporary folder");
    let passphrase = Passphrase::new("seven quiet lamps over the harbour".to_string());
    let (vault, _) =
        Vault::create(&home.path().join("home"), &passphrase, KdfCost::default()).expect("a cabinet");
    let models = default_models_dir();
    let desk = Desk::open(Arc::new(vault), &models)
        .await
        .expect("the cabinet opens");
    desk.engine()
        .load(Priority::Foreground)
        .await
        .expect("both models load");
    // The first one reads the note, as the first one of a note always does.
    complete(&desk, NOTE.to_string()).await;

    let library = desk.library().clone();
    let folder = library.first_folder().await.expect("a cabinet has a folder");
    let queue = ImportQueue::start(library, cabinet_desk::reader(&models), Box::new(|_| {}));
    let begun = Instant::now();
    queue
        .enqueue(files, folder, None)
        .await
        .expect("files are queued");
    let settled = queue.settled();
    tokio::pin!(settled);
    let (mut note, mut waits, mut words) = (NOTE.to_string(), Vec::new(), WORDS.split(' ').cycle());
    let typing = async {
        loop {
            if note.len() > 1_500 {
                note.truncate(NOTE.len());
            }
            note = format!("{note} {}", words.next().expect("they begin anew"));
            waits.push(complete(&desk, note.clone()).await);
            tokio::time::sleep(PAUSE).await;
        }
    };
    tokio::select! {
        () = &mut settled => {}
        () = typing => {}
    }
    let took = begun.elapsed();
    let report = desk
        .library()
        .import_report()
        .await
        .expect("the report can be made");
    assert_eq!(
        report.added as usize + report.duplicate as usize,
        files.len(),
        "all came in"
    );
    waits.sort_by(f64::total_cmp);
    let (middle, longest) = (waits[waits.len() / 2], waits[waits.len() - 1]);
    println!(
        "{}",
        json!({
            "files": files.len(),
            "seconds": took.as_secs_f64(),
            "completions": waits.len(),
            "median": middle,
            "longest": longest,
        })
    );
    queue.shut_down().await;
}

/// Milliseconds until it is known how a note may go on.
async fn complete(desk: &Desk, before: String) -> f64 {
    let note = Typing {
        title: "Harbour".to_string(),
        before,
        cited: Vec::new(),
    };
    let begun = Instant::now();
    desk.complete(note, &CancellationToken::new())
        .await
        .expect("the model writes");
    begun.elapsed().as_secs_f64() * 1e3
}
