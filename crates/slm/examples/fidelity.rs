//! How near the arithmetic is to that of the same weights in 32 bits: part of `npm run bench:engine -- --text FOLDER`.
//!
//! `fidelity writer FOLDER TOKENS` and `fidelity embedder FOLDER PASSAGES` read the plain texts of a folder and print
//! one JSON object; `fidelity tokens FILE.gguf` prints the tokens of what stands on standard input.
//!
//! `fidelity retrieval DOCUMENTS QUERIES JUDGEMENTS MOST` ranks documents by the vectors of both, one for each document and
//! query, and prints what nDCG at 10 either comes to, and how alike they are. Lines of JSON: `{"id", "title", "text"}`, `{"id", "query"}` and
//! `{"id", "rel": {document: grade}}`. Of the documents it takes all that were judged, then the first, `MOST` in all.
#![expect(clippy::print_stdout, reason = "a benchmark prints its results")]

use std::collections::{HashMap, HashSet};
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

/// The vectors of some texts, ours and those of the same weights in 32 bits.
async fn vectors(texts: Vec<String>) -> (Vec<Vec<f32>>, Vec<Vec<f32>>) {
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
        completer: None,
    });
    let ids: Vec<Vec<u32>> = texts
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
    let found = engine.embed(texts, Priority::Background).await.expect("embeds");
    let right = reference::vectors(&config, &weights, &ids).expect("candle reads the file");
    (found, right)
}

async fn embedder(folder: &Path, wanted: usize) -> serde_json::Value {
    let (found, right) = vectors(paragraphs(folder).into_iter().take(wanted).collect()).await;
    alike(&found, &right)
}

/// How alike the vectors of the same texts point.
fn alike(found: &[Vec<f32>], right: &[Vec<f32>]) -> serde_json::Value {
    let pairs = found.iter().zip(right);
    let cosines: Vec<f64> = pairs.map(|(a, b)| reference::cosine(a, b)).collect();
    let worst = cosines.iter().copied().fold(1.0, f64::min);
    let mean = cosines.iter().sum::<f64>() / cosines.len() as f64;
    serde_json::json!({ "passages": cosines.len(), "mean cosine": mean, "worst cosine": worst })
}

/// The lines of a file, each one JSON object.
fn lines(file: &Path) -> Vec<serde_json::Value> {
    let text = std::fs::read_to_string(file).expect("a file of lines");
    text.lines()
        .map(|line| serde_json::from_str(line).expect("a line is JSON"))
        .collect()
}

/// Discounted gain of the first ten, as a share of the best there could be (linear gain).
fn ndcg(ranking: &[&str], grades: &serde_json::Map<String, serde_json::Value>) -> f64 {
    let gain = |grades: &mut dyn Iterator<Item = f64>| -> f64 {
        let places = grades.take(10).zip(2u32..);
        places.map(|(grade, place)| grade / f64::from(place).log2()).sum()
    };
    let grade = |id: &str| grades.get(id).and_then(|grade| grade.as_f64()).unwrap_or(0.0);
    let mut best: Vec<f64> = grades.values().filter_map(|grade| grade.as_f64()).collect();
    best.sort_by(|a, b| b.total_cmp(a));
    gain(&mut ranking.iter().map(|id| grade(id))) / gain(&mut best.into_iter())
}

async fn retrieval(documents: &Path, queries: &Path, judgements: &Path, most: usize) -> serde_json::Value {
    let text = |value: &serde_json::Value, name: &str| value[name].as_str().unwrap_or_default().to_owned();
    let judged: HashMap<String, _> = lines(judgements)
        .into_iter()
        .map(|line| {
            (
                text(&line, "id"),
                line["rel"].as_object().cloned().unwrap_or_default(),
            )
        })
        .collect();
    let wanted: HashSet<&String> = judged.values().flat_map(|grades| grades.keys()).collect();
    let mut documents = lines(documents);
    documents.sort_by_key(|document| !wanted.contains(&text(document, "id")));
    documents.truncate(most);
    let ids: Vec<String> = documents.iter().map(|document| text(document, "id")).collect();
    let queries = lines(queries);
    let contents = documents
        .iter()
        .map(|document| format!("{}. {}", text(document, "title"), text(document, "text")));
    let all = contents.chain(queries.iter().map(|query| text(query, "query")));
    let (found, right) = vectors(all.collect()).await;
    let each = |vectors: &[Vec<f32>]| -> Vec<f64> {
        let (contents, asked) = vectors.split_at(ids.len());
        let of = |(query, vector): (&serde_json::Value, &Vec<f32>)| {
            let mut ranking: Vec<(f64, &str)> = contents
                .iter()
                .zip(&ids)
                .map(|(content, id)| (reference::cosine(vector, content), id.as_str()))
                .collect();
            ranking.sort_by(|a, b| b.0.total_cmp(&a.0));
            let ranking: Vec<&str> = ranking.into_iter().map(|(_, id)| id).take(10).collect();
            ndcg(&ranking, &judged[&text(query, "id")])
        };
        queries.iter().zip(asked).map(of).collect()
    };
    let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
    let mut figures = alike(&found, &right);
    let (found, right) = (each(&found), each(&right));
    let losses: Vec<f64> = right
        .iter()
        .zip(&found)
        .map(|(right, found)| right - found)
        .collect();
    let loss = mean(&losses);
    let squares: Vec<f64> = losses.iter().map(|one| (one - loss).powi(2)).collect();
    figures["documents"] = ids.len().into();
    figures["queries"] = queries.len().into();
    figures["nDCG@10"] = mean(&found).into();
    figures["nDCG@10 in 32 bits"] = mean(&right).into();
    figures["loss"] = loss.into();
    // A few neighbours that change places make all of it: the error says whether it is more than chance.
    figures["standard error of the loss"] = (mean(&squares) / losses.len() as f64).sqrt().into();
    figures["queries worse"] = losses.iter().filter(|loss| **loss > 0.0).count().into();
    figures["queries better"] = losses.iter().filter(|loss| **loss < 0.0).count().into();
    figures
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
        ["retrieval", documents, queries, judgements, most] => {
            let paths = [documents, queries, judgements].map(Path::new);
            retrieval(paths[0], paths[1], paths[2], number(most)).await
        }
        ["tokens", file] => tokens(Path::new(file)),
        _ => panic!(
            "writer FOLDER TOKENS | embedder FOLDER PASSAGES | retrieval DOCUMENTS QUERIES JUDGEMENTS MOST | tokens FILE.gguf"
        ),
    };
    println!("{figures}");
}
