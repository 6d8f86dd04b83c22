//! The sentences of the sources, found by their words.

use std::collections::{HashMap, HashSet};
use std::sync::OnceLock;

use cabinet_text::{Kind, Offsets, Span};

use crate::document::{Citation, SourceDocument};
use crate::facts::lexer;
use crate::reading::{self, Gender, Reading, Role, Word};

/// Everything a claim may rest on, ready to be searched.
///
/// Sentences are read closely only when a claim comes near them, so a book costs little to open.
#[derive(Debug)]
pub struct Sources {
    documents: Vec<(String, String)>,
    pub(crate) sentences: Vec<Entry>,
    /// Sentences by the stems and numbers in them.
    index: HashMap<String, Vec<u32>>,
    persons: OnceLock<Persons>,
    /// For each document the one name it puts over itself.
    pub(super) subjects: OnceLock<Vec<Option<Vec<String>>>>,
}

/// One sentence of a source.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) document: usize,
    pub(crate) page: u32,
    pub(crate) span: Span,
    pub(crate) text: String,
    pub(crate) kind: Kind,
    /// Heading it stands under, on the same page.
    pub(crate) heading: Option<usize>,
    /// Sentence that leads in to the list it is an item of.
    pub(crate) lead_in: Option<usize>,
    /// The sentence before it in the same paragraph.
    pub(crate) before: Option<usize>,
    reading: OnceLock<Reading>,
}

/// Who is spoken of: what decides whether "the patient" is Mrs Okafor, and whether she is a she.
#[derive(Debug, Default)]
pub(crate) struct Persons {
    /// Names that a label such as "Patient:" gives to the person the document is about.
    pub(crate) subject: HashSet<String>,
    /// Titles seen before each name.
    pub(crate) titles: HashMap<String, HashSet<String>>,
    /// Genders that pronouns and titles show.
    pub(crate) female: bool,
    /// See `female`.
    pub(crate) male: bool,
}

impl Entry {
    pub(crate) fn reading(&self) -> &Reading {
        self.reading.get_or_init(|| Reading::new(&self.text))
    }
}

impl Sources {
    /// Splits documents into sentences and indexes them.
    #[must_use]
    pub fn new(documents: &[SourceDocument]) -> Self {
        let mut sources = Self {
            documents: documents
                .iter()
                .map(|document| (document.id.clone(), document.title.clone()))
                .collect(),
            sentences: Vec::new(),
            index: HashMap::new(),
            persons: OnceLock::new(),
            subjects: OnceLock::new(),
        };
        for (document, source) in documents.iter().enumerate() {
            for page in &source.pages {
                sources.add_page(document, page.number, &page.text);
            }
        }
        sources
    }

    fn add_page(&mut self, document: usize, page: u32, text: &str) {
        let offsets = Offsets::new(text);
        let mut heading = None;
        let mut lead_in = None;
        for sentence in cabinet_text::outline(text) {
            let at = self.sentences.len();
            let words = offsets.slice(sentence.span);
            let before = (!sentence.opens_block && at > 0).then(|| at - 1);
            match sentence.kind {
                Kind::Item => {}
                Kind::Heading | Kind::Prose => lead_in = None,
            }
            self.sentences.push(Entry {
                document,
                page,
                span: sentence.span,
                text: words.to_owned(),
                kind: sentence.kind,
                heading: heading.filter(|_| sentence.kind != Kind::Heading),
                lead_in: lead_in.filter(|_| sentence.kind == Kind::Item),
                before,
                reading: OnceLock::new(),
            });
            if words.ends_with(':') {
                lead_in = Some(at);
            }
            if sentence.kind == Kind::Heading {
                heading = Some(at);
            }
            let number = u32::try_from(at).expect("fewer than four thousand million sentences");
            for key in search_keys(words) {
                self.index.entry(key).or_default().push(number);
            }
        }
    }

    /// True where the word or number stands anywhere in the sources.
    pub(crate) fn knows(&self, key: &str) -> bool {
        self.index.contains_key(key)
    }

    /// The sentences that hold this stem or number.
    pub(crate) fn holding(&self, key: &str) -> impl Iterator<Item = usize> {
        self.index.get(key).into_iter().flatten().map(|&at| at as usize)
    }

    /// How telling a word is: the rarer, the more.
    pub(crate) fn weight(&self, key: &str) -> f32 {
        let all = self.sentences.len().max(1) as f32;
        let with = self.index.get(key).map_or(0, Vec::len) as f32;
        ((all + 1.0) / (with + 0.5)).ln().max(0.3)
    }

