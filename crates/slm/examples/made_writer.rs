//! A writer of invented weights for `npm run bench:engine`: the default model's vocabulary and template on a network whose
//! rows divide by 256, which the K types ask for and the default model's do not.
//!
//! `made_writer FROM.gguf q4_k_m|q8_0 TO.gguf`. What it writes is nonsense; how fast it writes does not depend on that.

use std::fs::File;
use std::io::{BufReader, BufWriter};

use candle_core::quantized::gguf_file::{self, Value};
use candle_core::quantized::{GgmlDType, QTensor};
use candle_core::{Device, Tensor};

const WIDTH: usize = 1_024;
const HEADS: usize = 16;
const KEY_HEADS: usize = 4;
const HIDDEN: usize = 2_816;
const LAYERS: usize = 12;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [from, kind, to] = &arguments[..] else {
        panic!("made_writer FROM.gguf q4_k_m|q8_0 TO.gguf");
    };
    let from = gguf_file::Content::read(&mut BufReader::new(File::open(from).expect("the default model")))
        .expect("a sound file");
    let vocabulary = from.tensor_infos["token_embd.weight"].shape.dims()[0];
    let mut metadata = from.metadata;
    for (key, value) in [
        ("llama.block_count", LAYERS),
        ("llama.embedding_length", WIDTH),
        ("llama.feed_forward_length", HIDDEN),
        ("llama.attention.head_count", HEADS),
        ("llama.attention.head_count_kv", KEY_HEADS),
        ("llama.rope.dimension_count", WIDTH / HEADS),
    ] {
        metadata.insert(key.to_owned(), Value::U32(value as u32));
    }
    metadata.insert("general.name".to_owned(), Value::String("made up".to_owned()));

    // As llama.cpp's Q4_K_M has it: more bits for the vocabulary, and in half of the layers for values and the way down.
    let (usual, finer) = match kind.as_str() {
        "q4_k_m" => (GgmlDType::Q4K, GgmlDType::Q6K),
        "q8_0" => (GgmlDType::Q8_0, GgmlDType::Q8_0),
        _ => panic!("{kind} is neither q4_k_m nor q8_0"),
    };
    let mut tensors = Vec::new();
    let mut matrix = |name: String, rows: usize, cols: usize, kind: GgmlDType| {
        let spread = 1.0 / (cols as f64).sqrt();
        let weights = Tensor::randn(0.0, spread, (rows, cols), &Device::Cpu)
            .and_then(|weights| weights.to_dtype(candle_core::DType::F32))
            .and_then(|weights| QTensor::quantize(&weights, kind));
        tensors.push((name, weights.expect("whole blocks")));
    };
    matrix("token_embd.weight".to_owned(), vocabulary, WIDTH, finer);
    let keys = WIDTH / HEADS * KEY_HEADS;
    for layer in 0..LAYERS {
        let half = if layer % 2 == 0 { finer } else { usual };
        for (part, rows, cols, kind) in [
            ("attn_q", WIDTH, WIDTH, usual),
            ("attn_k", keys, WIDTH, usual),
            ("attn_v", keys, WIDTH, half),
            ("attn_output", WIDTH, WIDTH, usual),
            ("ffn_gate", HIDDEN, WIDTH, usual),
            ("ffn_up", HIDDEN, WIDTH, usual),
            ("ffn_down", WIDTH, HIDDEN, half),
        ] {
            matrix(format!("blk.{layer}.{part}.weight"), rows, cols, kind);
        }
    }
    let norms = (0..LAYERS)
        .flat_map(|layer| ["attn_norm", "ffn_norm"].map(|norm| format!("blk.{layer}.{norm}.weight")))
        .chain(["output_norm.weight".to_owned()]);
    for name in norms {
        let ones = Tensor::ones(WIDTH, candle_core::DType::F32, &Device::Cpu)
            .and_then(|ones| QTensor::quantize(&ones, GgmlDType::F32));
        tensors.push((name, ones.expect("plain numbers")));
    }

    let metadata: Vec<(&str, &Value)> = metadata
        .iter()
        .map(|(key, value)| (key.as_str(), value))
        .collect();
    let tensors: Vec<(&str, &QTensor)> = tensors
        .iter()
        .map(|(name, tensor)| (name.as_str(), tensor))
        .collect();
    let mut file = BufWriter::new(File::create(to).expect("a place to write"));
    gguf_file::write(&mut file, &metadata, &tensors).expect("written");
}
