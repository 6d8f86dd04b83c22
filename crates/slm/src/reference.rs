//! The same models in candle's own 32-bit operations, for tests: another reader of the files, another arithmetic.

use std::io::Cursor;

use candle_core::quantized::gguf_file::Content;
use candle_core::{D, DType, Device, Result, Tensor};
use candle_nn::VarBuilder;
use candle_nn::ops::{rms_norm, silu, softmax_last_dim};
use candle_nn::rotary_emb::rope_i;
use candle_transformers::models::bert::{BertModel, Config, HiddenAct, PositionEmbeddingType};

/// Logits of a llama model for every position of `tokens`, its weights dequantised.
pub(crate) fn logits(file: &[u8], tokens: &[u32]) -> Result<Vec<Vec<f32>>> {
    let device = &Device::Cpu;
    let mut reader = Cursor::new(file);
    let content = Content::read(&mut reader)?;
    let number = |key: &str| content.metadata[key].to_u32().map(|n| n as usize);
    let heads = number("llama.attention.head_count")?;
    let key_heads = number("llama.attention.head_count_kv")?;
    let size = number("llama.embedding_length")? / heads;
    let epsilon = content.metadata["llama.attention.layer_norm_rms_epsilon"].to_f32()?;
    let base = content
        .metadata
        .get("llama.rope.freq_base")
        .map_or(Ok(10_000.0), |value| value.to_f32())?;
    let mut weight = |name: &str| {
        content
            .tensor(&mut reader, &format!("{name}.weight"), device)?
            .dequantize(device)
    };

    let count = tokens.len();
    let turn: Vec<f32> = (0..size / 2)
        .map(|pair| base.powf(-((2 * pair) as f32) / size as f32))
        .collect();
    let places = Tensor::arange(0f32, count as f32, device)?.reshape((count, 1))?;
    let angles = places.matmul(&Tensor::from_vec(turn, (1, size / 2), device)?)?;
    let (cos, sin) = (angles.cos()?, angles.sin()?);
    let mask: Vec<f32> = (0..count * count)
        .map(|i| {
            if i % count > i / count {
                f32::NEG_INFINITY
            } else {
                0.0
            }
        })
        .collect();
    let mask = Tensor::from_vec(mask, (count, count), device)?;

    let embedding = weight("token_embd")?;
    let mut x = embedding.index_select(&Tensor::new(tokens, device)?, 0)?;
    for layer in 0..number("llama.block_count")? {
        let mut part = |name: &str| weight(&format!("blk.{layer}.{name}"));
        let normed = rms_norm(&x, &part("attn_norm")?, epsilon)?;
        let mut split = |name: &str, heads: usize| {
            normed
                .matmul(&part(name)?.t()?)?
                .reshape((1, count, heads, size))?
                .transpose(1, 2)?
                .contiguous()
        };
        let (q, k, v) = (
            split("attn_q", heads)?,
            split("attn_k", key_heads)?,
            split("attn_v", key_heads)?,
        );
        let (q, k) = (rope_i(&q, &cos, &sin)?, rope_i(&k, &cos, &sin)?);
        let spread = |t: Tensor| {
            let all = (1, key_heads, heads / key_heads, count, size);
            t.unsqueeze(2)?
                .broadcast_as(all)?
                .reshape((1, heads, count, size))?
                .contiguous()
        };
        let scores = (q.matmul(&spread(k)?.t()?)? / (size as f64).sqrt())?.broadcast_add(&mask)?;
        let mixed = softmax_last_dim(&scores)?
            .matmul(&spread(v)?)?
            .transpose(1, 2)?
            .reshape((count, heads * size))?;
        x = (x + mixed.matmul(&part("attn_output")?.t()?)?)?;
        let normed = rms_norm(&x, &part("ffn_norm")?, epsilon)?;
        let gated =
            silu(&normed.matmul(&part("ffn_gate")?.t()?)?)?.mul(&normed.matmul(&part("ffn_up")?.t()?)?)?;
        x = (x + gated.matmul(&part("ffn_down")?.t()?)?)?;
    }
    let normed = rms_norm(&x, &weight("output_norm")?, epsilon)?;
    normed.matmul(&embedding.t()?)?.to_vec2()
}

/// Mean-pooled vectors of length 1 from candle's BERT, one text at a time.
pub(crate) fn vectors(config: &str, weights: &[u8], texts: &[Vec<u32>]) -> Result<Vec<Vec<f32>>> {
    let device = &Device::Cpu;
    let json: serde_json::Value = serde_json::from_str(config).expect("a sound configuration");
    let number = |key: &str| json[key].as_u64().expect("a whole number") as usize;
    let config = Config {
        vocab_size: number("vocab_size"),
        hidden_size: number("hidden_size"),
        num_hidden_layers: number("num_hidden_layers"),
        num_attention_heads: number("num_attention_heads"),
        intermediate_size: number("intermediate_size"),
        hidden_act: HiddenAct::Gelu,
        hidden_dropout_prob: 0.0,
        max_position_embeddings: number("max_position_embeddings"),
        type_vocab_size: number("type_vocab_size"),
        initializer_range: 0.02,
        layer_norm_eps: json["layer_norm_eps"].as_f64().expect("a number"),
        pad_token_id: 0,
        position_embedding_type: PositionEmbeddingType::Absolute,
        use_cache: false,
        classifier_dropout: None,
        model_type: None,
    };
    let model = BertModel::load(
        VarBuilder::from_slice_safetensors(weights, DType::F32, device)?,
        &config,
    )?;
    texts
        .iter()
        .map(|text| {
            let ids = Tensor::new(&text[..], device)?.unsqueeze(0)?;
            let states = model.forward(&ids, &ids.zeros_like()?, None)?;
            let mean = states.mean(1)?.squeeze(0)?;
            let length = mean.sqr()?.sum(D::Minus1)?.sqrt()?;
            mean.broadcast_div(&length)?.to_vec1()
        })
        .collect()
}

/// How alike two vectors point: 1 is the same direction.
pub(crate) fn cosine(a: &[f32], b: &[f32]) -> f64 {
    let dot = |a: &[f32], b: &[f32]| {
        a.iter()
            .zip(b)
            .map(|(a, b)| f64::from(*a) * f64::from(*b))
            .sum::<f64>()
    };
    dot(a, b) / (dot(a, a) * dot(b, b)).sqrt()
}
