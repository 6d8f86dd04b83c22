//! Reads the editor's JSON.

use serde_json::Value;

use super::ExportError;
use super::tree::{Block, Inline, Note, Style};
use crate::document::{Citation, Verdict};

/// Nesting deeper than this is not what an editor makes; what is inside is flattened to its text.
const DEEPEST: usize = 40;

/// Reads a note from its title and the editor's document.
///
/// # Errors
/// The body is no JSON object of type "doc".
pub fn parse(title: &str, body: &str) -> Result<Note, ExportError> {
    let document: Value = serde_json::from_str(body).map_err(|_| ExportError::Unreadable)?;
    if kind(&document) != "doc" {
        return Err(ExportError::Unreadable);
    }
    Ok(Note {
        title: title.trim().to_owned(),
        blocks: blocks(&document, 0),
    })
}

fn kind(node: &Value) -> &str {
    node["type"].as_str().unwrap_or_default()
}

fn children(node: &Value) -> &[Value] {
    node["content"].as_array().map_or(&[], Vec::as_slice)
}

fn blocks(node: &Value, depth: usize) -> Vec<Block> {
    if depth > DEEPEST {
        let text = all_text(node);
        return if text.is_empty() {
            Vec::new()
        } else {
            vec![plain_paragraph(text)]
        };
    }
    let mut found = Vec::new();
    let mut loose: Vec<&Value> = Vec::new();
    for child in children(node) {
        if is_inline(child) {
            loose.push(child);
            continue;
        }
        flush(&mut loose, &mut found);
        block(child, depth + 1, &mut found);
    }
    flush(&mut loose, &mut found);
    found
}

/// Text that stands where blocks belong.
fn flush(loose: &mut Vec<&Value>, found: &mut Vec<Block>) {
    if !loose.is_empty() {
        let content = inlines(loose.drain(..));
        found.push(Block::Paragraph(content));
    }
}

fn plain_paragraph(text: String) -> Block {
    Block::Paragraph(vec![Inline::Text {
        text,
        style: Style::default(),
    }])
}

fn is_inline(node: &Value) -> bool {
    match kind(node) {
        "text" | "hardBreak" => true,
        "paragraph" | "heading" | "bulletList" | "orderedList" | "listItem" | "blockquote" | "codeBlock"
        | "horizontalRule" | "citedQuote" => false,
        // What is not known stands in a line if it is inside one; by itself it is a block.
        _ => false,
    }
}

fn block(node: &Value, depth: usize, found: &mut Vec<Block>) {
    match kind(node) {
        "paragraph" => found.push(Block::Paragraph(inlines(children(node).iter()))),
        "heading" => {
            let level = node["attrs"]["level"]
                .as_u64()
                .and_then(|level| u8::try_from(level).ok())
                .unwrap_or(1);
            found.push(Block::Heading {
                level: level.clamp(1, 6),
                content: inlines(children(node).iter()),
            });
        }
        "bulletList" => found.push(Block::List {
            start: None,
            items: items(node, depth),
        }),
        "orderedList" => {
            let start = node["attrs"]["start"]
                .as_u64()
                .and_then(|start| u32::try_from(start).ok())
                .unwrap_or(1);
            found.push(Block::List {
                start: Some(start),
                items: items(node, depth),
            });
        }
        "blockquote" => found.push(Block::Quote(blocks(node, depth))),
        "codeBlock" => found.push(Block::Code(all_text(node))),
        "horizontalRule" => found.push(Block::Rule),
        "citedQuote" => {
            let text = all_text(node);
            let citation = quote_citation(&node["attrs"], &text);
            found.push(Block::Cited { text, citation });
        }
        _ => {
            let inside = blocks(node, depth);
            if inside.is_empty() {
                let label = label(node);
                if !label.is_empty() {
                    found.push(plain_paragraph(label));
                }
            } else {
                found.extend(inside);
            }
        }
    }
}

