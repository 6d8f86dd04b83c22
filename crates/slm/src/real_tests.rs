//! The models that ship, where they are installed: against candle's 32-bit arithmetic and known results.
//!
//! Without them these tests say that they were skipped. With `CABINET_REQUIRE_MODELS=1` that is a failure.

use std::ops::ControlFlow;

use crate::engine::{Engine, EngineModels, FinishReason, GenerateEvent, GenerateRequest, Priority, Purpose};
use crate::kernels::Compute;
use crate::writer::cache::Cache;
use crate::writer::{Buffers, Form, Message, Sampling, WriterText};
use crate::{Manifest, ModelStore, SlmError, Task, VerifiedModel, embedder, reference};

/// The installed model for a task; none, said aloud, if it is not there.
fn installed(task: Task) -> Option<VerifiedModel> {
    let store = ModelStore::open(ModelStore::default_dir()?, Manifest::bundled().unwrap());
    let id = store.manifest().default_for(task).unwrap().id.clone();
    match store.verify(&id) {
        Ok(model) => Some(model),
        Err(SlmError::Missing { .. })
            if std::env::var_os("CABINET_REQUIRE_MODELS").is_none_or(|v| v != "1") =>
        {
            eprintln!("skipped: the model {id} is not installed; `npm run models` fetches it");
            None
        }
        Err(error) => panic!("{error}. {}", error.advice()),
    }
}

/// Invented prose, letters and notes of the kinds that the program meets.
const PROSE: &str = "Minutes of the harbour committee, 14 March 2023. Present: Ms Adeyemi (chair), Mr Lindqvist, Dr Okafor. \
The chair opened the meeting at 18:05 and welcomed the new harbour master. Mr Lindqvist reported that three of the eleven lights \
along the east pier had failed in January, and that the replacement lamps had been delayed twice by the supplier. The committee \
agreed to ask for a second offer before the end of April, and to spend no more than 4,200 euros without a further vote.\n\n\
Dear Mrs Achterberg, thank you for your letter of 2 February. We have looked into the delay and found that your first form was \
filed under the wrong reference. We are sorry for the trouble this has caused. Your claim has now been reopened, and one of our \
advisers will call you within ten working days. Please keep the enclosed sheet; it lists the papers that we still need from you, \
and explains how to send them without charge.\n\n\
The patient, a 67-year-old retired teacher, came to the clinic with a cough of three weeks. There was no fever and no weight loss. \
She takes 5 mg of amlodipine once daily and has no known allergies. On examination the chest was clear and the blood pressure was \
142/86. We discussed the likely causes, agreed to stop the new tablet that was started in June, and arranged an X-ray. She will \
return in two weeks, or sooner if she feels worse.\n\n\
The tenant shall pay the rent in advance on the first day of each month. If the rent is not paid within fourteen days, the landlord \
may charge interest at the rate set out in the schedule. The deposit is held by a third party and shall be returned within thirty \
days of the end of the tenancy, less any sum that the parties have agreed in writing. Neither party may assign this agreement \
without the consent of the other, which shall not be unreasonably withheld.";

#[test]
fn the_writer_agrees_with_its_weights_in_32_bits() {
    let Some(model) = installed(Task::Writer) else {
        return;
    };
    let text = WriterText::open(&model).unwrap();
    let mut compute = Compute::new(2);
    let packed = text.load(&mut compute, &model).unwrap();
    let tokens = text.prompt(&[Message::user(PROSE)], "").unwrap();
    let right = reference::logits(&model.content(".gguf").unwrap(), &tokens).unwrap();
    let (mut buffers, mut cache) = (Buffers::default(), Cache::new(packed.config()));
    let found = packed.read(
        &mut compute,
        &mut buffers,
        &mut cache,
        &tokens,
        tokens.len(),
        &mut || ControlFlow::Continue(()),
    );
    let ControlFlow::Continue(found) = found else {
        unreachable!("never told to stop")
    };

    let likeliest = |row: &[f32]| (0..row.len()).max_by(|a, b| row[*a].total_cmp(&row[*b])).unwrap();
    let (mut same, mut divergence) = (0, 0.0);
    for (found, right) in found.chunks(right[0].len()).zip(&right) {
        same += usize::from(likeliest(found) == likeliest(right));
        divergence += divergence_of(right, found);
    }
    let (agreement, divergence) = (
        same as f64 / tokens.len() as f64,
        divergence / tokens.len() as f64,
    );
    println!(
        "{} tokens: top-1 agreement {agreement:.4}, mean divergence {divergence:.5}",
        tokens.len()
    );
    // Over 5,600 tokens of real prose it was 0.9955 and 0.00007; this text is short, so one word is 0.002.
    assert!(agreement >= 0.98, "top-1 agreement {agreement}");
    assert!(divergence < 0.0005, "mean divergence {divergence}");
}

