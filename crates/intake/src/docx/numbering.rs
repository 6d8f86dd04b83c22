//! The numbers and bullets in front of paragraphs, which the document only describes.
//!
//! In contracts and pleadings these numbers are what people cite, so they are counted as Word does:
//! per list definition, over the whole document, with higher levels starting the lower ones anew.

use super::styles::{Numbered, Styles};
use crate::error::IntakeError;
use crate::flow::Counting;
use crate::xml::Xml;
use quick_xml::events::Event;
use std::collections::{HashMap, HashSet};

/// Word has nine levels.
const LEVELS: usize = 9;

#[derive(Clone, Debug)]
struct Level {
    start: u32,
    counting: Counting,
    pattern: String,
    style: Option<String>,
}

impl Default for Level {
    fn default() -> Self {
        Self {
            start: 1,
            counting: Counting::Decimal,
            pattern: String::new(),
            style: None,
        }
    }
}

#[derive(Default)]
struct List {
    definition: String,
    /// Where this list starts anew, by level.
    starts: HashMap<usize, u32>,
}

/// The list definitions of a document, and how far each has counted.
#[derive(Default)]
pub(super) struct Numbering {
    definitions: HashMap<String, Vec<Level>>,
    lists: HashMap<String, List>,
    counts: HashMap<String, [Option<u32>; LEVELS]>,
    started: HashSet<String>,
}

impl Numbering {
    /// Reads the numbering part.
    ///
    /// # Errors
    /// `corrupt`.
    pub(super) fn read(text: &str) -> Result<Self, IntakeError> {
        let mut numbering = Self::default();
        let (mut definition, mut list, mut level) = (None::<String>, None::<String>, 0_usize);
        let mut overrides = false;
        let mut xml = Xml::new(text);
        while let Some(event) = xml.next()? {
            match event {
                Event::Start(tag) => {
                    let value = || xml.attribute(&tag, "val");
                    let at_level = || {
                        xml.attribute(&tag, "ilvl")
                            .and_then(|level| level.parse().ok())
                            .unwrap_or(0)
                    };
                    match tag.local_name().as_ref() {
                        "abstractNum" => {
                            definition = xml.attribute(&tag, "abstractNumId");
                            if let Some(id) = &definition {
                                numbering
                                    .definitions
                                    .insert(id.clone(), vec![Level::default(); LEVELS]);
                            }
                        }
                        "num" => {
                            list = xml.attribute(&tag, "numId");
                            if let Some(id) = &list {
                                numbering.lists.insert(id.clone(), List::default());
                            }
                        }
                        "abstractNumId" => {
                            if let Some(list) = list.as_ref().and_then(|id| numbering.lists.get_mut(id)) {
                                list.definition = value().unwrap_or_default();
                            }
                        }
                        "lvlOverride" => (overrides, level) = (true, at_level()),
                        "startOverride" => {
                            if let Some(list) = list.as_ref().and_then(|id| numbering.lists.get_mut(id)) {
                                list.starts
                                    .insert(level, value().and_then(|start| start.parse().ok()).unwrap_or(1));
                            }
                        }
                        "lvl" => level = at_level(),
                        name if !overrides => {
                            let levels = definition
                                .as_ref()
                                .and_then(|id| numbering.definitions.get_mut(id));
                            if let Some(level) = levels.and_then(|levels| levels.get_mut(level)) {
                                level.describe(name, value().unwrap_or_default());
                            }
                        }
                        _ => {}
                    }
                }
                Event::End(tag) => match tag.local_name().as_ref() {
                    "abstractNum" => definition = None,
                    "num" => list = None,
                    "lvlOverride" => overrides = false,
                    _ => {}
                },
                _ => {}
            }
        }
        Ok(numbering)
    }

    /// Counts a paragraph and gives what stands in front of it.
    pub(super) fn label(&mut self, own: &Numbered, style: Option<&str>, styles: &Styles) -> Option<String> {
        let styled = style.and_then(|id| styles.numbered(id));
        let list_id = own
            .list
            .clone()
            .or_else(|| styled.as_ref().and_then(|(_, numbered)| numbered.list.clone()))?;
        let list = self.lists.get(&list_id)?;
        let levels = self.definitions.get(&list.definition)?;
        let level = own
            .level
            .or_else(|| styled.as_ref().and_then(|(_, numbered)| numbered.level))
            .or_else(|| {
                let (id, _) = styled.as_ref()?;
                levels
                    .iter()
                    .position(|level| level.style.as_deref() == Some(*id))
            })
            .unwrap_or(0)
            .min(LEVELS - 1);
        let counts = self.counts.entry(list.definition.clone()).or_default();
        if self.started.insert(list_id) {
            for (level, start) in &list.starts {
                if let Some(count) = counts.get_mut(*level) {
                    *count = start.checked_sub(1);
                }
            }
        }
        for (above, count) in counts.iter_mut().enumerate().take(level) {
            count.get_or_insert(levels[above].start);
        }
        counts[level] = Some(counts[level].map_or(levels[level].start, |count| count.saturating_add(1)));
        counts[level + 1..].fill(None);
        let label = levels[level].label(levels, counts);
        (!label.trim().is_empty()).then_some(label)
    }
}

