//! Small models made of invented numbers, for tests: real files in every respect but sense.

use safetensors::tensor::{Dtype, TensorView};

/// The bytes a test may break before it parses them.
pub(crate) struct GgufFile {
    pub(crate) metadata: Vec<(String, u32, Vec<u8>)>,
    pub(crate) tensors: Vec<(String, Vec<u64>, u32, Vec<u8>)>,
}

pub(crate) const U32: u32 = 4;
pub(crate) const F32: u32 = 6;
pub(crate) const TEXT: u32 = 8;
pub(crate) const ARRAY: u32 = 9;

/// GGUF's number for 32-bit floats, and for Q8_0 and Q4_1.
pub(crate) const KIND_F32: u32 = 0;
pub(crate) const KIND_Q4_1: u32 = 3;
pub(crate) const KIND_Q8_0: u32 = 8;

pub(crate) fn text(text: &str) -> Vec<u8> {
    [&(text.len() as u64).to_le_bytes()[..], text.as_bytes()].concat()
}

pub(crate) fn texts<'a>(all: impl ExactSizeIterator<Item = &'a str>) -> Vec<u8> {
    let head = [&TEXT.to_le_bytes()[..], &(all.len() as u64).to_le_bytes()].concat();
    all.fold(head, |bytes, one| [bytes, text(one)].concat())
}

impl GgufFile {
    pub(crate) fn bytes(&self) -> Vec<u8> {
        let mut out = b"GGUF".to_vec();
        out.extend(3u32.to_le_bytes());
        out.extend((self.tensors.len() as u64).to_le_bytes());
        out.extend((self.metadata.len() as u64).to_le_bytes());
        for (key, kind, value) in &self.metadata {
            out.extend(text(key));
            out.extend(kind.to_le_bytes());
            out.extend(value);
        }
        let mut offset = 0u64;
        for (name, shape, kind, bytes) in &self.tensors {
            out.extend(text(name));
            out.extend((shape.len() as u32).to_le_bytes());
            shape.iter().rev().for_each(|n| out.extend(n.to_le_bytes()));
            out.extend(kind.to_le_bytes());
            out.extend(offset.to_le_bytes());
            offset += (bytes.len() as u64).next_multiple_of(32);
        }
        for (_, _, _, bytes) in &self.tensors {
            out.resize(out.len().next_multiple_of(32), 0);
            out.extend(bytes);
        }
        out
    }

    pub(crate) fn set(&mut self, key: &str, kind: u32, value: Vec<u8>) {
        self.metadata.retain(|(other, ..)| other != key);
        self.metadata.push((key.to_owned(), kind, value));
    }

    pub(crate) fn remove(&mut self, key: &str) {
        self.metadata.retain(|(other, ..)| other != key);
    }

    pub(crate) fn tensor(&mut self, name: &str) -> &mut (String, Vec<u64>, u32, Vec<u8>) {
        self.tensors
            .iter_mut()
            .find(|(other, ..)| other == name)
            .expect("the tensor was made")
    }
}

/// An invented number from -1 to 1.
pub(crate) fn number(seed: &mut u64) -> f32 {
    *seed = seed
        .wrapping_mul(6_364_136_223_846_793_005)
        .wrapping_add(1_442_695_040_888_963_407);
    ((*seed >> 40) as f32 / (1u64 << 23) as f32) - 1.0
}

pub(crate) fn floats(count: usize, scale: f32, seed: &mut u64) -> Vec<u8> {
    (0..count)
        .flat_map(|_| (number(seed) * scale).to_le_bytes())
        .collect()
}

/// Blocks of 32 with invented contents and a small scale.
fn blocks(kind: u32, count: usize, seed: &mut u64) -> Vec<u8> {
    let half = |value: f32| half::f16::from_f32(value).to_le_bytes();
    (0..count / 32)
        .flat_map(|_| {
            let mut block = Vec::new();
            match kind {
                KIND_Q4_1 => {
                    block.extend(half(0.02 + number(seed) * 0.01));
                    block.extend(half(-0.15));
                    block.extend((0..16).map(|_| (number(seed) * 127.0) as i8 as u8));
                }
                _ => {
                    block.extend(half(0.001));
                    block.extend((0..32).map(|_| (number(seed) * 127.0) as i8 as u8));
                }
            }
            block
        })
        .collect()
}