/// The Kullback-Leibler divergence between two rows of logits.
fn divergence_of(right: &[f32], found: &[f32]) -> f64 {
    let normaliser = |row: &[f32]| {
        let high = row.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        f64::from(high) + row.iter().map(|v| f64::from(v - high).exp()).sum::<f64>().ln()
    };
    let (right_total, found_total) = (normaliser(right), normaliser(found));
    let pairs = right
        .iter()
        .zip(found)
        .map(|(r, f)| (f64::from(*r) - right_total, f64::from(*f) - found_total));
    pairs.map(|(r, f)| r.exp() * (r - f)).sum()
}

#[test]
fn the_writer_cuts_text_as_its_authors_did() {
    let Some(model) = installed(Task::Writer) else {
        return;
    };
    let text = WriterText::open(&model).unwrap();
    // Token numbers that llama.cpp gives for the same file.
    for (content, right) in [
        (
            "Mrs Achterberg takes 2.5 mg of warfarin daily (INR 2.0–3.0).\n\nSince 2019-04-12, don't we've they'll…\t über naïve 東京 🫀",
            &[
                29846, 20416, 352, 5799, 2933, 216, 34, 30, 37, 9209, 282, 1913, 86, 17992, 2956, 365, 2113,
                66, 216, 34, 30, 32, 1494, 35, 30, 32, 595, 198, 198, 7230, 216, 34, 32, 33, 41, 29, 32, 36,
                29, 33, 34, 28, 1326, 982, 392, 3543, 502, 3060, 2829, 197, 5549, 137, 593, 15486, 46494,
                17097, 247, 126, 16736, 122, 15107, 121, 218,
            ][..],
        ),
        (
            "  leading   spaces\n\n\n\tand tabs 1234567 e.g. A&B_c",
            &[
                216, 2899, 256, 5600, 16506, 197, 397, 29416, 216, 33, 34, 35, 36, 37, 38, 39, 297, 30, 87,
                30, 330, 22, 50, 79, 83,
            ],
        ),
        (
            "The committee met on Tuesday.",
            &[504, 8572, 1278, 335, 14801, 30],
        ),
    ] {
        let mut found = Vec::new();
        text.tokens().plain(content, &mut found).unwrap();
        assert_eq!(found, right, "{content}");
        let bytes: Vec<u8> = found
            .iter()
            .flat_map(|token| text.tokens().bytes(*token))
            .copied()
            .collect();
        assert_eq!(String::from_utf8(bytes).unwrap(), content, "and back");
    }
}

#[test]
fn the_embedder_agrees_with_its_weights_in_32_bits() {
    let Some(model) = installed(Task::Embedder) else {
        return;
    };
    let text = embedder::EmbedderText::open(&model).unwrap();
    let mut compute = Compute::new(2);
    let encoder = embedder::load(&mut compute, &model).unwrap();
    let mut passages: Vec<&str> = PROSE
        .split(['.', '\n'])
        .map(str::trim)
        .filter(|s| !s.is_empty())
        .collect();
    passages.extend(PROSE.split("\n\n"));
    passages.extend(["rent", "x", "INR 2.0–3.0", "東京", PROSE]);
    let pieces: Vec<Vec<u32>> = passages.iter().map(|one| text.pieces(one).unwrap()).collect();
    let found = encoder.embed(&mut compute, &mut embedder::Scratch::default(), &pieces);
    let config = String::from_utf8(model.content("config.json").unwrap().to_vec()).unwrap();
    let right = reference::vectors(&config, &model.content(".safetensors").unwrap(), &pieces).unwrap();
    let cosines: Vec<f64> = found
        .iter()
        .zip(&right)
        .map(|(a, b)| reference::cosine(a, b))
        .collect();
    let mean = cosines.iter().sum::<f64>() / cosines.len() as f64;
    let worst = cosines.iter().copied().fold(1.0, f64::min);
    println!(
        "{} texts: cosine to 32 bits {mean:.5} in the mean, {worst:.5} at worst",
        cosines.len()
    );
    assert!(mean >= 0.998 && worst >= 0.995, "mean {mean}, worst {worst}");
}

