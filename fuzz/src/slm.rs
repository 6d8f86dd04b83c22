//! Model files that somebody else made.
#![no_main]

use arbitrary::{Arbitrary, Unstructured};
use cabinet_fuzz::Target;
use cabinet_slm::fuzzing::{self, Edit};
use cabinet_slm::{Manifest, SlmError};
use libfuzzer_sys::fuzz_target;

const TARGETS: &[Target] = &[
    Target {
        name: "gguf",
        seeds: gguf_seeds,
        words: KEYS,
        run: |data| judged(fuzzing::gguf(data)),
    },
    Target {
        name: "gguf-altered",
        seeds: altered_seeds,
        words: KEYS,
        run: altered,
    },
    Target {
        name: "template",
        seeds: template_seeds,
        words: TEMPLATE,
        run: template,
    },
    Target {
        name: "safetensors",
        seeds: weights_seeds,
        words: &[
            "\"dtype\":\"F32\"",
            "\"F16\"",
            "\"BF16\"",
            "\"shape\":[",
            "\"data_offsets\":[",
        ],
        run: |data| judged(fuzzing::safetensors(data)),
    },
    Target {
        name: "tokenizer",
        seeds: || vec![fuzzing::embedder()[1].clone()],
        words: TOKENIZER,
        run: |data| judged(fuzzing::tokenizer(None, data)),
    },
    Target {
        name: "embedder-config",
        seeds: || vec![fuzzing::embedder()[0].clone()],
        words: &[],
        run: config,
    },
    Target {
        name: "model-list",
        seeds: list_seeds,
        words: &["[[model]]", "[[model.file]]", "sha256", "optional"],
        run: list,
    },
];

fuzz_target!(init: cabinet_fuzz::start(TARGETS), |data: &[u8]| cabinet_fuzz::run(data));

const KEYS: &[&str] = &[
    "GGUF",
    "general.architecture",
    "llama",
    "qwen2",
    "qwen3",
    "gemma3",
    "phi3",
    "lfm2",
    "tokenizer.ggml.model",
    "gpt2",
    "tokenizer.ggml.pre",
    "tokenizer.ggml.tokens",
    "tokenizer.ggml.merges",
    "tokenizer.ggml.scores",
    "tokenizer.ggml.token_type",
    "tokenizer.ggml.eos_token_id",
    "tokenizer.ggml.bos_token_id",
    "tokenizer.chat_template",
    "general.alignment",
    "blk.0.attn_q.weight",
    "token_embd.weight",
    "output_norm.weight",
];
const TOKENIZER: &[&str] = &[
    "\"type\":\"BPE\"",
    "\"Unigram\"",
    "\"WordLevel\"",
    "\"Regex\":\"",
    "\"Split\"",
    "\"Sequence\"",
    "\"added_tokens\":[",
    "\"vocab\":{",
    "\"merges\":[",
    "\"Replace\"",
    "\"ByteLevel\"",
    "\"Metaspace\"",
    "\"Precompiled\"",
];

/// An error holds a code and does not fill a log.
fn judged(outcome: Result<(), SlmError>) {
    if let Err(error) = outcome {
        assert!(
            !error.code().is_empty() && error.to_string().len() < 600,
            "{error}"
        );
    }
}

fn gguf_seeds() -> Vec<Vec<u8>> {
    let whole = fuzzing::writer(&[]);
    // The metadata stands first and the weights last; most of the fuzzer's changes should meet the former.
    vec![
        fuzzing::writer(&[Edit::Text("general.architecture".into(), "mamba".into())])[..2000].to_vec(),
        whole,
    ]
}

