//! A draft as the editor's document.

use serde_json::{Value, json};

use super::Draft;
use crate::document::Claim;
use crate::export::{self, Note};

impl Draft {
    /// The draft as the editor keeps it: headings, and one list of sentences under each. A quoted sentence and one that
    /// the model wrote both carry the claim mark with verdict, reason and citations.
    #[must_use]
    pub fn body(&self) -> String {
        let mut content: Vec<Value> = Vec::new();
        let mut section: Option<&str> = None;
        let mut items: Vec<Value> = Vec::new();
        for claim in &self.grounded.claims {
            if claim.section.as_deref() != section {
                close(&mut items, &mut content);
                section = claim.section.as_deref();
                if let Some(name) = section {
                    content.push(heading(name));
                }
            }
            items.push(json!({ "type": "listItem", "content": [{ "type": "paragraph", "content": [sentence(claim)] }] }));
        }
        close(&mut items, &mut content);
        if !self.sources.is_empty() {
            content.push(heading("Sources"));
            let mut items = self.sources.iter().map(|source| {
                json!({ "type": "listItem", "content": [{ "type": "paragraph", "content": [{ "type": "text", "text": source }] }] })
            }).collect();
            close(&mut items, &mut content);
        }
        json!({ "type": "doc", "content": content }).to_string()
    }

    /// The draft as something to export.
    #[must_use]
    pub fn note(&self) -> Note {
        export::parse(&self.title, &self.body()).expect("a draft is a document of the editor")
    }
}

fn close(items: &mut Vec<Value>, content: &mut Vec<Value>) {
    if !items.is_empty() {
        content.push(json!({ "type": "bulletList", "content": std::mem::take(items) }));
    }
}

fn heading(name: &str) -> Value {
    json!({ "type": "heading", "attrs": { "level": 2 }, "content": [{ "type": "text", "text": name }] })
}

fn sentence(claim: &Claim) -> Value {
    let mark = json!({
        "type": "claim",
        "attrs": { "verdict": claim.verdict, "reason": claim.reason, "citations": claim.citations },
    });
    json!({ "type": "text", "text": claim.text, "marks": [mark] })
}