impl Level {
    fn describe(&mut self, name: &str, value: String) {
        match name {
            "start" => self.start = value.parse().unwrap_or(1),
            "numFmt" => self.counting = counting(&value),
            "lvlText" => self.pattern = value,
            "pStyle" => self.style = Some(value),
            _ => {}
        }
    }

    fn label(&self, levels: &[Level], counts: &[Option<u32>; LEVELS]) -> String {
        if self.counting == Counting::Bullet {
            // The sign itself is often from a symbol font and says nothing elsewhere.
            return if self.pattern.is_empty() {
                String::new()
            } else {
                "•".into()
            };
        }
        let mut label = String::new();
        let mut pattern = self.pattern.chars();
        while let Some(c) = pattern.next() {
            let digit = if c == '%' {
                pattern.clone().next().and_then(|c| c.to_digit(10))
            } else {
                None
            };
            match digit.and_then(|digit| usize::try_from(digit).ok()?.checked_sub(1)) {
                Some(level) if level < LEVELS => {
                    pattern.next();
                    label.push_str(
                        &levels[level]
                            .counting
                            .write(counts[level].unwrap_or(levels[level].start)),
                    );
                }
                _ => label.push(c),
            }
        }
        label
    }
}

fn counting(format: &str) -> Counting {
    match format {
        "bullet" => Counting::Bullet,
        "none" => Counting::None,
        "lowerLetter" => Counting::LowerLetter,
        "upperLetter" => Counting::UpperLetter,
        "lowerRoman" => Counting::LowerRoman,
        "upperRoman" => Counting::UpperRoman,
        "decimalZero" => Counting::DecimalZero,
        _ => Counting::Decimal,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CLAUSES: &str = r#"<numbering>
        <abstractNum abstractNumId="7">
          <lvl ilvl="0"><start val="1"/><numFmt val="decimal"/><lvlText val="%1."/><pStyle val="Clause"/></lvl>
          <lvl ilvl="1"><start val="1"/><numFmt val="decimal"/><lvlText val="%1.%2"/></lvl>
          <lvl ilvl="2"><start val="1"/><numFmt val="lowerLetter"/><lvlText val="(%3)"/></lvl>
        </abstractNum>
        <abstractNum abstractNumId="8"><lvl ilvl="0"><numFmt val="bullet"/><lvlText val="&#xF0B7;"/></lvl></abstractNum>
        <num numId="1"><abstractNumId val="7"/></num>
        <num numId="2"><abstractNumId val="8"/></num>
        <num numId="3"><abstractNumId val="7"/><lvlOverride ilvl="0"><startOverride val="1"/></lvlOverride></num>
      </numbering>"#;

    fn at(list: &str, level: usize) -> Numbered {
        Numbered {
            list: Some(list.into()),
            level: Some(level),
        }
    }

    #[test]
    fn clauses_are_counted_as_word_counts() {
        let mut numbering = Numbering::read(CLAUSES).unwrap();
        let styles = Styles::default();
        let mut label = |list: &str, level| {
            numbering
                .label(&at(list, level), None, &styles)
                .unwrap_or_default()
        };
        let labels = [
            label("1", 0),
            label("1", 1),
            label("1", 2),
            label("1", 2),
            label("1", 1),
            label("1", 0),
            label("1", 2),
        ];
        assert_eq!(labels, ["1.", "1.1", "(a)", "(b)", "1.2", "2.", "(a)"]);
        assert_eq!(label("2", 0), "•");
        assert_eq!(
            [label("3", 0), label("3", 0)],
            ["1.", "2."],
            "a list of its own starts anew"
        );
        assert_eq!(label("0", 0), "", "list 0 means no list");
    }

    #[test]
    fn a_style_can_ask_for_a_number() {
        let mut numbering = Numbering::read(CLAUSES).unwrap();
        let styles = r#"<styles><style styleId="Clause"><name val="Clause"/><pPr><numPr><numId val="1"/></numPr></pPr></style>
            <style styleId="Sub"><name val="heading 2"/><basedOn val="Clause"/></style>
            <style styleId="Loop"><basedOn val="Loop"/></style></styles>"#;
        let styles = Styles::read(styles).unwrap();
        assert_eq!(
            numbering
                .label(&Numbered::default(), Some("Sub"), &styles)
                .as_deref(),
            Some("1.")
        );
        assert_eq!(numbering.label(&Numbered::default(), Some("Loop"), &styles), None);
        assert_eq!(styles.rank("Sub"), Some(super::super::styles::Rank::Heading(2)));
    }
}
