//! The walk through the groups of a file: which destination each is, what its words change, and where its text goes.

use super::group::{Destination, Group, PartKind};
use super::lexer::{Lexer, Token};
use super::part::Part;
use super::words::{code_page, code_page_of_charset, is_left_out};
use crate::asides::{Asides, Comment, before};
use crate::charset::{Charset, symbol};
use crate::details::Day;
use crate::document::Deletion;
use crate::error::{Excess, IntakeError};
use crate::flow::{Flow, Shape};
use crate::limits::TextBudget;
use std::collections::HashMap;

/// Groups nest some dozen deep in real files.
pub(super) const DEEPEST: usize = 4_000;

/// What the file says about itself, what stands beside its text, and whether it ends too early.
#[derive(Default)]
pub(super) struct Info {
    pub(super) title: Option<String>,
    pub(super) author: Option<String>,
    pub(super) created: Option<Day>,
    pub(super) modified: Option<Day>,
    pub(super) asides: Asides,
    pub(super) cut_off: bool,
}

/// The blocks of a file, and what it says about itself.
///
/// # Errors
/// `too_large`.
pub(super) fn walk(bytes: &[u8]) -> Result<(Flow, Info), IntakeError> {
    let mut lexer = Lexer::new(bytes);
    let mut walk = Walk::new();
    while let Some(token) = lexer.next() {
        let closes = token == Token::Close;
        let opens = token == Token::Open;
        let stars = token == Token::Symbol(b'*');
        match token {
            Token::Open => walk.open()?,
            Token::Close => walk.close()?,
            Token::Word(b"bin", Some(count)) => lexer.pass(usize::try_from(count).unwrap_or(0)),
            Token::Word(word, number) => walk.word(word, number)?,
            Token::Symbol(sign) => walk.sign(sign)?,
            Token::Byte(byte) => walk.bytes(&[byte])?,
            Token::Text(bytes) => walk.bytes(bytes)?,
        }
        if !stars {
            walk.fresh = opens;
        }
        // Some programs put one document after another into a file.
        if closes && walk.groups.is_empty() && !lexer.find(b"{\\rtf") {
            break;
        }
    }
    walk.finish()
}

struct Walk {
    groups: Vec<Group>,
    part: Part,
    outer: Vec<Part>,
    /// Bytes whose characters are not known before the run ends.
    raw: Vec<u8>,
    /// How many substitutes are still to be passed over.
    passing: usize,
    /// The first half of a character given in two numbers.
    half: Option<u16>,
    starred: bool,
    /// Whether the group has only just begun: there alone a star means that the group may be left out.
    fresh: bool,
    default: Charset,
    fonts: HashMap<i32, Charset>,
    font_named: Option<i32>,
    notes: Vec<String>,
    /// Who makes the next comment.
    commenter: Option<String>,
    /// Deleted words that go on.
    struck: Option<Deletion>,
    info: Info,
    date: [u16; 3],
    budget: TextBudget,
}

impl Walk {
    fn new() -> Self {
        Self {
            groups: Vec::new(),
            part: Part::default(),
            outer: Vec::new(),
            raw: Vec::new(),
            passing: 0,
            half: None,
            starred: false,
            fresh: false,
            default: Charset::WESTERN,
            fonts: HashMap::new(),
            font_named: None,
            notes: Vec::new(),
            commenter: None,
            struck: None,
            info: Info::default(),
            date: [0; 3],
            budget: TextBudget::default(),
        }
    }

    fn group(&self) -> Group {
        self.groups.last().copied().unwrap_or_default()
    }

    fn change(&mut self, change: impl FnOnce(&mut Group)) {
        if let Some(group) = self.groups.last_mut() {
            change(group);
        }
    }

    fn open(&mut self) -> Result<(), IntakeError> {
        self.flush()?;
        self.passing = 0;
        self.starred = false;
        if self.groups.len() >= DEEPEST {
            return Err(IntakeError::TooLarge(Excess::Unpacked));
        }
        let group = Group {
            part: None,
            ..self.group()
        };
        self.groups.push(group);
        Ok(())
    }