const ARCHITECTURES: [&str; 6] = ["llama", "qwen2", "qwen3", "gemma3", "phi3", "lfm2"];
const NUMBERS: [&str; 14] = [
    "block_count",
    "context_length",
    "embedding_length",
    "feed_forward_length",
    "attention.head_count",
    "attention.head_count_kv",
    "attention.key_length",
    "attention.value_length",
    "attention.sliding_window",
    "rope.dimension_count",
    "vocab_size",
    "expert_count",
    "shortconv.l_cache",
    "rope.scaling.original_context_length",
];
const REALS: [&str; 5] = [
    "attention.layer_norm_rms_epsilon",
    "rope.freq_base",
    "rope.scaling.factor",
    "rope.local.freq_base",
    "attention.scale",
];
const TOKENS: [&str; 6] = [
    "eos_token_id",
    "bos_token_id",
    "unknown_token_id",
    "padding_token_id",
    "eot_token_id",
    "add_bos_token",
];
const TEXTS: [(&str, &[&str]); 4] = [
    ("tokenizer.ggml.model", &["gpt2", "llama", "bert", ""]),
    (
        "tokenizer.ggml.pre",
        &["smollm", "llama-bpe", "qwen2", "default", "viking"],
    ),
    (
        "tokenizer.chat_template",
        &[
            "{{ messages[0].content }}",
            "{% for m in messages %}{{ m.content }}{% endfor %}",
            "",
            "{{",
        ],
    ),
    ("general.name", &["", "Made", "\u{1}\u{202e}"]),
];

/// One change to a sound file.
#[derive(Arbitrary, Debug)]
enum Change {
    Architecture(u8),
    Number { key: u8, value: u32 },
    Small { key: u8, value: u8 },
    Real { key: u8, value: f32 },
    Token { key: u8, value: u16 },
    Text { key: u8, value: u8 },
    Merges(Vec<String>),
    Remove { key: u8 },
    Shape { tensor: u8, dimension: u8, to: u64 },
    SmallShape { tensor: u8, dimension: u8, to: u8 },
    Kind { tensor: u8, to: u8 },
    Name { tensor: u8, other: u8 },
    Byte { tensor: u8, at: u16, to: u8 },
    Shorten { tensor: u8, to: u16 },
}

/// A sound file with some of its parts changed: refused, or run.
fn altered(data: &[u8]) {
    let Ok(changes) = Vec::<Change>::arbitrary_take_rest(Unstructured::new(data)) else {
        return;
    };
    let mut architecture = "llama";
    let mut edits = Vec::new();
    for change in changes.iter().take(12) {
        let tensor = |tensor: &u8| usize::from(*tensor);
        let key = |keys: &[&str], at: &u8, architecture: &str| {
            format!("{architecture}.{}", keys[usize::from(*at) % keys.len()])
        };
        if let Change::Architecture(at) = change {
            architecture = ARCHITECTURES[usize::from(*at) % ARCHITECTURES.len()];
            edits.extend(as_in(architecture));
        }
        edits.push(match change {
            Change::Architecture(_) => Edit::Text("general.architecture".into(), architecture.into()),
            Change::Number { key: at, value } => Edit::Number(key(&NUMBERS, at, architecture), *value),
            Change::Small { key: at, value } => {
                Edit::Number(key(&NUMBERS, at, architecture), u32::from(*value))
            }
            Change::Real { key: at, value } => Edit::Real(key(&REALS, at, architecture), *value),
            Change::Token { key: at, value } => {
                Edit::Number(key(&TOKENS, at, "tokenizer.ggml"), u32::from(*value))
            }
            Change::Text { key: at, value } => {
                let (key, values) = TEXTS[usize::from(*at) % TEXTS.len()];
                Edit::Text(key.into(), values[usize::from(*value) % values.len()].into())
            }
            Change::Merges(merges) => Edit::Texts("tokenizer.ggml.merges".into(), merges.clone()),
            Change::Remove { key: at } => Edit::Remove(key(&NUMBERS, at, architecture)),
            Change::Shape {
                tensor: at,
                dimension,
                to,
            } => Edit::Shape {
                tensor: tensor(at),
                dimension: usize::from(*dimension),
                to: *to,
            },
            Change::SmallShape {
                tensor: at,
                dimension,
                to,
            } => Edit::Shape {
                tensor: tensor(at),
                dimension: usize::from(*dimension),
                to: u64::from(*to),
            },
            Change::Kind { tensor: at, to } => Edit::Kind {
                tensor: tensor(at),
                to: u32::from(*to),
            },
            Change::Name { tensor: at, other } => Edit::Name {
                tensor: tensor(at),
                to: format!(
                    "blk.{}.attn_{}.weight",
                    other % 3,
                    ["q_norm", "qkv", "k_norm", "q"][usize::from(other % 4)]
                ),
            },
            Change::Byte {
                tensor: at,
                at: place,
                to,
            } => Edit::Byte {
                tensor: tensor(at),
                at: usize::from(*place),
                to: *to,
            },
            Change::Shorten { tensor: at, to } => Edit::Shorten {
                tensor: tensor(at),
                to: usize::from(*to),
            },
        });
    }
    judged(fuzzing::gguf(&fuzzing::writer(&edits)));
}

