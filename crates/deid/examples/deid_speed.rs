//! Speed of finding on one core, and whether every text comes back from its pseudonyms: `deid_speed FILE.jsonl...`, lines
//! of {"text"}. Prints one line of JSON.
#![allow(missing_docs, clippy::print_stdout)]

use std::error::Error;
use std::fs;
use std::time::Instant;

use cabinet_deid::{Finder, NameList, Pseudonyms};
use serde_json::{Value, json};

fn main() -> Result<(), Box<dyn Error>> {
    let mut texts: Vec<String> = Vec::new();
    for file in std::env::args().skip(1) {
        for line in fs::read_to_string(file)?.lines() {
            let value: Value = serde_json::from_str(line)?;
            texts.push(value["text"].as_str().ok_or("a line has no text")?.to_string());
        }
    }
    let start = Instant::now();
    let finder = Finder::new();
    finder.find("Warm: 12 March 2019.", &NameList::default());
    let loading = start.elapsed().as_secs_f64();
    let start = Instant::now();
    let found: Vec<_> = texts
        .iter()
        .map(|text| finder.find(text, &NameList::default()))
        .collect();
    let seconds = start.elapsed().as_secs_f64();
    let chars: usize = texts.iter().map(|text| text.chars().count()).sum();
    let exact = texts.iter().zip(&found).zip(0..).filter(|((text, found), seed)| {
        let mut pseudonyms = Pseudonyms::new(*seed);
        let replaced = pseudonyms.replace(text, found);
        pseudonyms.restore(&replaced.text) == **text
    });
    let exact = exact.count();
    let rate = chars as f64 / seconds;
    println!(
        "{}",
        json!({"texts": texts.len(), "chars": chars, "loading_seconds": loading, "seconds": seconds, "chars_a_second": rate, "exact": exact})
    );
    Ok(())
}
