//! Reads the given files through a reader child and prints one line of JSON for each:
//! `{"file","status","kind","title","pages","warnings","text","seconds"}`, where `status` is `ok` or
//! an error's code.
//!
//! `cargo run -p cabinet-intake --example extract -- [--root DIR] FILE...`; with `--root`, files are
//! named relative to it. `--text no` leaves the text out; `--members` adds the text of files inside a file. `--models DIR`
//! names the folder of the models that recognise pages which are pictures; with `--every-page`, all pages are read that
//! way.
#![allow(clippy::print_stdout, reason = "printing is what this example is for")]

use cabinet_intake::{
    DEFAULT_FILE_LIMIT, Document, Extracted, Found, ModelFiles, Reader, ReaderLimits, Source, reader_main,
    walk,
};
use serde_json::json;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Instant;

fn main() -> ExitCode {
    if std::env::args().nth(1).as_deref() == Some("--reader") {
        return reader_main();
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    match runtime
        .map_err(anyhow_free)
        .and_then(|runtime| runtime.block_on(run()))
    {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn anyhow_free(error: std::io::Error) -> String {
    error.to_string()
}

async fn run() -> Result<(), String> {
    let mut root = PathBuf::new();
    let mut with_text = true;
    let mut every_page = false;
    let mut with_members = false;
    let mut models: Option<PathBuf> = None;
    let mut paths = Vec::new();
    let mut args = std::env::args_os().skip(1);
    while let Some(arg) = args.next() {
        match arg.to_str() {
            Some("--root") => root = args.next().unwrap_or_default().into(),
            Some("--every-page") => every_page = true,
            Some("--members") => with_members = true,
            Some("--models") => models = args.next().map(PathBuf::from),
            Some("--text") => with_text = args.next().is_none_or(|value| value != "no"),
            _ => paths.push(PathBuf::from(arg)),
        }
    }
    let program = std::env::current_exe().map_err(anyhow_free)?;
    let limits = ReaderLimits {
        every_page,
        ..ReaderLimits::default()
    };
    let mut reader = Reader::new(program, vec!["--reader".into()], limits);
    if let Some(dir) = models {
        reader = reader.with_models(Arc::new(move || {
            let file = |name: &str| std::fs::read(dir.join(name)).ok();
            Some(ModelFiles {
                detector: file("PP-OCRv6_det_small.rten")?,
                recogniser: file("PP-OCRv6_rec_small.rten")?,
                characters: file("ppocrv6_dict.txt")?,
            })
        }));
    }
    for found in walk(&paths) {
        let name = found
            .path()
            .strip_prefix(&root)
            .unwrap_or(found.path())
            .to_string_lossy()
            .into_owned();
        let started = Instant::now();
        let result = match found {
            Found::Failed { error, .. } => Err(error),
            Found::File(path) => match Source::open(&path, DEFAULT_FILE_LIMIT) {
                Ok(source) => reader.read_pages(&source, &name, None, &|_| {}).await,
                Err(error) => Err(error),
            },
        };
        let seconds = started.elapsed().as_secs_f64();
        let line = match result {
            Ok(Document { read, scans }) => {
                let confidences: Vec<f32> = scans.iter().map(|scan| scan.confidence).collect();
                let mut text = text(&read);
                let (kind, title, pages) = (read.kind.as_str(), read.title.clone(), read.pages.len());
                let warnings: Vec<String> = read.warnings.iter().map(|warning| warning.message()).collect();
                if with_members {
                    text += &members(&reader, read).await;
                }
                json!({
                    "file": name, "status": "ok", "kind": kind, "title": title,
                    "pages": pages, "warnings": warnings, "seconds": seconds,
                    "ocr_pages": scans.len(), "confidences": confidences,
                    "text": with_text.then_some(text),
                })
            }
            Err(error) => json!({
                "file": name, "status": error.code(), "message": error.message(), "advice": error.advice(),
                "seconds": seconds,
            }),
        };
        println!("{line}");
    }
    Ok(())
}

/// Files within files within files are read, and no deeper, as in the library.
const DEEPEST: u32 = 3;

fn text(read: &Extracted) -> String {
    let texts: Vec<&str> = read.pages.iter().map(|page| page.text.as_str()).collect();
    texts.join("\n\u{0c}\n")
}

/// The text of what is inside a file, as far as it can be read.
async fn members(reader: &Reader, read: Extracted) -> String {
    let mut all = String::new();
    let mut left: Vec<_> = read.members.into_iter().map(|member| (1, member)).collect();
    while let Some((depth, member)) = left.pop() {
        let Ok(source) = Source::from_bytes(member.bytes) else {
            continue;
        };
        let Ok(document) = reader.read_pages(&source, &member.name, None, &|_| {}).await else {
            continue;
        };
        all.push('\n');
        all.push_str(&text(&document.read));
        if depth < DEEPEST {
            left.extend(
                document
                    .read
                    .members
                    .into_iter()
                    .map(|member| (depth + 1, member)),
            );
        }
    }
    all
}
