//! The layers put together.

use std::sync::Arc;

use crate::classifier::tokens::{self, Token};
use crate::classifier::writing::{self, Sort};
use crate::classifier::{self, Weights};
use crate::finding::merged;
use crate::whole::Names;
use crate::{Finding, Kind, Layer, NameList, aliases, gazetteer, patterns};

/// Finds what points at a person. Cheap to make and to share.
#[derive(Clone)]
pub struct Finder {
    weights: Arc<Weights>,
    taken: Option<f32>,
}

impl Default for Finder {
    fn default() -> Self {
        Self::new()
    }
}

/// From this confidence on a text's capitals add what its words alone do not tell.
const BY_CAPITALS: f32 = 0.95;
/// What is found once beyond this is looked for in the rest of the text ...
const TELLS: f32 = 0.6;
/// ... and found there with this confidence.
const AGAIN: f32 = 0.6;

impl Finder {
    /// A finder with the weights and lists that are part of the program.
    pub fn new() -> Self {
        Self {
            weights: classifier::shipped(),
            taken: None,
        }
    }

    /// A finder with other weights, those that [`crate::training::train`] makes, and another likelihood from which on
    /// it takes a word; none where the bytes are not such.
    pub fn with_weights(bytes: &[u8], taken: Option<f32>) -> Option<Self> {
        Some(Self {
            weights: Arc::new(Weights::read(bytes)?),
            taken,
        })
    }

    /// Everything in `text` that points at a person, sorted and without overlap. `names` are the folder's own.
    ///
    /// Every text is read without its capitals, so that a copy in another case fares the same. Where it has both cases it
    /// is read with them too, for what they make sure of; not in a judgment, where they add courts and hardly a name.
    pub fn find(&self, text: &str, names: &NameList) -> Vec<Finding> {
        let by_form = patterns::find(text);
        let tokens = tokens::tokens(text);
        let mut found = self.read(text, &tokens::without_capitals(&tokens), &by_form, names);
        if writing::has_both_cases(&tokens) && writing::sort(&tokens) != Sort::Legal {
            let mut more = self.read(text, &tokens, &by_form, names);
            // What lies within a finding only makes that one surer.
            more.retain(|finding| finding.confidence >= BY_CAPITALS || lies_within(finding, &found));
            found.extend(more);
            found = merged(found);
        }
        found
    }

    /// What is found in a text with these tokens, which have its capitals or not.
    fn read(&self, text: &str, tokens: &[Token], by_form: &[Finding], names: &NameList) -> Vec<Finding> {
        let mut findings = by_form.to_vec();
        let whole = Names::new(text, tokens);
        let mut classified = whole.lines(classifier::find(
            &self.weights,
            self.taken,
            text,
            tokens,
            &findings,
        ));
        classified.extend(gazetteer::find(tokens));
        findings.extend(names.find(text));
        findings.extend(classified);
        findings.extend(whole.find(&findings));
        let mut found = whole.grown(merged(findings));
        found.extend(aliases::find(text, &found));
        let mut found = merged(found);
        let again = elsewhere(text, &found);
        found.extend(whole.towns(&found));
        found.extend(whole.again(&found, TELLS, AGAIN));
        found.extend(again);
        let mut found = whole.grown(merged(found));
        for finding in &mut found {
            leave_title(text, finding);
        }
        found
    }
}

/// Whether a finding adds no character to sorted ones.
fn lies_within(finding: &Finding, found: &[Finding]) -> bool {
    let at = found.partition_point(|known| known.range.end < finding.range.end);
    found
        .get(at)
        .is_some_and(|known| known.range.start <= finding.range.start)
}

/// Leaves "Mr", "Mrs" and "Ms" before a name: they tell little, and grammar needs them.
fn leave_title(text: &str, finding: &mut Finding) {
    let named = &text[finding.range.clone()];
    if finding.kind != Kind::Person {
        return;
    }
    let Some((title, name)) = named.split_once(|c: char| c.is_whitespace() || c == '.') else {
        return;
    };
    let name = name.trim_start_matches(|c: char| !c.is_alphanumeric());
    if !name.is_empty() && ["mr", "mrs", "ms"].contains(&title.to_lowercase().as_str()) {
        finding.range.start = finding.range.end - name.len();
    }
}

/// Where else in the text the people and bodies stand that were found in it.
fn elsewhere(text: &str, found: &[Finding]) -> Vec<Finding> {
    let mut names = NameList::default();
    for finding in found {
        if finding.confidence >= TELLS
            && matches!(finding.kind, Kind::Person | Kind::Organisation | Kind::Place)
        {
            names.add(&text[finding.range.clone()], finding.kind);
        }
    }
    let mut again = names.find(text);
    for finding in &mut again {
        finding.layer = Layer::Classifier;
        finding.confidence = AGAIN;
    }
    again
}
