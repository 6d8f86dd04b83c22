//! How near the arithmetic is to that of the same weights in 32 bits: part of `npm run bench:engine -- --text FOLDER`.
//!
//! `fidelity writer FOLDER TOKENS` and `fidelity embedder FOLDER PASSAGES` read the plain texts of a folder and print
//! one JSON object; `fidelity tokens FILE.gguf` prints the tokens of what stands on standard input.
#![expect(clippy::print_stdout, reason = "a benchmark prints its results")]

use std::ops::ControlFlow;
use std::path::Path;

use cabinet_slm::measure::Writer;
use cabinet_slm::{Engine, EngineModels, ModelStore, Priority, Task, VerifiedModel};

#[path = "../src/reference.rs"]
mod reference;

/// Tokens of one text that are read together: more is a matter of the reference's patience.
const WINDOW: usize = 512;

/// The plain texts of a folder, cut at empty lines.
fn paragraphs(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).expect("a folder of texts");
    let mut files: Vec<_> = entries
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.is_file())
        .collect();
    files.sort();
    let texts = files.iter().filter_map(|file| std::fs::read_to_string(file).ok());
    let cut = |text: String| {
        text.split("\n\n")
            .map(|part| part.trim().to_owned())
            .collect::<Vec<_>>()
    };
    texts.flat_map(cut).filter(|part| part.len() > 60).collect()
}

fn verified(task: Task) -> VerifiedModel {
    let dir = ModelStore::default_dir().expect("the system names a cache");
    let store = ModelStore::installed(dir).expect("the lists are sound");
    let id = &store.manifest().default_for(task).expect("listed").id;
    store.verify(id).expect("installed and unaltered")
}

fn likeliest(row: &[f32]) -> usize {
    (0..row.len())
        .max_by(|a, b| row[*a].total_cmp(&row[*b]))
        .unwrap_or(0)
}

/// The Kullback-Leibler divergence between two rows of logits.
fn divergence(right: &[f32], found: &[f32]) -> f64 {
    let normaliser = |row: &[f32]| {
        let high = row.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        f64::from(high) + row.iter().map(|v| f64::from(v - high).exp()).sum::<f64>().ln()
    };
    let (right_total, found_total) = (normaliser(right), normaliser(found));
    let terms = right.iter().zip(found).map(|(r, f)| {
        let (r, f) = (f64::from(*r) - right_total, f64::from(*f) - found_total);
        r.exp() * (r - f)
    });
    terms.sum()
}

fn writer(folder: &Path, wanted: usize) -> serde_json::Value {
    let model = verified(Task::Writer);
    let bytes = model.bytes(".gguf").expect("its file");
    let mut writer = Writer::load(&model, 2).expect("it loads");
    let (mut tokens, mut same, mut sum) = (0, 0, 0.0);
    let text = paragraphs(folder).join("\n\n");
    let all = writer.tokens(&text).expect("ordinary text");
    for window in all.chunks(WINDOW) {
        let right = reference::logits(&bytes, window).expect("candle reads the file");
        for (found, right) in writer.logits(window).iter().zip(&right) {
            same += usize::from(likeliest(found) == likeliest(right));
            sum += divergence(right, found);
        }
        tokens += window.len();
        if tokens >= wanted {
            break;
        }
    }
    let of = tokens as f64;
    serde_json::json!({ "tokens": tokens, "top-1 agreement": same as f64 / of, "mean divergence": sum / of })
}

async fn embedder(folder: &Path, wanted: usize) -> serde_json::Value {
    let model = verified(Task::Embedder);
    let config = String::from_utf8(model.bytes("config.json").expect("its file")).expect("text");
    let weights = model.bytes(".safetensors").expect("its file");
    let tokenizer = model.bytes("tokenizer.json").expect("its file");
    let mut tokenizer = tokenizers::Tokenizer::from_bytes(tokenizer).expect("a tokenizer");
    tokenizer
        .with_padding(None)
        .with_truncation(None)
        .expect("no truncation");
    let engine = Engine::start(EngineModels {
        embedder: Some(model),
        writer: None,
    });
    let passages: Vec<String> = paragraphs(folder).into_iter().take(wanted).collect();
    let ids: Vec<Vec<u32>> = passages
        .iter()
        .map(|text| {
            let ids = tokenizer
                .encode(text.as_str(), true)
                .expect("ordinary text")
                .get_ids()
                .to_vec();
            let end = ids[ids.len() - 1];
            let window = 256.min(ids.len());
            [&ids[..window - 1], &[end]].concat()
        })
        .collect();
    let found = engine
        .embed(passages, Priority::Background)
        .await
        .expect("embeds");
    let right = reference::vectors(&config, &weights, &ids).expect("candle reads the file");
    let cosines: Vec<f64> = found
        .iter()
        .zip(&right)
        .map(|(a, b)| reference::cosine(a, b))
        .collect();
    let worst = cosines.iter().copied().fold(1.0, f64::min);
    let mean = cosines.iter().sum::<f64>() / cosines.len() as f64;
    serde_json::json!({ "passages": cosines.len(), "mean cosine": mean, "worst cosine": worst })
}

fn tokens(file: &Path) -> serde_json::Value {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut store = ModelStore::installed(folder.path()).expect("an empty list");
    let mut go_on = |_, _| ControlFlow::Continue(());
    let model = store.import(file, &mut go_on).expect("the file is imported");
    let writer = Writer::load(&store.verify(&model.id).expect("just imported"), 2).expect("it loads");
    let text = std::io::read_to_string(std::io::stdin()).expect("text");
    serde_json::json!(writer.tokens(&text).expect("ordinary text"))
}

#[tokio::main]
async fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let number = |text: &str| text.parse().expect("a number");
    let figures = match arguments[..] {
        ["writer", folder, count] => writer(Path::new(folder), number(count)),
        ["embedder", folder, count] => embedder(Path::new(folder), number(count)).await,
        ["tokens", file] => tokens(Path::new(file)),
        _ => panic!("writer FOLDER TOKENS | embedder FOLDER PASSAGES | tokens FILE.gguf"),
    };
    println!("{figures}");
}
