//! Every architecture on a small made model, against other implementations in 32 bits: candle's for four of them, the
//! definition written out for gemma3 (candle's gate is a SiLU there, where the model's authors have a GELU).

use std::io::Cursor;

use candle_core::quantized::gguf_file::Content;
use candle_core::{Device, Tensor};
use candle_transformers::models::{quantized_lfm2, quantized_phi3, quantized_qwen2, quantized_qwen3};

use super::Buffers;
use super::cache::Cache;

use super::tests::{read, read_in_pieces, read_rows};
use crate::kernels::Compute;
use crate::made::{self, ARRAY, F32, GgufFile, KIND_F32, U32};
use crate::reference;

const WIDTH: usize = 64;
const HEADS: usize = 4;
const KEY_HEADS: usize = 2;
const HIDDEN: usize = 96;
/// Of gemma3: shorter than the texts below, so that it cuts something off.
const WINDOW: usize = 20;

/// A model of an architecture with invented weights of 32 bits.
fn made(architecture: &str) -> GgufFile {
    let mut file = made::writer(true);
    let layers = match architecture {
        "gemma3" => 7,
        "lfm2" => 4,
        _ => 2,
    };
    // Apart from `width / heads` where the architecture says it itself.
    let size = if matches!(architecture, "qwen3" | "gemma3") {
        32
    } else {
        WIDTH / HEADS
    };
    for (key, _, _) in &mut file.metadata {
        if let Some(name) = key.strip_prefix("llama.") {
            *key = format!("{architecture}.{name}");
        }
    }
    let vocabulary = file.tensor("token_embd.weight").1[0] as usize;
    file.tensors.clear();
    file.set("general.architecture", made::TEXT, made::text(architecture));
    let mut number = |name: &str, value: usize| {
        file.set(
            &format!("{architecture}.{name}"),
            U32,
            (value as u32).to_le_bytes().to_vec(),
        );
    };
    number("block_count", layers);
    number("attention.key_length", size);
    number("attention.value_length", size);
    number("context_length", 512);
    number("rope.dimension_count", size);
    number("shortconv.l_cache", 3);
    number("attention.sliding_window", WINDOW);
    file.set(
        &format!("{architecture}.rope.freq_base"),
        F32,
        10_000.0f32.to_le_bytes().to_vec(),
    );
    let convolution = |layer: usize| architecture == "lfm2" && layer != 2;
    if architecture == "lfm2" {
        let head = [&5u32.to_le_bytes()[..], &(layers as u64).to_le_bytes()].concat();
        let counts =
            (0..layers).flat_map(|l| if convolution(l) { 0u32 } else { KEY_HEADS as u32 }.to_le_bytes());
        let value = [head, counts.collect()].concat();
        file.set("lfm2.attention.head_count_kv", ARRAY, value);
    }

    let mut seed = 5;
    let mut add = |name: String, shape: &[usize], scale: f32, around: f32| {
        let count = shape.iter().product();
        let values = made::floats(count, scale, &mut seed);
        let values = values
            .chunks_exact(4)
            .map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]]) + around);
        let bytes = values.flat_map(f32::to_le_bytes).collect();
        let shape = shape.iter().map(|n| *n as u64).collect();
        file.tensors.push((name, shape, KIND_F32, bytes));
    };
    add("token_embd.weight".to_owned(), &[vocabulary, WIDTH], 0.3, 0.0);
    add("output.weight".to_owned(), &[vocabulary, WIDTH], 0.3, 0.0);
    let last = if architecture == "lfm2" {
        "token_embd_norm.weight"
    } else {
        "output_norm.weight"
    };
    add(last.to_owned(), &[WIDTH], 0.3, 1.0);
    for layer in 0..layers {
        let mut matrix = |what: &str, rows: usize, cols: usize| {
            add(format!("blk.{layer}.{what}.weight"), &[rows, cols], 0.25, 0.0);
        };
        let (queries, keys) = (HEADS * size, KEY_HEADS * size);
        match architecture {
            "lfm2" if convolution(layer) => {
                matrix("shortconv.in_proj", 3 * WIDTH, WIDTH);
                matrix("shortconv.out_proj", WIDTH, WIDTH);
                matrix("shortconv.conv", WIDTH, 3);
            }
            "phi3" => {
                matrix("attn_qkv", queries + 2 * keys, WIDTH);
                matrix("attn_output", WIDTH, queries);
            }
            _ => {
                matrix("attn_q", queries, WIDTH);
                matrix("attn_k", keys, WIDTH);
                matrix("attn_v", keys, WIDTH);
                matrix("attn_output", WIDTH, queries);
            }
        }
        match architecture {
            "phi3" => matrix("ffn_up", 2 * HIDDEN, WIDTH),
            _ => {
                matrix("ffn_gate", HIDDEN, WIDTH);
                matrix("ffn_up", HIDDEN, WIDTH);
            }
        }
        matrix("ffn_down", WIDTH, HIDDEN);
        let mut floats = |what: &str, len: usize, around: f32| {
            add(format!("blk.{layer}.{what}"), &[len], 0.3, around);
        };
        floats("attn_norm.weight", WIDTH, 1.0);
        floats("ffn_norm.weight", WIDTH, 1.0);
        if matches!(architecture, "qwen3" | "gemma3" | "lfm2") && !convolution(layer) {
            floats("attn_q_norm.weight", size, 1.0);
            floats("attn_k_norm.weight", size, 1.0);
        }
        match architecture {
            "gemma3" => {
                floats("post_attention_norm.weight", WIDTH, 1.0);
                floats("post_ffw_norm.weight", WIDTH, 1.0);
            }
            "qwen2" => {
                floats("attn_q.bias", queries, 0.0);
                floats("attn_k.bias", keys, 0.0);
                floats("attn_v.bias", keys, 0.0);
            }
            _ => {}
        }
    }
    file
}

