//! How fast the engine is on this machine, beside candle's own quantised llama: what `npm run bench:engine` runs.
//!
//! Prints each figure as one line of JSON. Figures are medians of several runs through the public handle, so they
//! hold what a caller waits for, queue and channels included; the peer's hold the forward passes alone.
#![expect(clippy::print_stdout, reason = "a benchmark prints its results")]

use std::path::Path;
use std::time::{Duration, Instant};

use cabinet_slm::{
    Engine, EngineModels, GenerateEvent, GenerateRequest, Manifest, Message, ModelStore, Priority, Sampling,
    Task,
};
use candle_core::quantized::gguf_file;
use candle_core::{Device, Tensor};
use candle_transformers::models::quantized_llama::ModelWeights;
use tokio_util::sync::CancellationToken;

const RUNS: usize = 5;

/// Invented text, long enough for every measurement.
fn text(words: usize) -> String {
    const WORDS: [&str; 24] = [
        "the",
        "harbour",
        "committee",
        "met",
        "again",
        "on",
        "Tuesday",
        "to",
        "review",
        "a",
        "plan",
        "for",
        "new",
        "lights",
        "along",
        "both",
        "piers,",
        "and",
        "Mr",
        "Okafor",
        "asked",
        "who",
        "would",
        "pay.",
    ];
    (0..words)
        .map(|at| WORDS[(at * 7 + at / 24) % WORDS.len()])
        .collect::<Vec<_>>()
        .join(" ")
}

struct Written {
    first_token: Duration,
    per_token: Option<f64>,
    prompt_tokens: usize,
}

async fn write(engine: &Engine, prompt: String, tokens: usize) -> Written {
    let start = Instant::now();
    let mut events = engine
        .generate(GenerateRequest {
            messages: vec![Message::user(prompt)],
            max_new_tokens: tokens,
            sampling: Sampling::default(),
            priority: Priority::Foreground,
            cancel: CancellationToken::new(),
        })
        .await
        .expect("the request is sound");
    let mut first = None;
    loop {
        match events.recv().await.expect("an answer ends with a last event") {
            GenerateEvent::Token(_) => {
                first.get_or_insert_with(|| start.elapsed());
            }
            GenerateEvent::Finished {
                prompt_tokens,
                new_tokens,
                ..
            } => {
                let first_token = first.unwrap_or_else(|| start.elapsed());
                let rest = (start.elapsed() - first_token).as_secs_f64();
                let per_token = (new_tokens > 8).then(|| (new_tokens - 1) as f64 / rest);
                return Written {
                    first_token,
                    per_token,
                    prompt_tokens,
                };
            }
            GenerateEvent::Failed(error) => panic!("{error}"),
        }
    }
}

/// A prompt of about so many tokens that begins unlike any other, so that nothing of it is remembered.
async fn prompt(engine: &Engine, tokens: usize, salt: usize) -> String {
    let mut words = tokens;
    loop {
        let prompt = format!("{salt}{salt} {}", text(words));
        if engine
            .prompt_tokens(&[Message::user(prompt.clone())])
            .await
            .expect("countable")
            <= tokens
        {
            return prompt;
        }
        words -= words.div_ceil(40);
    }
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// Megabytes of this process in memory.
fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmRSS:"));
    line.and_then(|line| line.split_whitespace().nth(1)?.parse::<u64>().ok())
        .unwrap_or(0)
        / 1_000
}

/// Prints one figure.
fn note(what: &str, unit: &str, value: f64) {
    println!(
        "{}",
        serde_json::json!({ "what": what, "value": value, "unit": unit })
    );
}