fn items(list: &Value, depth: usize) -> Vec<Vec<Block>> {
    children(list)
        .iter()
        .map(|item| {
            if kind(item) == "listItem" || kind(item) == "taskItem" {
                blocks(item, depth + 1)
            } else {
                let mut inside = Vec::new();
                block(item, depth + 1, &mut inside);
                inside
            }
        })
        .collect()
}

fn quote_citation(attributes: &Value, text: &str) -> Citation {
    let number = |name: &str| {
        attributes[name]
            .as_u64()
            .and_then(|value| u32::try_from(value).ok())
            .unwrap_or(0)
    };
    let words = |name: &str| attributes[name].as_str().unwrap_or_default().to_owned();
    Citation {
        document_id: words("documentId"),
        title: words("title"),
        page: number("page").max(1),
        start: number("start"),
        end: number("end"),
        quote: text.to_owned(),
    }
}

/// The pieces of a line; after the last word under one claim mark comes what it rests on.
fn inlines<'a>(nodes: impl Iterator<Item = &'a Value>) -> Vec<Inline> {
    let mut found = Vec::new();
    let mut open: Option<&Value> = None;
    for node in nodes {
        let claim = mark(node, "claim").map(|mark| &mark["attrs"]);
        if open.is_some() && open != claim {
            close(&mut open, &mut found);
        }
        open = claim;
        match kind(node) {
            "hardBreak" => found.push(Inline::Break),
            "text" => push_text(&mut found, node["text"].as_str().unwrap_or_default(), style(node)),
            _ => {
                let text = all_text(node);
                let text = if text.is_empty() { label(node) } else { text };
                push_text(&mut found, &text, style(node));
            }
        }
    }
    close(&mut open, &mut found);
    found
}

fn push_text(found: &mut Vec<Inline>, text: &str, style: Style) {
    if text.is_empty() {
        return;
    }
    // A new line inside a text node is a break like any other.
    for (at, line) in text.split('\n').enumerate() {
        if at > 0 {
            found.push(Inline::Break);
        }
        match found.last_mut() {
            Some(Inline::Text { text, style: before }) if *before == style => text.push_str(line),
            _ if line.is_empty() => {}
            _ => found.push(Inline::Text {
                text: line.to_owned(),
                style,
            }),
        }
    }
}

fn close(open: &mut Option<&Value>, found: &mut Vec<Inline>) {
    let Some(claim) = open.take() else { return };
    let verdict = match claim["verdict"].as_str() {
        Some("supported") => Verdict::Supported,
        Some("partly") => Verdict::Partly,
        _ => Verdict::Unsupported,
    };
    let citations = claim["citations"]
        .as_array()
        .map_or(&[][..], Vec::as_slice)
        .iter()
        .filter_map(|citation| serde_json::from_value(citation.clone()).ok())
        .collect();
    let words = |name: &str| claim[name].as_str().map(str::to_owned);
    found.push(Inline::Source {
        verdict,
        reason: words("reason"),
        citations,
        origin: words("origin"),
    });
}

fn mark<'a>(node: &'a Value, name: &str) -> Option<&'a Value> {
    node["marks"].as_array()?.iter().find(|mark| kind(mark) == name)
}

fn style(node: &Value) -> Style {
    let has = |name: &str| mark(node, name).is_some();
    Style {
        bold: has("bold"),
        italic: has("italic"),
        strike: has("strike"),
        code: has("code"),
        underline: has("underline"),
    }
}

/// All words inside a node; a walk with its own stack, because a damaged note may be nested without end.
fn all_text(node: &Value) -> String {
    let mut text = String::new();
    let mut stack = vec![node];
    while let Some(node) = stack.pop() {
        match kind(node) {
            "text" => text.push_str(node["text"].as_str().unwrap_or_default()),
            "hardBreak" => text.push('\n'),
            _ => stack.extend(children(node).iter().rev()),
        }
    }
    text
}

/// What a node without content is called: the words that stand for a picture, a mention.
fn label(node: &Value) -> String {
    ["alt", "label", "text", "title"]
        .iter()
        .find_map(|name| node["attrs"][*name].as_str())
        .unwrap_or_default()
        .to_owned()
}