    fn close(&mut self) -> Result<(), IntakeError> {
        self.flush()?;
        self.passing = 0;
        let Some(group) = self.groups.pop() else {
            return Ok(());
        };
        let [year, month, day] = self.date;
        let small = |number: u16| u8::try_from(number).unwrap_or(0);
        let day = Day::new(year, small(month), small(day));
        match group.destination {
            Destination::Created if self.group().destination == Destination::Info => self.info.created = day,
            Destination::Modified if self.group().destination == Destination::Info => {
                self.info.modified = day
            }
            _ => {}
        }
        if let Some(kind) = group.part {
            self.end_deletion()?;
            let outer = self.outer.pop().unwrap_or_default();
            let ended = std::mem::replace(&mut self.part, outer).finish();
            match kind {
                PartKind::Box => self.part.boxes.append(ended),
                PartKind::Comment => self.info.asides.comment(Comment {
                    author: self.commenter.take(),
                    text: ended.into_text(),
                    ..Comment::default()
                }),
                PartKind::Margin => self.info.asides.margin(&ended.into_text()),
                PartKind::Note => {
                    let label = self.notes.len() + 1;
                    self.notes.push(format!("[{label}] {}", ended.into_text().trim()));
                }
            }
        }
        Ok(())
    }

    fn begin_part(&mut self, kind: PartKind) {
        if self.group().destination != Destination::Text || self.group().part.is_some() {
            return;
        }
        self.outer.push(std::mem::take(&mut self.part));
        self.change(|group| group.part = Some(kind));
    }

    fn enter(&mut self, destination: Destination) {
        // What lies in a part that is not text is none either.
        if self.group().destination != Destination::Nowhere {
            self.change(|group| group.destination = destination);
        }
    }

    fn word(&mut self, word: &[u8], number: Option<i32>) -> Result<(), IntakeError> {
        if word == b"u" {
            return self.character(number.unwrap_or(0));
        }
        self.flush()?;
        if self.passing > 0 {
            self.passing -= 1;
            return Ok(());
        }
        let starred = std::mem::take(&mut self.starred);
        let on = number != Some(0);
        match word {
            b"ansicpg" => self.default = code_page(number).unwrap_or(self.default),
            b"mac" => self.default = code_page(Some(10_000)).unwrap_or(self.default),
            b"pc" => self.default = code_page(Some(437)).unwrap_or(self.default),
            b"pca" => self.default = code_page(Some(850)).unwrap_or(self.default),
            b"f" => {
                self.font_named = number;
                self.change(|group| group.font = number);
            }
            b"fcharset" => self.font_charset(number.and_then(code_page_of_charset)),
            b"cpg" => self.font_charset(number),
            b"uc" => self.change(|group| {
                group.substitutes = number.and_then(|n| usize::try_from(n).ok()).unwrap_or(1)
            }),
            b"plain" => self.change(|group| {
                group.hidden = false;
                group.deleted = false;
                group.font = None;
            }),
            b"v" => self.change(|group| group.hidden = on),
            b"deleted" => self.change(|group| group.deleted = on),
            b"yr" => self.date = [number.and_then(|n| u16::try_from(n).ok()).unwrap_or(0), 0, 0],
            b"mo" => self.date[1] = number.and_then(|n| u16::try_from(n).ok()).unwrap_or(0),
            b"dy" => self.date[2] = number.and_then(|n| u16::try_from(n).ok()).unwrap_or(0),
            b"fonttbl" => self.enter(Destination::Fonts),
            b"info" => self.enter(Destination::Info),
            b"title" if self.group().destination == Destination::Info => self.enter(Destination::Title),
            b"author" if self.group().destination == Destination::Info => self.enter(Destination::Author),
            b"creatim" if self.group().destination == Destination::Info => self.enter(Destination::Created),
            b"revtim" if self.group().destination == Destination::Info => self.enter(Destination::Modified),
            b"footnote" => self.begin_part(PartKind::Note),
            b"annotation" => self.begin_part(PartKind::Comment),
            b"atnauthor" => self.enter(Destination::CommentAuthor),
            b"header" | b"headerl" | b"headerr" | b"headerf" | b"footer" | b"footerl" | b"footerr"
            | b"footerf" => {
                self.begin_part(PartKind::Margin);
            }
            b"shptxt" | b"dptxbxtext" => self.begin_part(PartKind::Box),
            b"listtext" | b"pntext" => self.part.item = true,
            // The Unicode form of what stands before it in the system's encoding: as visible as what holds both.
            b"ud" => {
                let holds = self
                    .groups
                    .len()
                    .checked_sub(3)
                    .and_then(|at| self.groups.get(at));
                let destination = holds.map_or(Destination::Nowhere, |group| group.destination);
                self.change(|group| group.destination = destination);
            }
            b"shpinst" | b"do" | b"fldrslt" | b"result" => {}
            word if is_left_out(word) || starred => self.enter(Destination::Nowhere),
            word => self.layout(word, number)?,
        }
        Ok(())
    }

