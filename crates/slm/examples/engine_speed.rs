//! How fast the engine is on this machine: what `npm run bench:engine` runs, round by round between those of its peers.
//!
//! `engine_speed speed FILE.gguf THREADS` times a writer, `engine_speed embed THREADS` the embedder, and
//! `engine_speed app` what a user waits for with both models loaded. Each prints one JSON object. Everything goes
//! through the public handle, so the figures hold what a caller waits for, queue and channels included.
#![expect(clippy::print_stdout, reason = "a benchmark prints its results")]

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::path::Path;
use std::time::{Duration, Instant};

use cabinet_slm::{
    Engine, EngineModels, GenerateEvent, GenerateRequest, Message, ModelStore, Priority, Purpose, Sampling,
    Task, VerifiedModel,
};
use tokio_util::sync::CancellationToken;

const WORDS: &str = "the harbour committee met again on Tuesday to review a plan for new lights along both piers, \
and Mr Okafor asked who would pay.";

/// Invented text, long enough for every measurement, in which no three words follow one another twice soon: nothing
/// in it can be guessed.
fn text(words: usize, salt: usize) -> String {
    let list: Vec<&str> = WORDS.split(' ').collect();
    let mut at = salt as u64 + 1;
    let mut next = || {
        at = at
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        list[(at >> 33) as usize % list.len()]
    };
    (0..words).map(|_| next()).collect::<Vec<_>>().join(" ")
}

/// Milliseconds to the first token and tokens a second after it.
struct Written {
    first_token: Duration,
    per_second: f64,
    prompt_tokens: usize,
}

async fn write(engine: &Engine, prompt: String, tokens: usize) -> Written {
    write_as(engine, prompt, tokens, Priority::Foreground).await
}

async fn write_as(engine: &Engine, prompt: String, tokens: usize, priority: Priority) -> Written {
    let start = Instant::now();
    let mut events = engine
        .generate(GenerateRequest {
            purpose: Purpose::Drafting,
            messages: vec![Message::user(prompt)],
            said: String::new(),
            max_new_tokens: tokens,
            // As the peer chooses, but for repeating itself; nor does the peer guess.
            sampling: Sampling {
                repetition_penalty: 1.3,
                guess: false,
                ..Sampling::default()
            },
            priority,
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
                return Written {
                    first_token,
                    per_second: new_tokens.saturating_sub(1) as f64 / rest,
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
        let prompt = format!("{salt}{salt} {}", text(words, salt));
        let message = [Message::user(prompt.clone())];
        if engine.prompt_tokens(&message).await.expect("countable") <= tokens {
            return prompt;
        }
        words -= words.div_ceil(40);
    }
}

/// Megabytes of this process in memory, now and at most.
fn resident(field: &str) -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with(field));
    let kilobytes = line.and_then(|line| line.split_whitespace().nth(1)?.parse::<f64>().ok());
    kilobytes.unwrap_or(0.0) / 1_000.0
}

type Figures = BTreeMap<String, f64>;

/// Reading and writing speed of a writer.
async fn speed(writer: VerifiedModel, threads: usize) -> Figures {
    let models = EngineModels {
        embedder: None,
        writer: Some(writer),
        completer: None,
    };
    let engine = Engine::start_on(models, threads);
    engine.load(Priority::Foreground).await.expect("the model loads");
    write(&engine, prompt(&engine, 64, 1).await, 8).await;
    let mut figures = Figures::new();
    for tokens in [512, 2_048] {
        let written = write(&engine, prompt(&engine, tokens, tokens).await, 1).await;
        let speed = written.prompt_tokens as f64 / written.first_token.as_secs_f64();
        figures.insert(format!("read {tokens}"), speed);
    }
    for context in [128, 2_048] {
        let mut speeds = Vec::new();
        // Some answers end early; of three, one goes on long enough.
        for salt in 0..3 {
            let request = format!(
                "Go on at length: {}",
                prompt(&engine, context - 8, 90 + salt).await
            );
            speeds.push(write(&engine, request, 65).await.per_second);
        }
        speeds.sort_by(f64::total_cmp);
        figures.insert(format!("write after {context}"), speeds[1]);
    }
    figures.insert("memory".to_owned(), resident("VmHWM:"));
    figures
}

/// Texts a second at two lengths.
async fn embed(embedder: VerifiedModel, threads: usize, counts: [usize; 2]) -> Figures {
    let models = EngineModels {
        embedder: Some(embedder),
        writer: None,
        completer: None,
    };
    let engine = Engine::start_on(models, threads);
    engine.load(Priority::Foreground).await.expect("the model loads");
    let counter = engine.embedder_text().await.expect("counts");
    let mut figures = Figures::new();
    for (pieces, count) in [256, 16].into_iter().zip(counts) {
        let texts: Vec<String> = (0..count)
            .map(|salt| {
                let mut words = pieces;
                while counter.count(&text(words, salt)).expect("countable") > pieces {
                    words -= 1;
                }
                text(words, salt)
            })
            .collect();
        engine
            .embed(texts[..count.min(8)].to_vec(), Priority::Foreground)
            .await
            .expect("embeds");
        let start = Instant::now();
        engine.embed(texts, Priority::Foreground).await.expect("embeds");
        figures.insert(
            format!("embed {pieces}"),
            count as f64 / start.elapsed().as_secs_f64(),
        );
    }
    figures
}

