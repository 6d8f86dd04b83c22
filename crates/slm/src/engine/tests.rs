//! The engine on made models: order, cancelling, forgetting, and what goes on after a failure.

mod order;

use std::time::{Duration, Instant};

use super::*;
use crate::Original;
use crate::made::{self, CONTEXT, MadeStore};

/// Far longer than any step of a made model, far shorter than a whole long answer may be on a busy machine.
const SOON: Duration = Duration::from_secs(60);

/// The embedder and a writer that never ends by itself.
fn engine() -> (Engine, MadeStore) {
    let made = made::store(&made::writer(false).bytes(), &made::embedder());
    (Engine::start_on(models(&made), 2), made)
}

fn models(made: &MadeStore) -> EngineModels {
    let verify = |id| Some(made.store.verify(id).unwrap());
    EngineModels {
        embedder: verify("embedder"),
        writer: verify("writer"),
        completer: None,
    }
}

fn request(content: &str, max_new_tokens: usize, priority: Priority) -> GenerateRequest {
    GenerateRequest {
        purpose: Purpose::Drafting,
        messages: vec![Message::user(content)],
        said: String::new(),
        max_new_tokens,
        sampling: Sampling::default(),
        priority,
        cancel: CancellationToken::new(),
    }
}

/// All text of an answer and its last event.
async fn all(mut events: mpsc::Receiver<GenerateEvent>) -> (String, GenerateEvent) {
    let mut text = String::new();
    let mut last = None;
    while let Some(event) = tokio::time::timeout(SOON, events.recv())
        .await
        .expect("the answer goes on")
    {
        assert!(last.is_none(), "nothing follows the last event");
        match event {
            GenerateEvent::Token(piece) => {
                assert!(!piece.is_empty());
                text.push_str(&piece);
            }
            end => last = Some(end),
        }
    }
    (text, last.expect("an answer ends with a last event"))
}

async fn say(engine: &Engine, request: GenerateRequest) -> (String, GenerateEvent) {
    all(engine.generate(request).await.unwrap()).await
}

/// Starts an answer that takes long, and waits until it is under way.
async fn start_long(engine: &Engine, priority: Priority) -> mpsc::Receiver<GenerateEvent> {
    engine.load(Priority::Foreground).await.unwrap();
    let mut events = engine
        .generate(request("the cat", CONTEXT - 200, priority))
        .await
        .unwrap();
    assert!(matches!(events.recv().await, Some(GenerateEvent::Token(_))));
    events
}

fn is_cancelled(event: &GenerateEvent) -> bool {
    matches!(
        event,
        GenerateEvent::Finished {
            reason: FinishReason::Cancelled,
            ..
        }
    )
}

#[tokio::test]
async fn vectors_come_in_the_order_of_the_texts() {
    let (engine, _made) = engine();
    let texts: Vec<String> = (0..150)
        .map(|at| "the cat sat on ".repeat(1 + at * 7 % 60) + &"a dog ".repeat(at))
        .collect();
    let together = engine.embed(texts.clone(), Priority::Background).await.unwrap();
    assert_eq!(together.len(), texts.len());
    for at in [0, 1, 77, 149] {
        assert_eq!(
            engine
                .embed(vec![texts[at].clone()], Priority::Typing)
                .await
                .unwrap()[0],
            together[at],
            "text {at}"
        );
    }
    assert_eq!(
        engine.embed(Vec::new(), Priority::Typing).await.unwrap(),
        Vec::<Vec<f32>>::new()
    );
}

#[tokio::test]
async fn an_answer_has_the_length_asked_for_and_never_varies() {
    let (engine, _made) = engine();
    let (first, end) = say(&engine, request("the cat", 40, Priority::Foreground)).await;
    let GenerateEvent::Finished {
        reason: FinishReason::Length,
        prompt_tokens,
        new_tokens: 40,
        ..
    } = end
    else {
        panic!("{end:?}")
    };
    assert_eq!(
        prompt_tokens,
        engine.prompt_tokens(&[Message::user("the cat")]).await.unwrap()
    );
    for priority in [Priority::Typing, Priority::Background] {
        assert_eq!(say(&engine, request("the cat", 40, priority)).await.0, first);
    }
    let sampled = |seed| {
        let sampling = Sampling {
            temperature: 1.0,
            seed,
            ..Sampling::default()
        };
        GenerateRequest {
            sampling,
            ..request("the cat", 40, Priority::Foreground)
        }
    };
    let with_seed = say(&engine, sampled(3)).await.0;
    assert_eq!(say(&engine, sampled(3)).await.0, with_seed);
    assert_ne!(say(&engine, sampled(4)).await.0, with_seed);
}