/// The numbers of the made writer under another architecture's names.
fn as_in(architecture: &str) -> Vec<Edit> {
    let numbers = [
        ("block_count", 2),
        ("context_length", 4096),
        ("embedding_length", 64),
        ("feed_forward_length", 96),
        ("attention.head_count", 4),
        ("attention.head_count_kv", 2),
    ];
    let mut edits: Vec<Edit> = numbers
        .map(|(key, value)| Edit::Number(format!("{architecture}.{key}"), value))
        .to_vec();
    edits.push(Edit::Real(
        format!("{architecture}.attention.layer_norm_rms_epsilon"),
        1e-5,
    ));
    edits
}

fn altered_seeds() -> Vec<Vec<u8>> {
    // Taken apart from both ends: some bytes of each sort.
    (0..14)
        .map(|sort| {
            (0..64)
                .map(|at: u8| {
                    if at % 9 == 3 {
                        sort * 18
                    } else {
                        at.wrapping_mul(37)
                    }
                })
                .collect()
        })
        .collect()
}

const TEMPLATE: &[&str] = &[
    "{%- for message in messages %}",
    "{% endfor %}",
    "{% if ",
    "{% else %}",
    "{% endif %}",
    "{% set x = ",
    "{% macro m(a) %}",
    "{% endmacro %}",
    "{{ m(m) }}",
    "{{ message['content'] }}",
    "messages[0]['content']",
    "range(10)",
    "|join",
    "|length",
    "|tojson",
    "namespace(a=1)",
    ".split('a')",
    ".strip()",
    "raise_exception('x')",
    "loop.index0",
    "bos_token",
    "{{ 'a' * 9 }}",
    "{% for a in 'ab' recursive %}",
    "{{ loop(a) }}",
    "{% filter upper %}",
    "{% block b %}",
    "[::-1]",
    "**",
];

fn template(data: &[u8]) {
    if let Ok(source) = std::str::from_utf8(data) {
        judged(fuzzing::template(source));
    }
}

fn template_seeds() -> Vec<Vec<u8>> {
    [
        fuzzing::chat(),
        "{% for message in messages %}{{ message.content }}{% endfor %}",
        "{% set ns = namespace(a='') %}{% for m in messages[1:] %}{% set ns.a = ns.a ~ m['content'] %}{% endfor %}{{ messages[0]['content'] + ns.a }}",
        "{% macro m(a) %}{{ a|trim }}{% endmacro %}{{ bos_token }}{% if messages[0].role == 'system' %}{{ m(messages[0].content) }}{% endif %}{{ messages[1].content.split('x')[0] }}",
        "{{ raise_exception('no') }}",
    ]
    .map(|source| source.as_bytes().to_vec())
    .to_vec()
}

fn weights_seeds() -> Vec<Vec<u8>> {
    let weights = fuzzing::embedder()[2].clone();
    vec![weights[..6000].to_vec(), weights]
}

fn config(data: &[u8]) {
    let vocabulary = &fuzzing::embedder()[1];
    judged(fuzzing::tokenizer(Some(data), vocabulary));
}

fn list(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    if let Ok(list) = Manifest::parse(text) {
        for model in list.models() {
            let names = model.files.iter().map(|file| &file.name).chain([&model.id]);
            for name in names {
                assert!(
                    !name.contains(['/', '\\', '\0']) && name != ".." && name != "." && !name.is_empty(),
                    "{name:?}"
                );
            }
        }
    }
}

fn list_seeds() -> Vec<Vec<u8>> {
    vec![
        format!("[[model]]\nid='a'\ntask='writer'\ntitle='A'\npackage='p'\nversion='1'\nlicence='MIT'\nsource='s'\n[[model.file]]\nname='a.gguf'\nmember='a'\nbytes=1\nsha256='{}'\n", "0".repeat(64)).into_bytes(),
    ]
}