    /// The sentences that share most with a text, best first.
    pub(crate) fn candidates(&self, text: &str, most: usize) -> Vec<usize> {
        let mut scores: HashMap<u32, f32> = HashMap::new();
        for key in search_keys(text) {
            let weight = self.weight(&key);
            for &sentence in self.index.get(&key).into_iter().flatten() {
                *scores.entry(sentence).or_default() += weight;
                // A heading lends its words to what stands below it.
                if self.sentences[sentence as usize].kind == Kind::Heading {
                    for below in sentence as usize + 1..self.sentences.len().min(sentence as usize + 12) {
                        if self.sentences[below].heading == Some(sentence as usize) {
                            *scores.entry(below as u32).or_default() += weight * 0.5;
                        }
                    }
                }
            }
        }
        let mut found: Vec<(u32, f32)> = scores.into_iter().collect();
        let length = |at: u32| self.sentences[at as usize].text.len() as f32;
        // Of two sentences with the same words in common the shorter one says it more plainly.
        let score = |(at, score): &(u32, f32)| score / (1.0 + length(*at) / 2000.0);
        found.sort_by(|a, b| score(b).total_cmp(&score(a)).then(a.0.cmp(&b.0)));
        found.into_iter().take(most).map(|(at, _)| at as usize).collect()
    }

    pub(crate) fn persons(&self) -> &Persons {
        self.persons.get_or_init(|| Persons::of(&self.sentences))
    }

    pub(crate) fn document_count(&self) -> usize {
        self.documents.len()
    }

    /// Points to a sentence.
    pub(crate) fn citation(&self, at: usize) -> Citation {
        let entry = &self.sentences[at];
        let (document_id, title) = self.documents[entry.document].clone();
        let place = |offset: usize| u32::try_from(offset).unwrap_or(u32::MAX);
        Citation {
            document_id,
            title,
            page: entry.page,
            start: place(entry.span.start),
            end: place(entry.span.end),
            quote: entry.text.clone(),
        }
    }
}

/// Stems of the words and forms of the numbers in a text, each once, grammar left out.
fn search_keys(text: &str) -> HashSet<String> {
    let lexemes = lexer::lex(text);
    let mut keys = HashSet::new();
    for (at, lexeme) in lexemes.iter().enumerate() {
        if lexeme.is_number() {
            keys.insert(lexeme.form.clone());
        } else if lexeme.is_word() && !cabinet_text::is_stop_word(&lexeme.form) {
            keys.insert(reading::key(&lexeme.form));
        }
        if let Some(phrase) = reading::phrase_key(&lexemes[at..lexemes.len().min(at + 4)]) {
            keys.insert(phrase.to_owned());
        }
    }
    keys
}

impl Persons {
    fn of(sentences: &[Entry]) -> Self {
        let mut persons = Self::default();
        for entry in sentences {
            let lexemes = lexer::lex(&entry.text);
            for (at, lexeme) in lexemes.iter().enumerate() {
                match reading::role_of(&lexeme.form) {
                    Role::Pronoun(Gender::Female) => persons.female = true,
                    Role::Pronoun(Gender::Male) => persons.male = true,
                    Role::Title => {
                        persons.female |= matches!(lexeme.form.as_str(), "mrs" | "ms" | "miss");
                        persons.male |= lexeme.form == "mr";
                        let names = lexemes[at + 1..].iter().skip_while(|next| next.is_mark('.'));
                        for name in
                            names.take_while(|next| next.capital && next.is_word() || next.is_mark('.'))
                        {
                            if name.form.len() > 1 {
                                persons
                                    .titles
                                    .entry(name.form.clone())
                                    .or_default()
                                    .insert(title(&lexeme.form).to_owned());
                            }
                        }
                    }
                    _ => {}
                }
            }
            persons.note_label(&lexemes);
        }
        persons
    }

    fn note_label(&mut self, lexemes: &[lexer::Lexeme]) {
        for name in labelled(lexemes) {
            if name.form.len() > 1 {
                self.subject.insert(name.form.clone());
            }
        }
    }

    /// True where the word is a name of the person the document is about.
    pub(crate) fn is_subject(&self, word: &Word) -> bool {
        self.subject.contains(&word.form)
    }
}

/// The name, without its titles, that a label gives to the person a document is about, and what stands with it: "Patient:
/// Maria Okafor", "Re: Mrs M. Okafor, MRN". Empty where the sentence is no such label.
pub(crate) fn labelled(lexemes: &[lexer::Lexeme]) -> Vec<&lexer::Lexeme> {
    let Some(colon) = lexemes.iter().take(4).position(|lexeme| lexeme.is_mark(':')) else {
        return Vec::new();
    };
    let labels = lexemes[..colon]
        .iter()
        .any(|label| matches!(label.form.as_str(), "patient" | "name" | "re" | "client"));
    let names = lexemes[colon + 1..]
        .iter()
        .take_while(|next| next.capital && next.is_word() || next.is_mark('.') || next.is_mark(','));
    names
        .filter(|name| labels && reading::role_of(&name.form) != Role::Title)
        .collect()
}

/// A title in one form.
pub(crate) fn title(form: &str) -> &str {
    match form {
        "professor" => "prof",
        "miss" => "ms",
        form => form,
    }
}