/// Width, heads, heads of keys and layers of the made writer.
const WIDTH: usize = 64;
const HEADS: usize = 4;
const KEY_HEADS: usize = 2;
const HIDDEN: usize = 96;
pub(crate) const LAYERS: usize = 2;
pub(crate) const CONTEXT: usize = 4_096;

/// A template with everything that real ones use.
pub(crate) const CHAT: &str = "{%- for message in messages %}\n    {{- '<|im_start|>' + message['role'] + '\n' + message['content'].strip() + '<|im_end|>\n' }}\n{%- endfor %}\n{%- if add_generation_prompt %}\n    {{- '<|im_start|>assistant\n' }}\n{%- endif %}";

/// Special tokens, then the bytes, then a few merges of theirs.
pub(crate) fn vocabulary() -> (Vec<String>, Vec<String>) {
    let mut names: Vec<String> = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
        .map(str::to_owned)
        .to_vec();
    let itself = |byte: u8| matches!(byte, b'!'..=b'~' | 0xa1..=0xac | 0xae..=0xff);
    let mut next = '\u{100}'..;
    for byte in 0..=255u8 {
        let character = if itself(byte) {
            char::from(byte)
        } else {
            next.next().expect("endless")
        };
        names.push(character.to_string());
    }
    let merges = ["t h", "th e", "Ġ the", "i n", "e r"].map(str::to_owned).to_vec();
    names.extend(merges.iter().map(|merge| merge.replace(' ', "")));
    (names, merges)
}

/// Gives a file these tokens, of which the first three are control tokens.
pub(crate) fn name_tokens(file: &mut GgufFile, names: &[String]) {
    file.set(
        "tokenizer.ggml.tokens",
        ARRAY,
        texts(names.iter().map(String::as_str)),
    );
    let kinds: Vec<u8> = (0..names.len())
        .flat_map(|id| if id < 3 { 3u32 } else { 1 }.to_le_bytes())
        .collect();
    let head = [&5u32.to_le_bytes()[..], &(names.len() as u64).to_le_bytes()].concat();
    file.set("tokenizer.ggml.token_type", ARRAY, [head, kinds].concat());
}

/// A writer of two layers that says nonsense, and never ends by itself unless `ends`.
pub(crate) fn writer(ends: bool) -> GgufFile {
    let (names, merges) = vocabulary();
    let vocabulary = names.len();
    let mut file = GgufFile {
        metadata: Vec::new(),
        tensors: Vec::new(),
    };
    for (key, value) in [
        ("llama.block_count", LAYERS),
        ("llama.context_length", CONTEXT),
        ("llama.embedding_length", WIDTH),
        ("llama.feed_forward_length", HIDDEN),
        ("llama.attention.head_count", HEADS),
        ("llama.attention.head_count_kv", KEY_HEADS),
        ("tokenizer.ggml.eos_token_id", 2),
    ] {
        file.set(key, U32, (value as u32).to_le_bytes().to_vec());
    }
    file.set(
        "llama.attention.layer_norm_rms_epsilon",
        F32,
        1e-5f32.to_le_bytes().to_vec(),
    );
    for (key, value) in [
        ("general.architecture", "llama"),
        ("tokenizer.ggml.model", "gpt2"),
        ("tokenizer.ggml.pre", "smollm"),
        ("tokenizer.chat_template", CHAT),
    ] {
        file.set(key, TEXT, text(value));
    }
    name_tokens(&mut file, &names);
    file.set(
        "tokenizer.ggml.merges",
        ARRAY,
        texts(merges.iter().map(String::as_str)),
    );

    let mut seed = 7;
    let mut matrix = |file: &mut GgufFile, name: String, rows: usize, cols: usize, kind: u32| {
        let bytes = blocks(kind, rows * cols, &mut seed);
        file.tensors
            .push((name, vec![rows as u64, cols as u64], kind, bytes));
    };
    matrix(
        &mut file,
        "token_embd.weight".to_owned(),
        vocabulary,
        WIDTH,
        KIND_Q8_0,
    );
    for layer in 0..LAYERS {
        let keys = WIDTH / HEADS * KEY_HEADS;
        for (part, rows, cols) in [
            ("attn_q", WIDTH, WIDTH),
            ("attn_k", keys, WIDTH),
            ("attn_v", keys, WIDTH),
            ("attn_output", WIDTH, WIDTH),
            ("ffn_gate", HIDDEN, WIDTH),
            ("ffn_up", HIDDEN, WIDTH),
            ("ffn_down", WIDTH, HIDDEN),
        ] {
            matrix(
                &mut file,
                format!("blk.{layer}.{part}.weight"),
                rows,
                cols,
                KIND_Q4_1,
            );
        }
        for norm in ["attn_norm", "ffn_norm"] {
            file.tensors.push((
                format!("blk.{layer}.{norm}.weight"),
                vec![WIDTH as u64],
                KIND_F32,
                ones(),
            ));
        }
    }
    file.tensors.push((
        "output_norm.weight".to_owned(),
        vec![WIDTH as u64],
        KIND_F32,
        ones(),
    ));
    if !ends {
        // The output row of each control token answers everything with nothing.
        for token in 0..3 {
            file.tensor("token_embd.weight").3[token * WIDTH / 32 * 34..(token + 1) * WIDTH / 32 * 34]
                .fill(0);
        }
    }
    file
}