    /// Words that stand for characters or end something.
    fn layout(&mut self, word: &[u8], number: Option<i32>) -> Result<(), IntakeError> {
        if !self.visible() {
            if let Some(struck) = self
                .struck
                .as_mut()
                .filter(|_| matches!(word, b"par" | b"line" | b"cell"))
            {
                struck.text.push('\n');
            }
            return Ok(());
        }
        let character = match word {
            b"tab" | b"emspace" | b"enspace" | b"qmspace" => " ",
            b"line" | b"lbr" | b"softline" => "\n",
            b"emdash" => "\u{2014}",
            b"endash" => "\u{2013}",
            b"lquote" => "\u{2018}",
            b"rquote" => "\u{2019}",
            b"ldblquote" => "\u{201c}",
            b"rdblquote" => "\u{201d}",
            b"bullet" => "\u{2022}",
            b"zwj" => "\u{200d}",
            b"zwnj" => "\u{200c}",
            _ => "",
        };
        match word {
            b"par" | b"sect" => {
                self.end_deletion()?;
                self.part.end_paragraph();
            }
            b"pard" => (self.part.in_table, self.part.outline) = (false, None),
            b"outlinelevel" => {
                self.part.outline = number
                    .and_then(|level| u8::try_from(level).ok())
                    .filter(|level| *level < 9);
            }
            b"intbl" => self.part.in_table = true,
            b"itap" => self.part.in_table = number.unwrap_or(0) > 0,
            b"cell" => self.part.end_cell(),
            b"row" => self.part.end_row(),
            b"nestcell" => self.write(" | ")?,
            b"nestrow" => self.write("\n")?,
            b"chftn" if self.outer.is_empty() => {
                let label = format!("[{}]", self.notes.len() + 1);
                self.write(&label)?;
            }
            b"page" if self.outer.is_empty() => {
                self.part.end_paragraph();
                if !self.part.in_table {
                    self.end_page();
                }
            }
            _ => self.write(character)?,
        }
        Ok(())
    }

    fn sign(&mut self, sign: u8) -> Result<(), IntakeError> {
        if sign == b'*' {
            self.starred = self.fresh;
            return Ok(());
        }
        if matches!(sign, b'{' | b'}' | b'\\') {
            return self.bytes(&[sign]);
        }
        self.flush()?;
        if self.passing > 0 {
            self.passing -= 1;
            return Ok(());
        }
        match sign {
            b'~' => self.write("\u{a0}"),
            b'_' => self.write("-"),
            b'\r' | b'\n' => {
                if self.visible() {
                    self.part.end_paragraph();
                }
                Ok(())
            }
            b'\t' => self.write(" "),
            _ => Ok(()),
        }
    }