#[tokio::test]
async fn similar_sentences_are_near_one_another() {
    let Some(model) = installed(Task::Embedder) else {
        return;
    };
    let engine = Engine::start(EngineModels {
        embedder: Some(model),
        writer: None,
        completer: None,
    });
    let texts = [
        "A man is eating food.",
        "A man is eating a piece of bread.",
        "A cheetah is running behind its prey.",
        "When must the deposit be paid back?",
        "The landlord shall return the security within thirty days of the end of the tenancy.",
    ];
    let vectors = engine
        .embed(texts.map(str::to_owned).to_vec(), Priority::Typing)
        .await
        .unwrap();
    let like = |a: usize, b: usize| reference::cosine(&vectors[a], &vectors[b]);
    // The value that the model's authors publish for this pair.
    assert!((like(0, 1) - 0.7553).abs() < 0.005, "{}", like(0, 1));
    assert!(
        like(3, 4) > 0.3 && like(3, 4) > like(3, 2) + 0.2 && like(0, 2) < 0.3,
        "{vectors:?}"
    );
}

/// The whole answer to a question. It ends by itself.
async fn answer(engine: &Engine, question: &str, sampling: Sampling) -> String {
    let mut events = engine
        .generate(GenerateRequest {
            purpose: Purpose::Drafting,
            messages: vec![Message::user(question)],
            said: String::new(),
            max_new_tokens: 200,
            sampling,
            priority: Priority::Foreground,
            cancel: Default::default(),
        })
        .await
        .unwrap();
    let mut answer = String::new();
    while let Some(event) = events.recv().await {
        match event {
            GenerateEvent::Token(piece) => answer.push_str(&piece),
            end => assert!(
                matches!(
                    end,
                    GenerateEvent::Finished {
                        reason: FinishReason::EndOfText,
                        ..
                    }
                ),
                "{end:?}"
            ),
        }
    }
    answer
}

#[tokio::test]
async fn the_writer_answers_and_ends_by_itself() {
    let Some(model) = installed(Task::Writer) else {
        return;
    };
    let engine = Engine::start(EngineModels {
        embedder: None,
        writer: Some(model),
        completer: None,
    });
    let question = "What is the capital of France, and what is it known for?";
    let answer = answer(&engine, question, Sampling::default()).await;
    // The first words that llama.cpp writes from the same file.
    assert!(answer.starts_with("The capital of France is Paris."), "{answer}");
    assert!(!answer.contains("<|"), "no special token shows: {answer}");
}

#[tokio::test]
async fn the_writer_fills_in_a_form_from_what_it_read() {
    let Some(model) = installed(Task::Writer) else {
        return;
    };
    let engine = Engine::start(EngineModels {
        embedder: None,
        writer: Some(model),
        completer: None,
    });
    let present = ["Adeyemi", "Lindqvist", "Okafor"];
    let fields = [
        ("date", Form::date().quoted()),
        ("chair", Form::one_of(&present).quoted()),
        ("remark", Form::text(30)),
    ];
    let sampling = Sampling {
        form: Some(Form::record(&fields)),
        ..Sampling::default()
    };
    let question = "Minutes of the harbour committee, 2023-03-14. Present: Ms Adeyemi (chair), Mr Lindqvist, Dr Okafor.\n\n\
        When did they meet, and who was in the chair? Answer with the fields date and chair.";
    let answer = answer(&engine, question, sampling).await;
    let read: serde_json::Value = serde_json::from_str(&answer).unwrap();
    assert_eq!(read["date"], "2023-03-14", "{answer}");
    // Whether the model is right is another matter: a small one often is not.
    assert!(present.contains(&read["chair"].as_str().unwrap()), "{answer}");
    assert!(read["remark"].as_str().unwrap().chars().count() <= 30, "{answer}");
}
