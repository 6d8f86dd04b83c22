//! PPTX: slides in their order, one page each, with the speaker's notes below (ECMA-376, part 1, 19 to 21).

use crate::details::{Details, Genre};
use crate::document::{Extracted, Kind};
use crate::error::IntakeError;
use crate::flow::{Flow, Shape};
use crate::limits::TextBudget;
use crate::package::Package;
use crate::xml::{Xml, characters};
use crate::{text, title};
use quick_xml::events::Event;

/// Reads a presentation.
///
/// # Errors
/// `corrupt`, `empty`, or `too_large`.
pub(crate) fn read(bytes: Vec<u8>) -> Result<Extracted, IntakeError> {
    let mut package = Package::open(bytes)?;
    let main = package.main_part("ppt/presentation.xml")?;
    let links = package.links(&main)?;
    let mut budget = TextBudget::default();
    let mut flow = Flow::default();
    let mut first = None;
    for id in slides(&package.text(&main)?.unwrap_or_default())? {
        let Some(slide) = links
            .iter()
            .find(|link| link.id == id)
            .map(|link| link.target.clone())
        else {
            continue;
        };
        if !flow.is_empty() {
            flow.push_break();
        }
        let (content, title) = walk(&package.text(&slide)?.unwrap_or_default(), &mut budget)?;
        first = first.or(title);
        flow.append(content);
        let notes = package
            .links(&slide)?
            .into_iter()
            .find(|link| link.kind == "notesSlide");
        if let Some(notes) = notes {
            let (notes, _) = walk(&package.text(&notes.target)?.unwrap_or_default(), &mut budget)?;
            if !notes.is_empty() {
                flow.push(Shape::Paragraph, "Notes:".into());
                flow.append(notes);
            }
        }
    }
    // Damaged properties are no reason to refuse a text.
    let properties = package.properties().unwrap_or_default();
    let declared = properties.title.as_deref().and_then(title::declared);
    let named = declared.or_else(|| first.as_deref().and_then(title::declared));
    let mut read = text::document(Kind::Pptx, &flow.into_marked_text(), named)?;
    read.details = Details {
        genre: Some(Genre::Presentation),
        ..properties.into_details()
    };
    if !package.is_whole() {
        read.cut_off();
    }
    Ok(read)
}

/// The identifiers of the links to slides, in the order they are shown.
fn slides(presentation: &str) -> Result<Vec<String>, IntakeError> {
    let mut xml = Xml::new(presentation);
    let mut ids = Vec::new();
    while let Some(event) = xml.next()? {
        if let Event::Start(tag) = event
            && tag.local_name().as_ref() == "sldId"
        {
            // The slide's own number is called `id` too, without a prefix.
            ids.extend(xml.prefixed_attribute(&tag, "id"));
        }
    }
    Ok(ids)
}

/// The text of a slide as blocks, and its title.
fn walk(slide: &str, budget: &mut TextBudget) -> Result<(Flow, Option<String>), IntakeError> {
    let mut xml = Xml::new(slide);
    let mut flow = Flow::default();
    let mut cell: Option<Flow> = None;
    let mut row = Vec::new();
    let mut line = String::new();
    let (mut in_text, mut left_out, mut is_title) = (false, false, false);
    let mut heading: Option<String> = None;
    while let Some(event) = xml.next()? {
        match event {
            Event::Start(tag) => match tag.local_name().as_ref() {
                "sp" => (left_out, is_title) = (false, false),
                "ph" => match xml.attribute(&tag, "type").as_deref() {
                    Some("title" | "ctrTitle") => is_title = true,
                    // Running lines, and the number a slide bears.
                    Some("sldNum" | "ftr" | "hdr" | "dt") => left_out = true,
                    _ => {}
                },
                "tc" => cell = Some(Flow::default()),
                "t" => in_text = true,
                "br" => line.push('\n'),
                _ => {}
            },
            Event::End(tag) => match tag.local_name().as_ref() {
                "t" => in_text = false,
                "p" => {
                    let text = std::mem::take(&mut line);
                    if is_title && !left_out && !text.trim().is_empty() {
                        heading.get_or_insert_with(|| text.trim().to_owned());
                    }
                    if !left_out {
                        let shape = if is_title {
                            Shape::Heading(1)
                        } else {
                            Shape::Paragraph
                        };
                        cell.as_mut().unwrap_or(&mut flow).push(shape, text);
                    }
                }
                "tc" => row.extend(cell.take()),
                "tr" => flow.push_row(std::mem::take(&mut row)),
                _ => {}
            },
            other if in_text => {
                let text = characters(&other);
                budget.spend(text.len())?;
                line.push_str(&text);
            }
            _ => {}
        }
    }
    Ok((flow, heading))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures;

    #[test]
    fn slides_come_in_their_order_with_notes_and_tables() {
        let one = "<p:sp><p:nvPr><p:ph type=\"title\"/></p:nvPr><a:p><a:r><a:t>The case</a:t></a:r></a:p></p:sp><p:sp><p:nvPr><p:ph type=\"sldNum\"/></p:nvPr><a:p><a:r><a:t>2</a:t></a:r></a:p></p:sp>";
        let two = "<a:tbl><a:tr><a:tc><a:p><a:r><a:t>Drug</a:t></a:r></a:p></a:tc><a:tc><a:p><a:r><a:t>Dose</a:t></a:r></a:p></a:tc></a:tr></a:tbl>";
        let read = read(fixtures::pptx(&[(two, "Say it slowly."), (one, "")])).unwrap();
        let texts: Vec<&str> = read.pages.iter().map(|page| page.text.as_str()).collect();
        assert_eq!(texts, ["Drug | Dose\n\nNotes:\n\nSay it slowly.", "The case"]);
        assert_eq!(read.title.as_deref(), Some("The case"));
    }
}
