//! Trains the classifier: `train TEXTS.jsonl OUT [--hold N]`, with the lines of `train/texts.py` and `train/compose.py`.
//! Texts whose `held` is N (0 by default) are left out. `--predict FOLDER` writes what a finder with these weights finds
//! in them, a file a set and case, in the form that `cabinet deidentify --batch` has; `--weights FILE` takes weights made before.
#![allow(missing_docs, clippy::print_stdout)]

use std::collections::BTreeMap;
use std::error::Error;
use std::fs;
use std::ops::Range;
use std::path::PathBuf;

use cabinet_deid::training::{Example, Options, train};
use cabinet_deid::{Finder, Kind, NameList};
use serde_json::{Value, json};

struct Line {
    set: String,
    id: Value,
    copy: u64,
    held: u64,
    example: Example,
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let (mut hold, mut rounds, mut files) = (0, 3, Vec::new());
    let (mut predict, mut taken, mut ready) = (None, None, None);
    let (mut rate, mut decay, mut fewest) = (0.1, 3e-4, 3);
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().ok_or("an option needs a value");
        match argument.as_str() {
            "--hold" => hold = value()?.parse()?,
            "--predict" => predict = Some(PathBuf::from(value()?)),
            "--taken" => taken = Some(value()?.parse()?),
            "--weights" => ready = Some(value()?),
            "--rounds" => rounds = value()?.parse()?,
            "--rate" => rate = value()?.parse()?,
            "--decay" => decay = value()?.parse()?,
            "--fewest" => fewest = value()?.parse()?,
            _ => files.push(argument),
        }
    }
    let [texts, out] = &files[..] else {
        return Err("train TEXTS.jsonl OUT [--hold N] [--predict FOLDER]".into());
    };
    let lines: Vec<Line> = fs::read_to_string(texts)?
        .lines()
        .map(line)
        .collect::<Result<_, _>>()?;
    let (held, learnt): (Vec<Line>, Vec<Line>) = lines.into_iter().partition(|line| line.held == hold);
    let examples: Vec<Example> = learnt.into_iter().map(|line| line.example).collect();
    let options = Options {
        rounds,
        rate,
        decay,
        most: 220_000,
        fewest,
        seed: 20_261_124,
    };
    let bytes = match ready {
        Some(file) => fs::read(file)?,
        None => train(&examples, options, |round, loss| {
            println!("round {round}: loss {loss:.4}")
        }),
    };
    println!("{} texts, {} bytes", examples.len(), bytes.len());
    if let Some(folder) = predict {
        let finder = Finder::with_weights(&bytes, taken).ok_or("the weights cannot be read back")?;
        let mut sets: BTreeMap<String, String> = BTreeMap::new();
        for line in held.iter().filter(|line| line.copy == 0) {
            let text = &line.example.text;
            for (case, text) in [
                ("as-is", text.clone()),
                ("upper", upper(text)),
                ("lower", lower(text)),
            ] {
                let spans: Vec<Value> = finder
                    .find(&text, &NameList::default())
                    .iter()
                    .map(|found| {
                        let range = found.scalar_range(&text);
                        json!({"start": range.start, "end": range.end, "kind": found.kind, "layer": found.layer, "confidence": found.confidence})
                    })
                    .collect();
                let row = json!({"id": line.id, "spans": spans}).to_string();
                let file = sets.entry(format!("{}.{case}.jsonl", line.set)).or_default();
                file.push_str(&row);
                file.push('\n');
            }
        }
        fs::create_dir_all(&folder)?;
        for (name, rows) in sets {
            fs::write(folder.join(name), rows)?;
        }
    }
    fs::write(out, bytes)?;
    Ok(())
}

/// Capitals, character by character, so that offsets stay.
fn upper(text: &str) -> String {
    text.chars().map(|c| single(c, c.to_uppercase())).collect()
}

fn lower(text: &str) -> String {
    text.chars().map(|c| single(c, c.to_lowercase())).collect()
}

fn single(c: char, mut folded: impl Iterator<Item = char>) -> char {
    match (folded.next(), folded.next()) {
        (Some(one), None) => one,
        _ => c,
    }
}

fn line(line: &str) -> Result<Line, Box<dyn Error>> {
    let value: Value = serde_json::from_str(line)?;
    let text = value["text"].as_str().ok_or("a line has no text")?.to_string();
    let mut places: Vec<usize> = text.char_indices().map(|(at, _)| at).collect();
    places.push(text.len());
    let range = |span: &Value| -> Result<Range<usize>, Box<dyn Error>> {
        let at = |n: usize| span[n].as_u64().and_then(|n| places.get(n as usize)).copied();
        Ok(at(0).ok_or("a span has no start")?..at(1).ok_or("a span has no end")?)
    };
    let list = |name: &str| value[name].as_array().cloned().unwrap_or_default();
    let mut spans = Vec::new();
    for span in list("spans") {
        spans.push((range(&span)?, serde_json::from_value::<Kind>(span[2].clone())?));
    }
    let unknown = list("unknown").iter().map(range).collect::<Result<_, _>>()?;
    let copy = value["copy"].as_u64().unwrap_or(0);
    Ok(Line {
        set: value["set"].as_str().unwrap_or("other").to_string(),
        id: value["id"].clone(),
        copy,
        held: value["held"].as_u64().unwrap_or(u64::MAX),
        example: Example {
            text,
            spans,
            unknown,
            weight: if copy == 0 { 1.0 } else { 0.5 },
        },
    })
}
