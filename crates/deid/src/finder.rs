//! The layers put together.

use std::sync::Arc;

use crate::classifier::{self, Weights, tokens};
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
    pub fn find(&self, text: &str, names: &NameList) -> Vec<Finding> {
        let mut findings = patterns::find(text);
        let tokens = tokens::tokens(text);
        let whole = Names::new(text, &tokens);
        let mut classified = whole.lines(classifier::find(
            &self.weights,
            self.taken,
            text,
            &tokens,
            &findings,
        ));
        classified.extend(gazetteer::find(&tokens));
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