    fn bytes(&mut self, bytes: &[u8]) -> Result<(), IntakeError> {
        let passed = self.passing.min(bytes.len());
        self.passing -= passed;
        let bytes = &bytes[passed..];
        if !bytes.is_empty() {
            self.half = None;
        }
        if self.group().destination != Destination::Nowhere {
            self.budget.spend(bytes.len())?;
            self.raw.extend_from_slice(bytes);
        }
        Ok(())
    }

    /// A character by its number, in sixteen bits with a sign.
    fn character(&mut self, number: i32) -> Result<(), IntakeError> {
        let half = self.half.take();
        self.flush()?;
        self.passing = self.group().substitutes;
        let Ok(unit) = u16::try_from(number & 0xffff) else {
            return Ok(());
        };
        if (0xd800..0xdc00).contains(&unit) {
            self.half = Some(unit);
            return Ok(());
        }
        let c = match half {
            Some(high) => char::decode_utf16([high, unit]).next().and_then(Result::ok),
            None => char::from_u32(u32::from(unit)),
        };
        match c {
            Some(c @ '\u{f000}'..='\u{f0ff}') => match symbol(c as u32) {
                Some(c) => self.write(&c.to_string()),
                None => Ok(()),
            },
            Some(c) => self.write(&c.to_string()),
            None => Ok(()),
        }
    }

    fn font_charset(&mut self, page: Option<i32>) {
        if self.group().destination == Destination::Fonts
            && let Some(charset) = code_page(page)
            && let Some(font) = self.font_named
        {
            self.fonts.insert(font, charset);
        }
    }

    fn charset(&self) -> Charset {
        let font = self.group().font;
        font.and_then(|font| self.fonts.get(&font))
            .copied()
            .unwrap_or(self.default)
    }

    /// Decodes what has gathered; the run it belongs to ends here.
    fn flush(&mut self) -> Result<(), IntakeError> {
        if self.raw.is_empty() {
            return Ok(());
        }
        let raw = std::mem::take(&mut self.raw);
        let text = self.charset().decode(&raw);
        self.write(&text)
    }

    fn visible(&self) -> bool {
        self.group().visible()
    }

    fn write(&mut self, text: &str) -> Result<(), IntakeError> {
        match self.group().destination {
            Destination::Text if self.visible() => {
                self.budget.spend(text.len())?;
                if !text.is_empty() {
                    self.end_deletion()?;
                }
                self.part.line.push_str(text);
            }
            Destination::Text if self.group().deleted => {
                self.budget.spend(text.len())?;
                let line = &self.part.line;
                let struck = self.struck.get_or_insert_with(|| Deletion {
                    before: before(line),
                    text: String::new(),
                    author: None,
                    day: None,
                });
                struck.text.push_str(text);
            }
            Destination::CommentAuthor => self.commenter.get_or_insert_default().push_str(text),
            Destination::Title => self.info.title.get_or_insert_default().push_str(text),
            Destination::Author => self.info.author.get_or_insert_default().push_str(text),
            _ => {}
        }
        Ok(())
    }

    fn end_deletion(&mut self) -> Result<(), IntakeError> {
        self.struck
            .take()
            .map_or(Ok(()), |struck| self.info.asides.deletion(struck, false))
    }

    fn end_page(&mut self) {
        for note in self.notes.iter_mut().map(std::mem::take) {
            self.part.flow.push(Shape::Paragraph, note);
        }
        self.part.flow.push_break();
    }

    fn finish(mut self) -> Result<(Flow, Info), IntakeError> {
        self.flush()?;
        self.info.cut_off = !self.groups.is_empty();
        while !self.groups.is_empty() {
            self.close()?;
        }
        self.end_deletion()?;
        let mut flow = self.part.finish();
        for note in self.notes {
            flow.push(Shape::Paragraph, note);
        }
        Ok((flow, self.info))
    }
}
