//! Passages by the hundred thousand: real sentences put together anew, with invented names and numbers among them, and
//! vectors that are real ones moved a little.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use super::*;

/// Sentences kept in memory at most.
const SENTENCES: usize = 400_000;
/// Real vectors that the others are made of.
const THEMES: usize = 512;
/// Characters of a page: about three passages.
const PAGE: usize = 2700;
const PAGES: usize = 10;

/// Numbers that look random and are the same in each run (xorshift64).
pub(super) struct Random(u64);

impl Random {
    pub(super) fn new(seed: u64) -> Self {
        let mut random = Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
        random.below(2);
        random
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    pub(super) fn below(&mut self, end: usize) -> usize {
        usize::try_from((self.next() >> 33) % end as u64).expect("below a usize")
    }

    fn pick<'t, T>(&mut self, from: &'t [T]) -> &'t T {
        &from[self.below(from.len())]
    }

    /// From -1 to 1.
    fn signed(&mut self) -> f32 {
        (self.next() >> 40) as f32 / (1u64 << 23) as f32 - 1.0
    }
}

/// Real texts, sentence by sentence.
pub(super) struct Texts {
    sources: Vec<Vec<String>>,
}

impl Texts {
    /// Reads every `.txt` and `.md` below a folder, and the field `text` of every line of a `.jsonl`.
    pub(super) fn read(folder: &Path) -> Self {
        let mut files = Vec::new();
        find(folder, &mut files);
        files.sort();
        let mut texts = Vec::new();
        for file in files {
            let reader = BufReader::new(File::open(&file).unwrap());
            if file.extension().is_some_and(|end| end == "jsonl") {
                texts.extend(reader.lines().filter_map(|line| {
                    let line: serde_json::Value = serde_json::from_str(&line.ok()?).ok()?;
                    line["text"].as_str().map(str::to_string)
                }));
            } else {
                texts.push(std::io::read_to_string(reader).unwrap_or_default());
            }
        }
        // Every so many of them where they are more than memory should hold.
        let all: usize = texts.iter().map(String::len).sum();
        let step = (all / 150 / SENTENCES).max(1);
        let sources = texts
            .into_iter()
            .step_by(step)
            .map(|text| sentences(&text))
            .filter(|sentences| !sentences.is_empty())
            .collect();
        Self { sources }
    }

    /// The pages of document `n`, mostly about one thing.
    pub(super) fn document(&self, n: usize) -> Vec<String> {
        let mut random = Random::new(n as u64 + 1);
        let about = random.below(self.sources.len());
        (0..PAGES)
            .map(|number| {
                let mut page = String::with_capacity(PAGE + 400);
                let mut length = 0;
                while length < PAGE {
                    let source = if random.below(5) < 3 {
                        &self.sources[(about + random.below(4)) % self.sources.len()]
                    } else {
                        random.pick(&self.sources)
                    };
                    let sentence = random.pick(source);
                    page.push_str(sentence);
                    page.push(' ');
                    length += sentence.len() + 1;
                }
                page.push_str(&record(n * PAGES + number));
                page
            })
            .collect()
    }

    /// Queries of the kinds that people type, by kind.
    pub(super) fn queries(&self, each: usize, documents: usize) -> BTreeMap<String, Vec<String>> {
        let mut random = Random::new(4711);
        let mut all: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for n in 0..each {
            let words = loop {
                let source = random.pick(&self.sources);
                let words: Vec<String> = random
                    .pick(source)
                    .split_whitespace()
                    .map(|word| word.trim_matches(|c: char| !c.is_alphanumeric()).to_string())
                    .filter(|word| !word.is_empty())
                    .collect();
                if words.len() > 16 {
                    break words;
                }
            };
            let content: Vec<&String> = words
                .iter()
                .filter(|word| word.len() > 3 && word.chars().all(char::is_alphabetic))
                .filter(|word| !cabinet_text::is_stop_word(&word.to_lowercase()))
                .collect();
            if content.len() < 4 {
                continue;
            }
            let first = random.below(content.len() - 3);
            let few = 2 + n % 3;
            let short: Vec<String> = content[first..(first + few).min(content.len())]
                .iter()
                .map(|word| word.to_lowercase())
                .collect();
            let mut add = |kind: &str, query: String| all.entry(kind.to_string()).or_default().push(query);
            let typed = short.join(" ");
            // While it is typed: a few letters of the last word.
            let last = short.last().map_or(0, |word| word.chars().count());
            let left_out = last.saturating_sub(2 + n % 4);
            add(
                "typing",
                typed.chars().take(typed.chars().count() - left_out).collect(),
            );
            let mut slipped: Vec<char> = short[0].chars().collect();
            slipped.swap(1, 2);
            add("slip", slipped.into_iter().collect());
            add("short", typed);
            add("question", words[..9 + n % 8].join(" "));
            add("phrase", format!("\"{} {}\"", words[n % 8], words[n % 8 + 1]));
            let (name, number) = named(random.below(documents * PAGES));
            add("name", if n % 2 == 0 { name } else { number });
        }
        all
    }

    /// Texts whose vectors all others are made of.
    pub(super) fn themes(&self) -> Vec<String> {
        let mut random = Random::new(99);
        (0..THEMES)
            .map(|_| {
                let source = random.pick(&self.sources);
                source.iter().take(5).cloned().collect::<Vec<_>>().join(" ")
            })
            .collect()
    }
}