fn ones() -> Vec<u8> {
    (0..WIDTH).flat_map(|_| 1.0f32.to_le_bytes()).collect()
}

/// The files of an encoder of two layers: configuration, vocabulary, weights.
pub(crate) struct EmbedderFiles {
    pub(crate) config: String,
    pub(crate) tokenizer: String,
    pub(crate) tensors: Vec<(String, Vec<usize>, Vec<u8>)>,
}

impl EmbedderFiles {
    pub(crate) fn weights(&self) -> Vec<u8> {
        let views = self.tensors.iter().map(|(name, shape, bytes)| {
            (
                name.as_str(),
                TensorView::new(Dtype::F32, shape.clone(), bytes).expect("shape and bytes agree"),
            )
        });
        safetensors::serialize(views, None).expect("sound tensors")
    }
}

const WORDS: [&str; 40] = [
    "[PAD]", "[UNK]", "[CLS]", "[SEP]", "the", "a", "cat", "dog", "sat", "ran", "on", "mat", "road", "and",
    "saw", "bird", "##s", "##ed", ".", ",", "red", "blue", "old", "new", "house", "tree", "sky", "sea",
    "boat", "fish", "one", "two", "in", "under", "over", "by", "with", "small", "big", "slow",
];

/// An embedder of two layers with forty word pieces.
pub(crate) fn embedder() -> EmbedderFiles {
    const W: usize = 32;
    const H: usize = 48;
    let mut seed = 11;
    let mut tensors = Vec::new();
    let mut add = |name: String, shape: &[usize], scale: f32| {
        let bytes = floats(shape.iter().product(), scale, &mut seed);
        tensors.push((name, shape.to_vec(), bytes));
    };
    add(
        "embeddings.word_embeddings.weight".to_owned(),
        &[WORDS.len(), W],
        1.0,
    );
    add("embeddings.position_embeddings.weight".to_owned(), &[300, W], 0.2);
    add("embeddings.token_type_embeddings.weight".to_owned(), &[2, W], 0.2);
    for part in ["weight", "bias"] {
        add(format!("embeddings.LayerNorm.{part}"), &[W], 1.0);
    }
    for layer in 0..2 {
        let name = |part: &str| format!("encoder.layer.{layer}.{part}");
        for (part, outputs, inputs) in [
            ("attention.self.query", W, W),
            ("attention.self.key", W, W),
            ("attention.self.value", W, W),
            ("attention.output.dense", W, W),
            ("intermediate.dense", H, W),
            ("output.dense", W, H),
        ] {
            add(name(&format!("{part}.weight")), &[outputs, inputs], 0.3);
            add(name(&format!("{part}.bias")), &[outputs], 0.1);
        }
        for norm in ["attention.output.LayerNorm", "output.LayerNorm"] {
            add(name(&format!("{norm}.weight")), &[W], 1.0);
            add(name(&format!("{norm}.bias")), &[W], 0.1);
        }
    }
    let vocabulary: serde_json::Map<_, _> = WORDS
        .iter()
        .enumerate()
        .map(|(id, word)| ((*word).to_owned(), serde_json::json!(id)))
        .collect();
    let mark = |name: &str, id: usize| serde_json::json!({ "id": name, "ids": [id], "tokens": [name] });
    let tokenizer = serde_json::json!({
        "version": "1.0",
        // Like the real file, it asks for padding and a short window; both must be overruled.
        "truncation": { "max_length": 8, "strategy": "LongestFirst", "stride": 0, "direction": "Right" },
        "padding": { "strategy": { "Fixed": 8 }, "direction": "Right", "pad_to_multiple_of": null, "pad_id": 0,
                     "pad_type_id": 0, "pad_token": "[PAD]" },
        "added_tokens": [],
        "normalizer": { "type": "BertNormalizer", "clean_text": true, "handle_chinese_chars": true,
                        "strip_accents": null, "lowercase": true },
        "pre_tokenizer": { "type": "BertPreTokenizer" },
        "post_processor": {
            "type": "TemplateProcessing",
            "single": [{ "SpecialToken": { "id": "[CLS]", "type_id": 0 } }, { "Sequence": { "id": "A", "type_id": 0 } },
                       { "SpecialToken": { "id": "[SEP]", "type_id": 0 } }],
            "pair": [],
            "special_tokens": { "[CLS]": mark("[CLS]", 2), "[SEP]": mark("[SEP]", 3) }
        },
        "decoder": null,
        "model": { "type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##",
                   "max_input_chars_per_word": 100, "vocab": vocabulary }
    });
    let config = serde_json::json!({
        "model_type": "bert", "hidden_act": "gelu", "hidden_size": W, "num_hidden_layers": 2, "num_attention_heads": 2,
        "intermediate_size": H, "max_position_embeddings": 300, "vocab_size": WORDS.len(), "type_vocab_size": 2,
        "layer_norm_eps": 1e-12
    });
    EmbedderFiles {
        config: config.to_string(),
        tokenizer: tokenizer.to_string(),
        tensors,
    }
}

