//! Every way a GGUF file can be wrong, broken out of a sound one.

use super::*;
use crate::made::{self, ARRAY, GgufFile, TEXT, U32};

fn rejects(file: &[u8], part: &str) {
    let error = Gguf::parse(file).expect_err(part);
    assert!(
        error.to_string().contains(part),
        "“{error}” should speak of “{part}”"
    );
    assert!(
        error.to_string().len() < 300,
        "a hostile file does not fill the log: {error}"
    );
}

/// One entry and nothing else.
fn with(key: &str, kind: u32, value: Vec<u8>) -> Vec<u8> {
    GgufFile {
        metadata: vec![(key.to_owned(), kind, value)],
        tensors: Vec::new(),
    }
    .bytes()
}

/// One tensor of this shape and kind over a few bytes.
fn with_tensor(shape: Vec<u64>, kind: u32, bytes: usize) -> Vec<u8> {
    GgufFile {
        metadata: Vec::new(),
        tensors: vec![("t".to_owned(), shape, kind, vec![0; bytes])],
    }
    .bytes()
}

#[test]
fn reads_a_sound_file() {
    let bytes = made::writer(true).bytes();
    let file = Gguf::parse(&bytes).unwrap();
    assert_eq!(file.text("general.architecture").unwrap(), "llama");
    assert_eq!(file.number("llama.context_length").unwrap(), made::CONTEXT);
    let tokens: Vec<&str> = file
        .array("tokenizer.ggml.tokens")
        .unwrap()
        .texts()
        .unwrap()
        .collect();
    assert_eq!(
        (tokens[1], tokens.len()),
        ("<|im_start|>", file.array("tokenizer.ggml.tokens").unwrap().len())
    );
    assert_eq!(
        file.tensor("blk.0.ffn_norm.weight", &[64]).unwrap().bytes.len(),
        256
    );
}

#[test]
fn rejects_every_truncation() {
    let bytes = made::writer(true).bytes();
    for length in (0..bytes.len()).step_by(37).chain(0..64) {
        assert!(
            Gguf::parse(&bytes[..length]).is_err(),
            "{length} of {} bytes",
            bytes.len()
        );
    }
}

#[test]
fn rejects_other_files() {
    rejects(b"PK\x03\x04 not a model at all", "not a GGUF file");
    rejects(b"", "0 are left");
}

#[test]
fn rejects_other_versions_and_byte_orders() {
    for version in [0u32, 1, 4, 3u32.swap_bytes()] {
        let mut bytes = made::writer(true).bytes();
        bytes[4..8].copy_from_slice(&version.to_le_bytes());
        rejects(&bytes, "GGUF version");
    }
}

#[test]
fn rejects_absurd_counts() {
    for at in [8, 16] {
        let mut bytes = made::writer(true).bytes();
        bytes[at..at + 8].copy_from_slice(&u64::MAX.to_le_bytes());
        rejects(&bytes, "it claims");
    }
}

#[test]
fn rejects_lengths_beyond_the_file() {
    rejects(&with("k", TEXT, u64::MAX.to_le_bytes().to_vec()), "claims");
    // Arrays of numbers, of texts, and one whose size in bytes overflows.
    for (kind, len) in [(0u32, 1u64 << 40), (TEXT, 1 << 40), (12, u64::MAX / 4)] {
        let value = [&kind.to_le_bytes()[..], &len.to_le_bytes()].concat();
        rejects(&with("k", ARRAY, value), "claims");
    }
    let wide = [&10u32.to_le_bytes()[..], &3u64.to_le_bytes(), &[0; 8]].concat();
    rejects(&with("k", ARRAY, wide), "it ends where");
}

#[test]
fn rejects_nested_arrays_and_unknown_types() {
    let nested = [&ARRAY.to_le_bytes()[..], &1u64.to_le_bytes(), &[0; 32]].concat();
    rejects(&with("k", ARRAY, nested), "elements of type 9");
    rejects(&with("k", 77, vec![0; 8]), "unknown type 77");
    rejects(&with("k", 7, vec![2]), "truth value");
}

#[test]
fn rejects_texts_that_are_not_utf8_and_doubles() {
    rejects(
        &with("k", TEXT, [&2u64.to_le_bytes()[..], b"\xff\xfe"].concat()),
        "not UTF-8",
    );
    let entry = ("k".to_owned(), U32, vec![0; 4]);
    rejects(
        &GgufFile {
            metadata: vec![entry.clone(), entry],
            tensors: Vec::new(),
        }
        .bytes(),
        "twice",
    );
    let tensor = ("t".to_owned(), vec![1], 0, vec![0; 4]);
    rejects(
        &GgufFile {
            metadata: Vec::new(),
            tensors: vec![tensor.clone(), tensor],
        }
        .bytes(),
        "twice",
    );
}

#[test]
fn rejects_absurd_shapes() {
    rejects(&with_tensor(vec![1 << 32, 1 << 32], 0, 64), "impossible");
    rejects(&with_tensor(vec![u64::MAX, 32], 8, 64), "impossible");
    rejects(&with_tensor(vec![4, 0], 0, 64), "impossible");
    rejects(&with_tensor(vec![1 << 20, 32], 0, 64), "beyond the end");
    rejects(&with_tensor(vec![2, 33], 8, 64), "do not divide");
    rejects(&with_tensor(vec![1; 5], 0, 64), "5 dimensions");
    rejects(&with_tensor(Vec::new(), 0, 64), "0 dimensions");
    rejects(&with_tensor(vec![8], 999, 64), "unknown type 999");
}

#[test]
fn rejects_alignments_that_are_none() {
    for alignment in [0u32, 1, 33, 1 << 30] {
        rejects(
            &with("general.alignment", U32, alignment.to_le_bytes().to_vec()),
            "alignment",
        );
    }
}

#[test]
fn names_the_entry_that_is_missing_or_of_another_kind() {
    let bytes = with("k", U32, vec![1, 0, 0, 0]);
    let file = Gguf::parse(&bytes).unwrap();
    assert!(file.text("k").unwrap_err().to_string().contains("k is not text"));
    assert!(
        file.array("gone")
            .unwrap_err()
            .to_string()
            .contains("gone is missing")
    );
    assert!(
        file.tensor("gone", &[1])
            .unwrap_err()
            .to_string()
            .contains("gone is missing")
    );
}

proptest::proptest! {
    /// Whatever bytes a header is damaged with, parsing ends, with an answer or an error.
    #[test]
    fn survives_any_damage(at in 0usize..20_000, damage in proptest::collection::vec(proptest::num::u8::ANY, 1..12)) {
        let mut bytes = made::writer(true).bytes();
        let at = at % (bytes.len() - damage.len());
        bytes[at..at + damage.len()].copy_from_slice(&damage);
        let _ = Gguf::parse(&bytes);
    }
}