fn find(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            find(&path, files);
        } else if path
            .extension()
            .is_some_and(|end| end == "txt" || end == "md" || end == "jsonl")
        {
            files.push(path);
        }
    }
}

fn sentences(text: &str) -> Vec<String> {
    let offsets = cabinet_text::Offsets::new(text);
    cabinet_text::sentences(text)
        .into_iter()
        .map(|span| {
            offsets
                .slice(span)
                .split_whitespace()
                .collect::<Vec<_>>()
                .join(" ")
        })
        .filter(|sentence| (30..400).contains(&sentence.len()))
        .collect()
}

/// The name and the number that stand on page `n` of all pages and nowhere else, and where that is: file and page.
pub(super) fn planted(n: usize) -> ([String; 2], (String, u32)) {
    let (name, number) = named(n);
    let page = u32::try_from(n % PAGES + 1).expect("ten pages");
    ([name, number], (format!("paper-{}.txt", n / PAGES), page))
}

/// A person and a number that stand on page `n` of all pages alone.
fn named(n: usize) -> (String, String) {
    const SYLLABLES: [&str; 24] = [
        "bra", "cho", "dun", "eva", "fjo", "gar", "hol", "ilk", "jen", "kos", "lum", "mez", "nor", "ost",
        "paz", "qui", "run", "sze", "tom", "urd", "vik", "wes", "yor", "zaf",
    ];
    const GIVEN: [&str; 10] = [
        "Ada", "Bruno", "Carmen", "Dmitri", "Elif", "Farid", "Greta", "Hamza", "Ingrid", "Jonas",
    ];
    let mut rest = n;
    let mut surname = String::new();
    for _ in 0..4 {
        surname.push_str(SYLLABLES[rest % SYLLABLES.len()]);
        rest /= SYLLABLES.len();
    }
    surname[..1].make_ascii_uppercase();
    (
        format!("{} {surname}", GIVEN[n % 10]),
        format!("MRN {:05}-{:03}", n / 1000 + 10_000, n % 1000),
    )
}

fn record(n: usize) -> String {
    let (name, number) = named(n);
    format!("{name} has the record {number}.")
}

/// Gives background texts a real vector moved a little; what is typed goes to the model.
pub(super) struct Perturbing {
    pub(super) real: Arc<dyn Embedder>,
    themes: Vec<Vec<f32>>,
    /// Where texts and vectors go as well, for peers.
    copy: Option<Mutex<(BufWriter<File>, BufWriter<File>)>>,
}

impl Perturbing {
    pub(super) async fn new(real: Arc<dyn Embedder>, texts: &Texts, peer: Option<&Path>) -> Self {
        let mut themes = Vec::new();
        for some in texts.themes().chunks(16) {
            themes.extend(real.embed(some.to_vec(), false).await.unwrap());
        }
        let append = |folder: &Path, name: &str| {
            let file = File::options().append(true).create(true).open(folder.join(name));
            BufWriter::new(file.unwrap())
        };
        let copy =
            peer.map(|folder| Mutex::new((append(folder, "texts.jsonl"), append(folder, "vectors.f32"))));
        Self { real, themes, copy }
    }

    fn vector(&self, text: &str) -> Vec<f32> {
        let hash = |text: &str| {
            text.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |h, b| {
                (h ^ u64::from(b)).wrapping_mul(0x100_0000_01b3)
            })
        };
        let mut random = Random::new(hash(text));
        let theme = random.pick(&self.themes).clone();
        // As far from its theme as passages of one text are from each other.
        let share = 1.2 / (theme.len() as f32).sqrt();
        let mut vector: Vec<f32> = theme.iter().map(|x| x + share * random.signed()).collect();
        let length = vector.iter().map(|x| x * x).sum::<f32>().sqrt();
        vector.iter_mut().for_each(|x| *x /= length);
        vector
    }

    pub(super) fn finish(&self) {
        if let Some(copy) = &self.copy {
            let (texts, vectors) = &mut *copy.lock().unwrap();
            texts.flush().unwrap();
            vectors.flush().unwrap();
        }
    }
}

#[async_trait]
impl Embedder for Perturbing {
    async fn embed(&self, texts: Vec<String>, urgent: bool) -> Result<Vec<Vec<f32>>, EmbedError> {
        if urgent {
            return self.real.embed(texts, true).await;
        }
        let vectors: Vec<Vec<f32>> = texts.iter().map(|text| self.vector(text)).collect();
        if let Some(copy) = &self.copy {
            let (lines, numbers) = &mut *copy.lock().unwrap();
            for (text, vector) in texts.iter().zip(&vectors) {
                serde_json::to_writer(&mut *lines, text).unwrap();
                lines.write_all(b"\n").unwrap();
                vector
                    .iter()
                    .for_each(|x| numbers.write_all(&x.to_le_bytes()).unwrap());
            }
        }
        Ok(vectors)
    }

    fn dimension(&self) -> usize {
        self.real.dimension()
    }

    fn model_id(&self) -> Option<&str> {
        self.real.model_id()
    }

    /// Estimated: a million passages would be read by the model's tokenizer for longer than all else takes.
    fn count_tokens(&self, text: &str) -> usize {
        cabinet_text::estimate_tokens(text)
    }
}
