//! The embedder on made models: what it refuses, and that its arithmetic is that of the definition.

use super::*;
use crate::kernels::Compute;
use crate::made::{self, EmbedderFiles};
use crate::reference;

fn load(files: &EmbedderFiles) -> Result<(EmbedderText, Encoder), SlmError> {
    let config = Config::parse(files.config.as_bytes())?;
    let text = EmbedderText::parse(files.tokenizer.as_bytes(), &config)?;
    Ok((
        text,
        Encoder::load(&mut Compute::new(2), &files.weights(), &config)?,
    ))
}

fn sentences(count: usize) -> Vec<String> {
    let words = [
        "the", "cat", "sat", "on", "a", "mat", "dogs", "ran", "under", "old", "house", "and", "saw", ".",
    ];
    (0..count)
        .map(|at| {
            (0..1 + at * 13 % 90)
                .map(|i| words[(i * 5 + at) % 14])
                .collect::<Vec<_>>()
                .join(" ")
        })
        .collect()
}

#[test]
fn agrees_with_candle_on_a_made_model() {
    let files = made::embedder();
    let (text, encoder) = load(&files).unwrap();
    let texts: Vec<Vec<u32>> = sentences(20)
        .iter()
        .map(|one| text.pieces(one).unwrap())
        .collect();
    let right = reference::vectors(&files.config, &files.weights(), &texts).unwrap();
    let found = encoder.embed(&mut Compute::new(2), &mut Scratch::default(), &texts);
    for (at, (found, right)) in found.iter().zip(&right).enumerate() {
        let cosine = reference::cosine(found, right);
        assert!(cosine > 0.999, "text {at}: {cosine}");
        assert!(
            (found.iter().map(|v| v * v).sum::<f32>() - 1.0).abs() < 1e-5,
            "length 1"
        );
    }
}

#[test]
fn a_text_has_the_same_vector_in_every_batch() {
    let (text, encoder) = load(&made::embedder()).unwrap();
    let texts: Vec<Vec<u32>> = sentences(30)
        .iter()
        .map(|one| text.pieces(one).unwrap())
        .collect();
    let mut scratch = Scratch::default();
    let together = encoder.embed(&mut Compute::new(3), &mut scratch, &texts);
    for (at, one) in texts.iter().enumerate() {
        // The scratch still holds other texts: nothing of them may shine through.
        let alone = encoder.embed(&mut Compute::new(1), &mut scratch, std::slice::from_ref(one));
        assert_eq!(alone[0], together[at], "text {at}");
    }
}

#[test]
fn the_files_own_padding_and_window_are_overruled() {
    let (text, _) = load(&made::embedder()).unwrap();
    assert_eq!(
        text.pieces("the cat").unwrap(),
        [2, 4, 6, 3],
        "marks at both ends, no padding"
    );
    assert_eq!(
        text.count(&"cat ".repeat(300)).unwrap(),
        302,
        "counting sees everything"
    );
    let cut = text.pieces(&"cat ".repeat(300)).unwrap();
    assert_eq!(
        (cut.len(), cut[0], cut[255]),
        (256, 2, 3),
        "the window keeps both marks"
    );
    assert_eq!(text.count("").unwrap(), 2);
}

#[test]
fn rejects_broken_vocabularies() {
    // At the last of them the tokenizers crate panics.
    for (from, to) in [
        ("WordPiece", "Cheese"),
        ("[UNK]", "[HUH]"),
        ("{", "["),
        ("\"decoder\":null", "\"decoder\":full"),
    ] {
        let mut files = made::embedder();
        files.tokenizer = files.tokenizer.replacen(from, to, 1);
        let refused = load(&files).and_then(|(text, _)| text.pieces("zebra"));
        assert!(matches!(refused, Err(SlmError::Malformed { .. })), "{to}");
    }
    let mut files = made::embedder();
    files.config = files.config.replace("\"vocab_size\":40", "\"vocab_size\":10");
    let config = Config::parse(files.config.as_bytes()).unwrap();
    let text = EmbedderText::parse(files.tokenizer.as_bytes(), &config).unwrap();
    assert!(
        matches!(text.pieces("road"), Err(SlmError::Malformed { .. })),
        "a piece without a row in the table"
    );
}

#[test]
fn rejects_broken_weights() {
    let refuse = |part: &str, change: &dyn Fn(&mut EmbedderFiles)| {
        let mut files = made::embedder();
        change(&mut files);
        let Err(error) = load(&files) else {
            panic!("accepted what should fail for “{part}”")
        };
        assert_eq!(error.code(), "model_malformed", "{error}");
        assert!(
            error.to_string().contains(part),
            "“{error}” should speak of “{part}”"
        );
    };
    refuse("encoder.layer.1.output.dense.bias is missing", &|files| {
        files
            .tensors
            .retain(|(name, ..)| name != "encoder.layer.1.output.dense.bias");
    });
    refuse("[40, 32], not [50, 32]", &|files| {
        files.config = files.config.replace("\"vocab_size\":40", "\"vocab_size\":50")
    });
    for bad in [f32::NAN, f32::INFINITY] {
        for index in [0, 3, 5, 12] {
            refuse("not numbers", &|files| {
                files.tensors[index].2[4..8].copy_from_slice(&bad.to_le_bytes())
            });
        }
    }
}

#[test]
fn rejects_files_that_are_not_safetensors() {
    let files = made::embedder();
    let config = Config::parse(files.config.as_bytes()).unwrap();
    let whole = files.weights();
    let mut hostile = u64::MAX.to_le_bytes().to_vec();
    hostile.extend([b'{'; 64]);
    for bad in [
        &whole[..whole.len() - 1],
        &whole[..100],
        &whole[..4],
        b"",
        &hostile,
    ] {
        let refused = Encoder::load(&mut Compute::new(1), bad, &config);
        assert!(
            matches!(refused, Err(SlmError::Malformed { .. })),
            "{} bytes",
            bad.len()
        );
    }
}