/// A store of made models in a folder of its own.
#[cfg(test)]
pub(crate) struct MadeStore {
    dir: tempfile::TempDir,
    pub(crate) store: crate::ModelStore,
}

#[cfg(test)]
impl MadeStore {
    /// Changes the last byte of a file in place.
    pub(crate) fn damage(&self, model: &str, file: &str) {
        use std::io::{Seek, SeekFrom, Write};
        let path = self.dir.path().join(model).join(file);
        let mut file = std::fs::OpenOptions::new()
            .write(true)
            .open(path)
            .expect("a made file");
        file.seek(SeekFrom::End(-1)).expect("a file with a last byte");
        file.write_all(&[0x5a]).expect("a writable file");
    }
}

/// Writes models into a folder and lists them as `writer` and `embedder`.
#[cfg(test)]
pub(crate) fn store(writer: &[u8], embedder: &EmbedderFiles) -> MadeStore {
    use sha2::Digest;
    let dir = tempfile::tempdir().expect("a temporary folder");
    let mut manifest = String::new();
    let weights = embedder.weights();
    type File<'a> = (&'a str, &'a [u8]);
    let files: [(&str, &[File<'_>]); 2] = [
        ("writer", &[("made.gguf", writer)]),
        (
            "embedder",
            &[
                ("config.json", embedder.config.as_bytes()),
                ("tokenizer.json", embedder.tokenizer.as_bytes()),
                ("made.safetensors", &weights),
            ],
        ),
    ];
    for (task, files) in files {
        std::fs::create_dir(dir.path().join(task)).expect("an empty folder");
        manifest.push_str(&format!(
            "[[model]]\nid='{task}'\ntask='{task}'\ntitle='Made {task}'\npackage='made'\nversion='1'\nlicence='MIT'\nsource='invented'\n"
        ));
        for (name, bytes) in files {
            std::fs::write(dir.path().join(task).join(name), bytes).expect("a writable folder");
            let digest: String = sha2::Sha256::digest(bytes)
                .iter()
                .map(|byte| format!("{byte:02x}"))
                .collect();
            manifest.push_str(&format!(
                "[[model.file]]\nname='{name}'\nmember='{name}'\nbytes={}\nsha256='{digest}'\n",
                bytes.len()
            ));
        }
    }
    let manifest = crate::Manifest::parse(&manifest).expect("a sound list");
    MadeStore {
        store: crate::ModelStore::open(dir.path(), manifest),
        dir,
    }
}