#[tokio::test]
async fn a_remembered_beginning_changes_no_answer() {
    let (engine, _made) = engine();
    let long = "the cat sat on a mat and saw the old house ".repeat(12);
    for end in ["once", "twice", "once more"] {
        let request = || request(&format!("{long}{end}"), 30, Priority::Foreground);
        let warm = say(&engine, request()).await;
        let (fresh, _made) = self::engine();
        assert_eq!(say(&fresh, request()).await, warm, "{end}");
    }
}

#[tokio::test]
async fn several_beginnings_are_remembered_at_once_and_change_no_answer() {
    let (engine, _made) = engine();
    let source = |at: usize| format!("{} ", ["the cat", "a dog", "the old house"][at]).repeat(30);
    let asked = |at: usize, what: &str| request(&(source(at) + what), 20, Priority::Foreground);
    let mut fresh = Vec::new();
    for at in 0..3 {
        let (alone, _made) = self::engine();
        fresh.push((
            say(&alone, asked(at, "one thing")).await.0,
            say(&alone, asked(at, "another, at greater length than before"))
                .await
                .0,
        ));
    }
    for (at, (right, _)) in fresh.iter().enumerate() {
        assert_eq!(&say(&engine, asked(at, "one thing")).await.0, right);
    }
    for (at, (_, right)) in fresh.iter().enumerate() {
        let what = "another, at greater length than before";
        assert_eq!(&say(&engine, asked(at, what)).await.0, right, "source {at}");
    }
}

#[tokio::test]
async fn each_purpose_is_served_by_its_own_model_and_memory() {
    let mut other = made::writer(false);
    other.set("llama.rope.freq_base", made::F32, 50f32.to_le_bytes().to_vec());
    let [first, second] =
        [made::writer(false), other].map(|file| made::store(&file.bytes(), &made::embedder()));
    let completer = || Some(second.store.verify("writer").unwrap());
    let both = Engine::start_on(
        EngineModels {
            completer: completer(),
            ..models(&first)
        },
        2,
    );
    let alone = [models(&first), models(&second)].map(|models| Engine::start_on(models, 2));
    both.load(Priority::Foreground).await.unwrap();
    let long = "the cat sat on a mat and saw the old house ".repeat(6);
    let asked = |purpose| GenerateRequest {
        purpose,
        said: "a dog ".to_owned(),
        ..request(&long, 30, Priority::Foreground)
    };
    let mut answers = Vec::new();
    // Twice, so that each finds what it read itself among what both read.
    for (purpose, alone) in [Purpose::Drafting, Purpose::Completion]
        .into_iter()
        .zip(&alone)
        .cycle()
        .take(4)
    {
        let right = say(alone, asked(Purpose::Completion)).await;
        assert_eq!(say(&both, asked(purpose)).await, right, "{purpose:?}");
        answers.push(right.0);
    }
    assert_ne!(answers[0], answers[1], "the two models differ");
}

#[tokio::test]
async fn unloading_drops_all_work_and_the_engine_goes_on() {
    let (engine, _made) = engine();
    let running = start_long(&engine, Priority::Foreground).await;
    let queued = engine
        .generate(request("a dog", 9, Priority::Background))
        .await
        .unwrap();
    let waiting = engine.embed(vec!["the cat".to_owned()], Priority::Background);
    tokio::pin!(waiting);
    assert!(
        tokio::time::timeout(Duration::from_millis(20), &mut waiting)
            .await
            .is_err(),
        "it is queued"
    );
    engine.unload().await;
    assert!(is_cancelled(&all(running).await.1));
    assert!(is_cancelled(&all(queued).await.1));
    assert_eq!(waiting.await, Err(SlmError::Cancelled));
    assert!(
        !say(&engine, request("the cat", 5, Priority::Foreground))
            .await
            .0
            .is_empty()
    );
}

#[tokio::test]
async fn rejects_prompts_that_do_not_fit_with_all_numbers() {
    let (engine, _made) = engine();
    let prompt = engine.prompt_tokens(&[Message::user("the cat")]).await.unwrap();
    let context = engine.context_length().await.unwrap();
    assert_eq!(context, CONTEXT);
    let reserved = context - prompt;
    assert!(
        engine
            .generate(request("the cat", reserved, Priority::Background))
            .await
            .is_ok(),
        "just fits"
    );
    let refused = engine
        .generate(request("the cat", reserved + 1, Priority::Background))
        .await
        .unwrap_err();
    assert_eq!(
        refused,
        SlmError::ContextOverflow {
            prompt,
            reserved: reserved + 1,
            context
        }
    );
    assert!(
        engine
            .generate(request("the cat", usize::MAX, Priority::Background))
            .await
            .is_err()
    );
}