/// Logits after the last of some tokens, from candle.
fn by_candle(architecture: &str, file: &[u8], tokens: &[u32]) -> candle_core::Result<Vec<f32>> {
    let device = &Device::Cpu;
    let mut reader = Cursor::new(file);
    let content = Content::read(&mut reader)?;
    let input = Tensor::new(tokens, device)?.unsqueeze(0)?;
    let logits = match architecture {
        "qwen2" => {
            quantized_qwen2::ModelWeights::from_gguf(content, &mut reader, device)?.forward(&input, 0)?
        }
        "qwen3" => {
            quantized_qwen3::ModelWeights::from_gguf(content, &mut reader, device)?.forward(&input, 0)?
        }
        "phi3" => quantized_phi3::ModelWeights::from_gguf(false, content, &mut reader, device)?
            .forward(&input, 0)?,
        "lfm2" => {
            quantized_lfm2::ModelWeights::from_gguf(content, &mut reader, device)?.forward(&input, 0)?
        }
        other => panic!("candle is not asked for {other}"),
    };
    logits.flatten_all()?.to_vec1()
}

/// Logits of a gemma3 model after the last of some tokens, in 64 bits, from the definition.
fn by_definition(file: &GgufFile, tokens: &[u32]) -> Vec<f32> {
    let size = 32;
    let weight = |name: &str| -> Vec<f64> {
        let (_, _, _, bytes) = file
            .tensors
            .iter()
            .find(|(other, ..)| other == name)
            .expect("made");
        let floats = bytes
            .chunks_exact(4)
            .map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]]));
        floats.map(f64::from).collect()
    };
    let product = |matrix: &[f64], x: &[f64]| -> Vec<f64> {
        matrix
            .chunks_exact(x.len())
            .map(|row| row.iter().zip(x).map(|(w, x)| w * x).sum())
            .collect()
    };
    let norm = |x: &[f64], weight: &[f64]| -> Vec<f64> {
        let scale = (x.iter().map(|x| x * x).sum::<f64>() / x.len() as f64 + 1e-5).sqrt();
        x.iter().zip(weight).map(|(x, w)| x / scale * w).collect()
    };
    let turn = |head: &mut [f64], position: usize| {
        for pair in 0..size / 2 {
            let angle = position as f64 * 10_000f64.powf(-2.0 * pair as f64 / size as f64);
            let (a, b) = (head[pair], head[pair + size / 2]);
            head[pair] = a * angle.cos() - b * angle.sin();
            head[pair + size / 2] = a * angle.sin() + b * angle.cos();
        }
    };
    let embedding = weight("token_embd.weight");
    let row = |token: &u32| {
        embedding[*token as usize * WIDTH..][..WIDTH]
            .iter()
            .map(|x| x * 8.0)
            .collect()
    };
    let mut states: Vec<Vec<f64>> = tokens.iter().map(row).collect();
    for layer in 0..7 {
        let part = |what: &str| weight(&format!("blk.{layer}.{what}.weight"));
        let heads = |what: &str, states: &[Vec<f64>]| -> Vec<Vec<f64>> {
            let (matrix, before) = (part(&format!("attn_{what}")), part("attn_norm"));
            states
                .iter()
                .map(|x| product(&matrix, &norm(x, &before)))
                .collect()
        };
        let (mut q, mut k, v) = (heads("q", &states), heads("k", &states), heads("v", &states));
        for (all, what) in [(&mut q, "attn_q_norm"), (&mut k, "attn_k_norm")] {
            let weight = part(what);
            for (position, row) in all.iter_mut().enumerate() {
                for head in row.chunks_exact_mut(size) {
                    head.copy_from_slice(&norm(head, &weight));
                    turn(head, position);
                }
            }
        }
        let (output, after) = (part("attn_output"), part("post_attention_norm"));
        let mixed: Vec<Vec<f64>> = (0..tokens.len())
            .map(|at| {
                let from = if layer == 5 {
                    0
                } else {
                    (at + 1).saturating_sub(WINDOW)
                };
                let mut joined = Vec::new();
                for head in 0..HEADS {
                    let key = head / (HEADS / KEY_HEADS) * size..(head / (HEADS / KEY_HEADS) + 1) * size;
                    let query = &q[at][head * size..(head + 1) * size];
                    let weights: Vec<f64> = (from..=at)
                        .map(|p| {
                            let dot: f64 = query.iter().zip(&k[p][key.clone()]).map(|(a, b)| a * b).sum();
                            (dot / (size as f64).sqrt()).exp()
                        })
                        .collect();
                    let total: f64 = weights.iter().sum();
                    joined.extend(key.clone().map(|d| {
                        let terms = weights.iter().zip(from..=at).map(|(w, p)| w * v[p][d]);
                        terms.sum::<f64>() / total
                    }));
                }
                norm(&product(&output, &joined), &after)
            })
            .collect();
        let (gate, up, down) = (part("ffn_gate"), part("ffn_up"), part("ffn_down"));
        let (before, after) = (part("ffn_norm"), part("post_ffw_norm"));
        for (x, mixed) in states.iter_mut().zip(mixed) {
            x.iter_mut().zip(mixed).for_each(|(x, mixed)| *x += mixed);
            let normed = norm(x, &before);
            let gelu = |g: &f64| {
                let t = (2.0 / std::f64::consts::PI).sqrt() * (g + 0.044715 * g.powi(3));
                0.5 * g * (1.0 + t.tanh())
            };
            let (gate, up) = (product(&gate, &normed), product(&up, &normed));
            let inner: Vec<f64> = gate.iter().zip(up).map(|(g, u)| gelu(g) * u).collect();
            let fed = norm(&product(&down, &inner), &after);
            x.iter_mut().zip(fed).for_each(|(x, fed)| *x += fed);
        }
    }
    let last = norm(states.last().expect("some tokens"), &weight("output_norm.weight"));
    product(&weight("output.weight"), &last)
        .into_iter()
        .map(|x| x as f32)
        .collect()
}

