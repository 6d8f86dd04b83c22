//! `typing_beside_import FOLDER`: how long a completion takes while the files of a folder come into a cabinet, with the
//! reader's own process, the database, and the embedder at work on what was read. The note that is typed says what stands
//! on a page of the first file, word by word, and cites it. Up to 200 files; prints one JSON object.
//! `npm run bench:engine -- --text FOLDER` runs it.
#![expect(clippy::print_stdout, reason = "a benchmark prints its results")]

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use cabinet_desk::{Desk, default_models_dir};
use cabinet_library::{DocumentId, ImportQueue};
use cabinet_slm::Priority;
use cabinet_vault::{KdfCost, Passphrase, Vault};
use serde_json::json;
use tokio_util::sync::CancellationToken;

const FILES: usize = 200;
/// Between two words of somebody who types fast.
const PAUSE: Duration = Duration::from_millis(100);

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
    let library = desk.library().clone();
    let folder = library.first_folder().await.expect("a cabinet has a folder");
    let queue = ImportQueue::start(library.clone(), cabinet_desk::reader(&models), Box::new(|_| {}));
    let (first, rest) = files.split_at(1);
    queue
        .enqueue(first, folder, None)
        .await
        .expect("a file is queued");
    queue.settled().await;
    let documents = library
        .documents(Some(folder), false)
        .await
        .expect("they are listed");
    let cited = (documents.first().expect("the first file came in").id, 1);
    let page = library.page(cited.0, cited.1).await.expect("it has a page").text;
    let mut words = page.split_whitespace().cycle();
    // The first one reads the page, as the first one of a note always does.
    let mut note = String::from("To sum up");
    complete(&desk, &note, cited).await;

    let begun = Instant::now();
    queue.enqueue(rest, folder, None).await.expect("files are queued");
    let settled = queue.settled();
    tokio::pin!(settled);
    let (mut waits, mut offered) = (Vec::new(), 0);
    let typing = async {
        loop {
            if note.len() > 1_500 {
                note.truncate("To sum up".len());
            }
            note = format!("{note} {}", words.next().expect("they begin anew"));
            let (wait, some) = complete(&desk, &note, cited).await;
            waits.push(wait);
            offered += usize::from(some);
            tokio::time::sleep(PAUSE).await;
        }
    };
    tokio::select! {
        () = &mut settled => {}
        () = typing => {}
    }
    let took = begun.elapsed();
    let report = library.import_report().await.expect("the report can be made");
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
            "offered": offered,
            "median": middle,
            "longest": longest,
        })
    );
    queue.shut_down().await;
}

/// Milliseconds until it is known how a note may go on, and whether it may.
async fn complete(desk: &Desk, before: &str, cited: (DocumentId, u32)) -> (f64, bool) {
    let begun = Instant::now();
    let goes_on = desk
        .complete(
            String::from("Note"),
            before.to_string(),
            &[cited],
            &CancellationToken::new(),
        )
        .await
        .expect("the model writes");
    (begun.elapsed().as_secs_f64() * 1e3, goes_on.is_some())
}