#[tokio::test]
async fn rejects_requests_without_sense() {
    let (engine, _made) = engine();
    let no_messages = GenerateRequest {
        messages: Vec::new(),
        ..request("", 5, Priority::Typing)
    };
    let sampling = Sampling {
        temperature: f32::NAN,
        ..Sampling::default()
    };
    let no_temperature = GenerateRequest {
        sampling,
        ..request("a", 5, Priority::Typing)
    };
    for bad in [no_messages, no_temperature, request("a", 0, Priority::Typing)] {
        assert_eq!(engine.generate(bad).await.unwrap_err().code(), "request");
    }
}

#[tokio::test]
async fn without_models_everything_says_so() {
    let engine = Engine::start_on(EngineModels::default(), 1);
    assert_eq!(
        engine
            .embed(vec!["a".to_owned()], Priority::Typing)
            .await
            .unwrap_err()
            .code(),
        "model_missing"
    );
    assert_eq!(
        engine
            .generate(request("a", 5, Priority::Typing))
            .await
            .unwrap_err()
            .code(),
        "model_missing"
    );
    assert_eq!(
        engine.count_tokens("a").await.unwrap_err().code(),
        "model_missing"
    );
    assert_eq!((engine.writer_name(), engine.embedder_id()), (None, None));
    engine.load(Priority::Background).await.unwrap();
}

#[tokio::test]
async fn rejects_a_model_altered_while_the_program_runs_and_the_other_goes_on() {
    let made = made::store(&made::writer(false).bytes(), &made::embedder());
    let engine = Engine::start_on(models(&made), 2);
    std::thread::sleep(Duration::from_millis(30));
    made.damage("writer", "made.gguf");
    let refused = engine
        .generate(request("a", 5, Priority::Typing))
        .await
        .unwrap_err();
    assert!(matches!(refused, SlmError::Altered { .. }), "{refused:?}");
    engine
        .embed(vec!["the cat".to_owned()], Priority::Typing)
        .await
        .unwrap();
}

#[tokio::test]
async fn a_panic_costs_one_request() {
    let (engine, _made) = engine();
    engine.load(Priority::Foreground).await.unwrap();
    // A word piece that the table does not have; `EmbedderText` would have refused it.
    let (reply, answer) = oneshot::channel();
    engine
        .submit(
            Work::Embed {
                texts: vec![vec![9_999]],
                reply,
            },
            Priority::Foreground,
        )
        .await
        .unwrap();
    assert_eq!(answer.await.unwrap(), Err(SlmError::Panicked));
    engine
        .embed(vec!["the cat".to_owned()], Priority::Typing)
        .await
        .unwrap();
    assert!(
        !say(&engine, request("the cat", 5, Priority::Foreground))
            .await
            .0
            .is_empty()
    );
}

#[tokio::test]
async fn dropping_the_last_handle_ends_the_work_and_the_thread() {
    let (engine, _made) = engine();
    let events = start_long(&engine, Priority::Background).await;
    let shared = Arc::downgrade(&engine.handle.shared);
    let clone = engine.clone();
    drop(engine);
    clone
        .embed(vec!["the cat".to_owned()], Priority::Typing)
        .await
        .unwrap();
    drop(clone);
    assert!(is_cancelled(&all(events).await.1));
    let start = Instant::now();
    while shared.strong_count() > 0 {
        assert!(start.elapsed() < SOON, "the thread ends");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[tokio::test]
async fn an_abridged_answer_is_the_text_but_for_its_cuts() {
    let (engine, _made) = engine();
    let text = "the red lamp (it is old) burns, as it did, all night";
    let parts = [" (it is old)", ", as it did,"];
    let cuts: Vec<_> = parts
        .iter()
        .map(|part| text.find(part).unwrap()..text.find(part).unwrap() + part.len())
        .collect();
    let mut asked = request("shorten it", 80, Priority::Foreground);
    asked.sampling.abridge = Some(Original {
        text: text.to_owned(),
        cuts,
    });
    let (answer, end) = say(&engine, asked).await;
    let possible: Vec<String> = [(true, true), (true, false), (false, true), (false, false)]
        .map(|(first, second)| {
            let text = if first {
                text.to_owned()
            } else {
                text.replace(parts[0], "")
            };
            if second { text } else { text.replace(parts[1], "") }
        })
        .to_vec();
    assert!(possible.contains(&answer), "{answer}");
    assert!(
        matches!(
            end,
            GenerateEvent::Finished {
                reason: FinishReason::EndOfText,
                ..
            }
        ),
        "the end of the text ends the answer: {end:?}"
    );
}