#[test]
fn every_architecture_agrees_with_another_implementation() {
    for architecture in ["qwen2", "qwen3", "gemma3", "phi3", "lfm2"] {
        let file = made(architecture);
        let (_, model) = read(&file).unwrap_or_else(|error| panic!("{architecture}: {error}"));
        for length in [1, 2, 30, 75] {
            let tokens: Vec<u32> = (0..length).map(|at| (at * 37 + 5) % 260).collect();
            let right = match architecture {
                "gemma3" => by_definition(&file, &tokens),
                _ => by_candle(architecture, &file.bytes(), &tokens).unwrap(),
            };
            let found = read_in_pieces(&model, &mut Cache::new(model.config()), &tokens, 64, 2);
            // The difference is that of weights of eight bits and activations of sixteen.
            let cosine = reference::cosine(&found, &right);
            assert!(cosine > 0.999, "{architecture}, {length} tokens: {cosine}");
        }
    }
}

#[test]
fn every_architecture_reads_the_same_in_pieces_and_after_cutting_off() {
    for architecture in ["qwen2", "qwen3", "gemma3", "phi3", "lfm2"] {
        let (_, model) = read(&made(architecture)).unwrap();
        let tokens: Vec<u32> = (0..90).map(|at| (at * 53 + 11) % 264).collect();
        // Every row asked for, so that every layer is computed whole.
        let (mut compute, mut buffers) = (Compute::new(1), Buffers::default());
        let new = &mut Cache::new(model.config());
        let all = read_rows(&model, &mut compute, &mut buffers, new, &tokens, tokens.len());
        let right = &all[all.len() - model.vocabulary..];
        let three = read_rows(
            &model,
            &mut compute,
            &mut buffers,
            &mut Cache::new(model.config()),
            &tokens,
            3,
        );
        assert_eq!(
            three,
            all[all.len() - 3 * model.vocabulary..],
            "{architecture}: the last three rows alone"
        );
        for piece in [1, 7, 64] {
            let mut cache = Cache::new(model.config());
            let found = read_in_pieces(&model, &mut cache, &tokens, piece, 2);
            assert_eq!(found, right, "{architecture} in pieces of {piece}");
            cache.truncate(33);
            let found = read_in_pieces(&model, &mut cache, &tokens[33..], piece, 2);
            assert_eq!(
                found, right,
                "{architecture} cut off and read on in pieces of {piece}"
            );
            let mut fork = cache.fork(41);
            let found = read_in_pieces(&model, &mut fork, &tokens[41..], piece, 2);
            assert_eq!(found, right, "{architecture} from a copy in pieces of {piece}");
        }
    }
}

#[test]
fn rejects_what_an_architecture_needs_and_a_file_lacks() {
    for (architecture, tensor) in [
        ("qwen2", "blk.0.attn_q.bias"),
        ("qwen3", "blk.1.attn_k_norm.weight"),
        ("gemma3", "blk.6.post_ffw_norm.weight"),
        ("phi3", "blk.0.attn_qkv.weight"),
        ("lfm2", "blk.3.shortconv.conv.weight"),
    ] {
        let mut file = made(architecture);
        file.tensors.retain(|(name, ..)| name != tensor);
        let Err(error) = read(&file) else {
            panic!("{architecture} without {tensor} was accepted")
        };
        assert_eq!(error.code(), "model_malformed", "{error}");
    }
}
