//! Files that the writer does not take.

use super::*;
use crate::made::{ARRAY, F32, TEXT, U32};

fn rejects(code: &str, part: &str, change: impl FnOnce(&mut GgufFile)) {
    let mut file = made::writer(true);
    change(&mut file);
    let Err(error) = read(&file) else {
        panic!("accepted what should fail for “{part}”")
    };
    assert_eq!(error.code(), code, "{error}");
    assert!(
        error.to_string().contains(part),
        "“{error}” should speak of “{part}”"
    );
}

#[test]
fn rejects_unknown_architectures_by_name() {
    for name in ["qwen3moe", "gpt-oss", "mamba"] {
        rejects("model_unsupported", name, |file| {
            file.set("general.architecture", TEXT, made::text(name))
        });
    }
    rejects("model_malformed", "general.architecture is missing", |file| {
        file.remove("general.architecture")
    });
}

#[test]
fn rejects_variants_that_it_would_run_wrongly() {
    rejects("model_unsupported", "mixture", |f| {
        f.set("llama.expert_count", U32, 8u32.to_le_bytes().to_vec())
    });
    rejects("model_unsupported", "scaling", |f| {
        f.set("llama.rope.scaling.type", TEXT, made::text("yarn"))
    });
    rejects("model_unsupported", "8 turned of 16", |f| {
        f.set("llama.rope.dimension_count", U32, 8u32.to_le_bytes().to_vec());
    });
    rejects("model_unsupported", "bias in attn_q", |f| {
        f.tensors.push((
            "blk.0.attn_q.bias".to_owned(),
            vec![8],
            made::KIND_F32,
            vec![0; 32],
        ));
    });
}

#[test]
fn rejects_absurd_numbers() {
    for (key, value, part) in [
        ("llama.block_count", 0, "layers"),
        ("llama.block_count", u32::MAX, "layers"),
        ("llama.embedding_length", 4_000_000_000, "width"),
        ("llama.attention.head_count", 0, "attention heads"),
        ("llama.attention.head_count_kv", 0, "key heads"),
        ("llama.attention.head_count_kv", 3, "cannot share"),
        ("llama.context_length", 0, "context"),
        ("llama.feed_forward_length", 1, "feed-forward"),
        ("llama.block_count", 3, "blk.2.attn_q.weight is missing"),
        (
            "llama.feed_forward_length",
            128,
            "blk.0.ffn_gate.weight is [96, 64], not [128, 64]",
        ),
    ] {
        rejects("model_malformed", part, |file| {
            file.set(key, U32, value.to_le_bytes().to_vec())
        });
    }
    for bad in [0.0, -1.0, f32::NAN, f32::INFINITY] {
        rejects("model_malformed", "", |file| {
            file.set(
                "llama.attention.layer_norm_rms_epsilon",
                F32,
                bad.to_le_bytes().to_vec(),
            );
        });
    }
}

#[test]
fn rejects_a_missing_or_broken_tokenizer() {
    for key in ["tokens", "token_type", "merges", "model", "pre", "eos_token_id"] {
        let key = format!("tokenizer.ggml.{key}");
        rejects("model_malformed", &key, |file| file.remove(&key));
    }
    rejects("model_unsupported", "tokenizer bert", |f| {
        f.set("tokenizer.ggml.model", TEXT, made::text("bert"))
    });
    rejects("model_malformed", "tokenizer.ggml.scores is missing", |f| {
        f.set("tokenizer.ggml.model", TEXT, made::text("llama"))
    });
    rejects("model_unsupported", "splitter viking", |f| {
        f.set("tokenizer.ggml.pre", TEXT, made::text("viking"))
    });
    let list = |all: &[&str]| made::texts(all.iter().copied());
    rejects("model_malformed", "no space", |f| {
        f.set("tokenizer.ggml.merges", ARRAY, list(&["th"]))
    });
    rejects("model_malformed", "merge rules", |f| {
        f.set("tokenizer.ggml.merges", ARRAY, list(&["zz qq"]))
    });
    rejects("model_malformed", "1 tokens", |f| {
        f.set("tokenizer.ggml.tokens", ARRAY, list(&["a"]))
    });
    rejects("model_malformed", "not a token", |f| {
        f.set(
            "tokenizer.ggml.eos_token_id",
            U32,
            99_999u32.to_le_bytes().to_vec(),
        );
    });
}

#[test]
fn rejects_a_broken_template() {
    rejects("model_malformed", "tokenizer.chat_template is not text", |f| {
        f.set("tokenizer.chat_template", U32, 1u32.to_le_bytes().to_vec())
    });
    rejects("template", "SyntaxError", |f| {
        f.set("tokenizer.chat_template", TEXT, made::text("{% for %}"))
    });
}

#[test]
fn rejects_missing_tensors_and_wrong_shapes() {
    rejects("model_malformed", "blk.1.ffn_down.weight is missing", |f| {
        f.tensors.retain(|(name, ..)| name != "blk.1.ffn_down.weight");
    });
    rejects("model_malformed", "[64, 64], not [32, 64]", |f| {
        let copy = f.tensor("blk.0.attn_q.weight").clone();
        *f.tensor("blk.0.attn_k.weight") = ("blk.0.attn_k.weight".to_owned(), copy.1, copy.2, copy.3);
    });
    rejects("model_malformed", "token_embd.weight is", |f| {
        let (_, shape, _, bytes) = f.tensor("token_embd.weight");
        shape[0] -= 1;
        bytes.truncate(bytes.len() - 68);
    });
}

#[test]
fn rejects_weights_that_are_not_numbers() {
    let nan = half::f16::NAN.to_le_bytes();
    for name in ["token_embd.weight", "blk.0.ffn_up.weight", "blk.1.attn_v.weight"] {
        rejects("model_malformed", "not numbers", |file| {
            file.tensor(name).3[..2].copy_from_slice(&nan)
        });
    }
    rejects("model_malformed", "not numbers", |file| {
        file.tensor("output_norm.weight").3[..4].copy_from_slice(&f32::INFINITY.to_le_bytes());
    });
}
