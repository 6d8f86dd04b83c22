//! A note's words alone.

use super::tree::{Block, Inline, Note};

pub(super) fn write(note: &Note) -> String {
    let mut lines = Vec::new();
    blocks(&note.blocks, &mut lines);
    lines.join("\n")
}

fn blocks(blocks_in: &[Block], lines: &mut Vec<String>) {
    for block in blocks_in {
        match block {
            Block::Paragraph(content) | Block::Heading { content, .. } => lines.push(words(content)),
            Block::List { items, .. } => items.iter().for_each(|item| blocks(item, lines)),
            Block::Quote(inside) => blocks(inside, lines),
            Block::Cited { text, .. } | Block::Code(text) => lines.push(text.clone()),
            Block::Rule => {}
        }
    }
}

/// The words of a line.
pub(super) fn words(content: &[Inline]) -> String {
    content
        .iter()
        .map(|piece| match piece {
            Inline::Text { text, .. } => text.as_str(),
            Inline::Break => "\n",
            Inline::Source { .. } => "",
        })
        .collect()
}