/// What a user waits for, with both models.
async fn app(store: &ModelStore) -> Figures {
    let mut figures = Figures::new();
    let start = Instant::now();
    let models = EngineModels {
        embedder: Some(verified(store, Task::Embedder)),
        writer: Some(verified(store, Task::Writer)),
        completer: None,
    };
    figures.insert(
        "verify both models, ms".to_owned(),
        start.elapsed().as_secs_f64() * 1e3,
    );
    let engine = Engine::start(models);
    let start = Instant::now();
    engine.load(Priority::Foreground).await.expect("both models load");
    figures.insert(
        "load both models, ms".to_owned(),
        start.elapsed().as_secs_f64() * 1e3,
    );
    let source = prompt(&engine, 1_500, 7).await;
    let ask = |question: &str| format!("{source}\n\n{question}");
    let first = write(&engine, ask("Who would pay?"), 8).await;
    figures.insert(
        "first token, text of 1,500 tokens, ms".to_owned(),
        first.first_token.as_secs_f64() * 1e3,
    );
    let second = write(&engine, ask("When did they meet?"), 8).await;
    let second = second.first_token.as_secs_f64() * 1e3;
    figures.insert("first token, second question on it, ms".to_owned(), second);
    let mut waits = Vec::new();
    for run in 0..20 {
        let start = Instant::now();
        let query = vec![text(8, run)];
        engine.embed(query, Priority::Typing).await.expect("embeds");
        waits.push(start.elapsed().as_secs_f64() * 1e3);
    }
    waits.sort_by(f64::total_cmp);
    figures.insert("embed one query, ms".to_owned(), waits[10]);
    let waits = completions(&engine).await;
    figures.insert(
        "completion of 8 tokens while a folder is embedded, ms".to_owned(),
        waits[waits.len() / 2],
    );
    figures.insert(
        "longest of 59 such completions, ms".to_owned(),
        waits[waits.len() - 1],
    );
    figures.insert("memory with both models, MB".to_owned(), resident("VmRSS:"));
    figures.insert("memory at most, MB".to_owned(), resident("VmHWM:"));
    figures
}

/// Eight tokens to complete a note that grows by a word each time, while a folder is made searchable: milliseconds, least
/// first.
async fn completions(engine: &Engine) -> Vec<f64> {
    let stop = CancellationToken::new();
    let importing = tokio::spawn({
        let (engine, stop) = (engine.clone(), stop.clone());
        async move {
            let mut salt = 0;
            while !stop.is_cancelled() {
                let passages = (salt..salt + 32).map(|salt| text(150, salt)).collect();
                engine
                    .embed(passages, Priority::Background)
                    .await
                    .expect("embeds");
                salt += 32;
            }
        }
    });
    let mut note = prompt(engine, 300, 3).await;
    let mut waits = Vec::new();
    for word in WORDS.split(' ').cycle().take(60) {
        note = format!("{note} {word}");
        let start = Instant::now();
        write_as(engine, note.clone(), 8, Priority::Typing).await;
        waits.push(start.elapsed().as_secs_f64() * 1e3);
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    stop.cancel();
    importing.await.expect("the import ends");
    // The first one reads the note, as the first one of a note always does.
    waits.remove(0);
    waits.sort_by(f64::total_cmp);
    waits
}

fn verified(store: &ModelStore, task: Task) -> VerifiedModel {
    let model = &store.manifest().default_for(task).expect("listed").id;
    store
        .verify(model)
        .unwrap_or_else(|error| panic!("{error}. {}", error.advice()))
}

#[tokio::main]
async fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let dir = ModelStore::default_dir().expect("the system names a cache");
    let store = ModelStore::installed(dir).expect("the lists are sound");
    let threads = |text: &str| text.parse().expect("a number of threads");
    let figures = match arguments[..] {
        ["speed", file, count] => {
            // A folder of its own, so that the user's models stay as they are.
            let folder = tempfile::tempdir().expect("a temporary folder");
            let mut apart = ModelStore::installed(folder.path()).expect("an empty list");
            let mut go_on = |_, _| ControlFlow::Continue(());
            let model = apart
                .import(Path::new(file), &mut go_on)
                .expect("the file is imported");
            speed(apart.verify(&model.id).expect("just imported"), threads(count)).await
        }
        ["embed", count, long, short] => {
            let counts = [long, short].map(|count| count.parse().expect("a number of texts"));
            embed(verified(&store, Task::Embedder), threads(count), counts).await
        }
        ["app"] => app(&store).await,
        _ => panic!("speed FILE.gguf THREADS | embed THREADS LONG SHORT | app"),
    };
    println!("{}", serde_json::json!(figures));
}