/// The same file in candle's own quantised operations: reading 512 tokens, then writing 32.
fn peer(gguf: &Path) -> candle_core::Result<()> {
    let device = &Device::Cpu;
    let mut file = std::fs::File::open(gguf)?;
    let content = gguf_file::Content::read(&mut file)?;
    let mut model = ModelWeights::from_gguf(content, &mut file, device)?;
    let prompt: Vec<u32> = (0..512).map(|at| 100 + (at * 37) % 4_000).collect();
    let (mut reads, mut writes) = (Vec::new(), Vec::new());
    for _ in 0..3 {
        model.clear_kv_cache();
        let start = Instant::now();
        model.forward(&Tensor::new(prompt.as_slice(), device)?.unsqueeze(0)?, 0)?;
        reads.push(prompt.len() as f64 / start.elapsed().as_secs_f64());
        let start = Instant::now();
        for step in 0..32u32 {
            let next = Tensor::new(&[200 + step], device)?.unsqueeze(0)?;
            model.forward(&next, prompt.len() + step as usize)?;
        }
        writes.push(32.0 / start.elapsed().as_secs_f64());
    }
    note(
        "candle's quantised llama: read a prompt of 512 tokens",
        "tokens/s",
        median(reads),
    );
    note(
        "candle's quantised llama: write 32 tokens after 512",
        "tokens/s",
        median(writes),
    );
    Ok(())
}

#[tokio::main]
async fn main() {
    let manifest = Manifest::bundled().expect("the bundled list is sound");
    let dir = ModelStore::default_dir().expect("the system names a cache");
    let store = ModelStore::open(dir.clone(), manifest);
    let start = Instant::now();
    let verify = |task: Task| {
        let model = store.manifest().default_for(task).expect("listed").id.clone();
        store
            .verify(&model)
            .unwrap_or_else(|error| panic!("{error}. {}", error.advice()))
    };
    let models = EngineModels {
        embedder: Some(verify(Task::Embedder)),
        writer: Some(verify(Task::Writer)),
    };
    note("verify both models", "ms", start.elapsed().as_secs_f64() * 1e3);
    let engine = Engine::start(models);
    let start = Instant::now();
    engine.load(Priority::Foreground).await.expect("both models load");
    note("load both models", "ms", start.elapsed().as_secs_f64() * 1e3);
    note("memory after loading", "MB", resident() as f64);

    for tokens in [512, 2_048] {
        let mut speeds = Vec::new();
        for run in 0..RUNS {
            let prompt = prompt(&engine, tokens, tokens + run).await;
            let written = write(&engine, prompt, 1).await;
            speeds.push(written.prompt_tokens as f64 / written.first_token.as_secs_f64());
        }
        note(
            &format!("read a prompt of {tokens} tokens"),
            "tokens/s",
            median(speeds),
        );
    }
    for context in [64, 2_048] {
        let mut speeds = Vec::new();
        for run in 0..RUNS {
            let prompt = prompt(&engine, context, 9_000 + context + run).await;
            let request = format!("Continue this text at length: {prompt}");
            speeds.extend(write(&engine, request, 128).await.per_token);
        }
        if !speeds.is_empty() {
            note(
                &format!("write 128 tokens after {context}"),
                "tokens/s",
                median(speeds),
            );
        }
    }
    let counter = engine.embedder_text().await.expect("counts");
    for (pieces, count) in [(256, 48), (16, 400)] {
        let mut words = pieces;
        while counter.count(&text(words)).expect("countable") > pieces {
            words -= 1;
        }
        let texts: Vec<String> = (0..count).map(|_| text(words)).collect();
        let mut speeds = Vec::new();
        for _ in 0..RUNS {
            let start = Instant::now();
            engine
                .embed(texts.clone(), Priority::Foreground)
                .await
                .expect("embeds");
            speeds.push(count as f64 / start.elapsed().as_secs_f64());
        }
        note(
            &format!("embed texts of {pieces} word pieces"),
            "texts/s",
            median(speeds),
        );
    }
    let mut waits = Vec::new();
    for run in 0..20 {
        let start = Instant::now();
        engine
            .embed(vec![format!("{run} {}", text(8))], Priority::Typing)
            .await
            .expect("embeds");
        waits.push(start.elapsed().as_secs_f64() * 1e3);
    }
    note("embed one query", "ms", median(waits));
    note("memory at the end", "MB", resident() as f64);
    drop(engine);

    let writer = store.manifest().default_for(Task::Writer).expect("listed");
    let gguf = writer
        .files
        .iter()
        .find(|file| file.name.ends_with(".gguf"))
        .expect("the writer is a GGUF file");
    peer(&dir.join(&writer.id).join(&gguf.name)).expect("candle reads the same file");
}
