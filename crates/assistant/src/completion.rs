//! How a note that someone types may go on: a few words that are offered, and set by nobody but who types.
//!
//! A small model goes on fluently and invents freely. What it writes is therefore cut, by code, before the first word
//! with which the sentence is borne out neither by a page that the note cites nor by what comes earlier in the note. What
//! must be right to the letter, a number, date, name, side or what changes what is said, counts only where a page bears it
//! out, and so does all that follows a "no", a "may" or a "suspected".
//!
//! Must always hold: everything that is offered passes that check.

use std::future::pending;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until};
use tokio_util::sync::CancellationToken;

use crate::document::{SourceDocument, SourcePage, Verdict};
use crate::events::AssistantError;
use crate::grounding::Sources;
use crate::models::{Beginning, Heard, Message, Request, Speaker, Write, Written, heard};
use crate::reading::{Reading, Role, Token, What};

/// Tokens of a completion: about eight words.
const TOKENS: usize = 12;
/// By then something is offered, as far as it has come. Hands that type pause for a fifth of a second between two words.
const SOON: Duration = Duration::from_millis(100);
/// The model may write for so long, even where it began late: it read a page first.
const WRITING: Duration = Duration::from_millis(60);
/// A word the model is less sure of than this is more often wrong than right, and is not worth a look.
const SURE: f32 = 0.15;
/// Characters of the note before the caret that the model reads. What comes before them goes in jumps of half as many:
/// a beginning that moved with every key would have to be read anew with every key.
const NOTE: usize = 2_400;
/// Characters of the cited pages that the model reads.
const PAGES: usize = 3_000;

/// A note at the moment of a key.
pub struct Typed {
    /// Its title.
    pub title: String,
    /// Its text up to the caret, a line for each block.
    pub before: String,
    /// The pages it cites, the nearest first.
    pub sources: Vec<SourceDocument>,
}

/// What may be appended at the caret: the rest of a word, some words, or none where nothing is worth offering.
///
/// # Errors
/// No model, one that failed, or a cancelled request.
pub async fn complete(
    typed: &Typed,
    writer: &dyn Write,
    cancel: &CancellationToken,
) -> Result<Option<String>, AssistantError> {
    let line = typed.before.rsplit('\n').next().unwrap_or_default();
    if line.trim().is_empty() || line.ends_with(['.', '!', '?', ':', ';']) {
        return Ok(None);
    }
    let (said, begins) = apart(&typed.before, line);
    let request = Request {
        messages: vec![Message::new(Speaker::User, asked(&typed.sources))],
        max_new_tokens: TOKENS + begins.len() / 4,
        temperature: 0.0,
        repetition_penalty: 1.0,
        seed: 0,
        abridge: None,
        continues: Some(Beginning {
            said: format!("{}\n\n{}", typed.title, recent(said)),
            begins: begins.to_owned(),
            least: SURE,
        }),
        cancel: cancel.clone(),
    };
    let begun = Instant::now();
    let answer = writer.generate(request).await?;
    let written = written(answer, begun, begins.len(), cancel).await?;
    let Some(goes_on) = written.strip_prefix(begins) else {
        return Ok(None);
    };
    Ok(borne_out(typed, line, goes_on))
}

/// The text before the word at the caret, and that word with the space before it: where it was cut off says nothing, so
/// the model reads up to the word and is held to begin with it.
fn apart<'t>(before: &'t str, line: &'t str) -> (&'t str, &'t str) {
    let word = line.trim_end().rfind(char::is_whitespace);
    let spaces = line.len() - line.trim_end().len();
    let begins = match (spaces, word) {
        // The space at the end is the beginning of the next word.
        (1.., _) => line.len() - 1,
        (0, Some(at)) => at,
        (0, None) => 0,
    };
    before.split_at(before.len() - (line.len() - begins))
}

/// The last of the note, from the beginning of a line.
fn recent(said: &str) -> &str {
    let Some(over) = said.len().checked_sub(NOTE) else {
        return said;
    };
    let skipped = over.div_ceil(NOTE / 2) * (NOTE / 2);
    let from = said.ceil_char_boundary(skipped.min(said.len()));
    let line = said[from..].find('\n').map_or(from, |at| from + at + 1);
    // A single long paragraph begins in its middle rather than nowhere.
    if line + NOTE / 8 > said.len() {
        &said[from..]
    } else {
        &said[line..]
    }
}

/// The pages, as far as they are read, and what is to be done.
fn asked(sources: &[SourceDocument]) -> String {
    let mut asked = String::new();
    for page in sources.iter().flat_map(|source| &source.pages) {
        let left = PAGES.saturating_sub(asked.len());
        asked.push_str(&page.text[..page.text.floor_char_boundary(left)]);
        asked.push_str("\n\n");
    }
    asked + "Write a note in the same words."
}

/// What the model writes of one line and one sentence until it is time to offer it, whole words only. The first
/// `certain` bytes were typed already; a word more is waited for in any case.
async fn written(
    mut answer: mpsc::Receiver<Written>,
    begun: Instant,
    certain: usize,
    cancel: &CancellationToken,
) -> Result<String, AssistantError> {
    let (mut text, mut until) = (String::new(), None);
    loop {
        let whole = text.rfind(char::is_whitespace).unwrap_or(0);
        let a_word = text.get(certain..whole).is_some_and(|new| !new.trim().is_empty());
        let late = async {
            match until {
                Some(until) if a_word => sleep_until(until).await,
                _ => pending().await,
            }
        };
        let event = tokio::select! {
            biased;
            () = late => Heard::Full,
            event = heard(&mut answer, cancel) => event?,
        };
        match event {
            Heard::Piece(piece) => text.push_str(&piece),
            Heard::Full => {
                text.truncate(whole);
                return Ok(text);
            }
            Heard::End => return Ok(text),
        }
        until.get_or_insert_with(|| (begun + SOON).max(Instant::now() + WRITING));
        if let Some(end) = end_of_sentence(&text, certain) {
            text.truncate(end);
            return Ok(text);
        }
    }
}

/// Where the first line or sentence after the first `certain` bytes ends, once it can be seen that it does.
fn end_of_sentence(text: &str, certain: usize) -> Option<usize> {
    let new = text.get(certain..)?;
    let marks = new.char_indices().zip(new.chars().skip(1));
    let stop = marks
        .filter(|((_, mark), next)| matches!(mark, '.' | '!' | '?') && next.is_whitespace())
        .map(|((at, _), _)| at + 1)
        .next();
    let line = new.find('\n');
    [stop, line].into_iter().flatten().min().map(|end| certain + end)
}

/// As much of `goes_on` as is borne out; none if that says nothing.
fn borne_out(typed: &Typed, line: &str, goes_on: &str) -> Option<String> {
    let begun = cabinet_text::sentences(line).last().copied()?;
    let begun: String = line.chars().skip(begun.start).collect();
    let sentence = format!("{begun}{goes_on}");
    let there = begun.chars().count();

    // A sentence cannot bear itself out: of the note what comes before it counts.
    let earlier = typed.before.strip_suffix(begun.as_str()).unwrap_or_default();
    let note = SourceDocument {
        id: String::new(),
        title: String::new(),
        pages: vec![SourcePage {
            number: 1,
            text: format!("{}\n{earlier}", typed.title),
        }],
        pages_without_text: Vec::new(),
    };
    let sources = [Sources::new(&typed.sources), Sources::new(&[note])];
    let named = |token: &Token| {
        let word = token.word();
        word.is_some_and(|word| {
            sources
                .iter()
                .any(|known| known.knows(&word.stem) || known.knows(&word.form))
        })
    };
    let bear_out = |known: &Sources, token: &Token| {
        let so_far: String = sentence.chars().take(token.span.end).collect();
        known.check(&so_far).verdict == Verdict::Supported
    };
    let (mut end, mut narrowed) = (there, false);
    for token in &Reading::new(&sentence).tokens {
        // "No", "suspected", "shall": what follows is said in another way than by itself.
        narrowed |= matches!(
            token.role(),
            Some(Role::Negator(_) | Role::Modal(_) | Role::Qualifier)
        );
        if token.span.end <= there {
            continue;
        }
        let stands = match weighs(token) {
            Weight::Nothing => true,
            Weight::Frame => named(token),
            Weight::Word if !narrowed => sources.iter().any(|known| bear_out(known, token)),
            Weight::Word | Weight::Fact => bear_out(&sources[0], token),
        };
        if !stands {
            break;
        }
        // What only joins words, and a mark that follows no word of the completion, would end it in the air.
        let closes = token.is_mark('.') && end > there;
        if token.says_something() || closes {
            end = token.span.end;
        }
    }
    let offered: String = sentence.chars().take(end).skip(there).collect();
    // A single letter is typed sooner than it is read.
    (offered.trim().chars().nth(1).is_some()).then_some(offered)
}

/// How much hangs on a word.
enum Weight {
    /// Grammar.
    Nothing,
    /// "Received", "reported", which the check of a sentence lets pass: it must have been said, of whatever.
    Frame,
    /// A thing or an act: the note or a page must bear it out.
    Word,
    /// What must be right to the letter: a page must bear it out.
    Fact,
}

fn weighs(token: &Token) -> Weight {
    match &token.what {
        What::Mark(_) => Weight::Nothing,
        What::Fact(_) => Weight::Fact,
        What::Word(_) if token.is_name() => Weight::Fact,
        What::Word(word) => match word.role {
            Role::Content => Weight::Word,
            Role::Modal(_) | Role::Qualifier | Role::Kin | Role::Side(_) | Role::Extent | Role::Title => {
                Weight::Fact
            }
            Role::Frame if !cabinet_text::is_stop_word(&word.form) => Weight::Frame,
            Role::Grammar
            | Role::Frame
            | Role::Pronoun(_)
            | Role::Joint(_)
            | Role::Negator(_)
            | Role::Relation
            | Role::Clause => Weight::Nothing,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(before: &str, page: &str) -> Typed {
        Typed {
            title: "Clinic note".to_owned(),
            before: before.to_owned(),
            sources: vec![SourceDocument {
                id: "1".to_owned(),
                title: "Letter".to_owned(),
                pages: vec![SourcePage {
                    number: 2,
                    text: page.to_owned(),
                }],
                pages_without_text: Vec::new(),
            }],
        }
    }

    fn offered(before: &str, goes_on: &str) -> Option<String> {
        let page = "Mrs Lindqvist was started on ramipril 5 mg once daily. She has pain in the left knee. \
                    There is no swelling of the ankle.";
        let line = before.rsplit('\n').next().unwrap();
        borne_out(&typed(before, page), line, goes_on)
    }

    #[test]
    fn what_the_page_says_is_offered() {
        for (before, goes_on) in [
            ("Mrs Lindqvist was started on", " ramipril 5 mg once daily."),
            ("Mrs Lindqvist was started on rami", "pril"),
            ("She has pain", " in the left knee"),
            ("There is", " no swelling"),
        ] {
            assert_eq!(offered(before, goes_on).as_deref(), Some(goes_on), "{before}");
        }
    }

    #[test]
    fn what_nothing_bears_out_is_cut_off() {
        for (before, goes_on, kept) in [
            // Another number, and one that belongs to something else.
            (
                "Mrs Lindqvist was started on",
                " ramipril 50 mg",
                Some(" ramipril"),
            ),
            ("She has pain", " for 5 years", None),
            // What is there, of something else.
            ("Mrs Lindqvist was started on", " swelling of the ankle", None),
            // Another name, another side, another drug, a negation.
            ("She was seen by", " Dr Okafor", None),
            ("She has pain", " in the right knee", None),
            ("Mrs Lindqvist was started on", " warfarin", None),
            ("She has", " no pain", None),
            // What is there, said in another way than it is there.
            ("She may have", " pain", None),
            ("There is no pain in", " the left knee", None),
            ("No", " swelling of the ankle", Some(" swelling of the ankle")),
            // Nothing to speak of.
            ("Her knee", "s", None),
            // What nobody received or reported; a man where only a woman is spoken of.
            ("Mrs Lindqvist", " received ramipril 5 mg", None),
            (
                "Mrs Lindqvist has pain and",
                " he has pain in the left knee",
                None,
            ),
            // Words that only join say nothing.
            ("She has pain", " in the", None),
            ("She has", " pain and", Some(" pain")),
        ] {
            assert_eq!(offered(before, goes_on).as_deref(), kept, "{before}{goes_on}");
        }
    }

    #[test]
    fn a_word_of_the_note_itself_may_come_again_but_not_the_half_that_is_being_typed() {
        assert_eq!(
            offered("Headache since spring.\nShe has", " headache").as_deref(),
            Some(" headache")
        );
        assert_eq!(offered("She has verti", "go"), None);
        assert_eq!(offered("She has vertigo", " vertigo"), None);
    }

    #[test]
    fn the_word_at_the_caret_is_read_with_its_space() {
        for (before, said, begins) in [
            ("The pat", "The", " pat"),
            ("The patient ", "The patient", " "),
            ("One.\nTwo", "One.\n", "Two"),
            ("One.\nTwo x", "One.\nTwo", " x"),
        ] {
            let line = before.rsplit('\n').next().unwrap();
            assert_eq!(apart(before, line), (said, begins), "{before}");
        }
    }

    #[test]
    fn a_long_note_begins_at_the_same_place_for_many_keys() {
        let line = "A line of the note that says little.\n";
        let note = line.repeat(300);
        let begins: std::collections::BTreeSet<usize> = (0..600)
            .map(|cut| note.len() - cut)
            .map(|len| len - recent(&note[..len]).len())
            .collect();
        assert!(begins.len() <= 2, "{begins:?}");
        for len in 0..note.len() {
            let kept = recent(&note[..len]);
            assert!(
                kept.len() <= NOTE && (len < NOTE || kept.len() > NOTE / 3),
                "{len}: {}",
                kept.len()
            );
        }
        assert!(recent(&"é".repeat(5_000)).len() <= NOTE);
    }

    async fn heard_of(pieces: &[&str], end: Option<Written>, certain: usize) -> String {
        let (tx, rx) = mpsc::channel(16);
        let pieces = pieces.iter().map(|piece| Written::Piece((*piece).to_owned()));
        for event in pieces.chain(end) {
            tx.try_send(event).unwrap();
        }
        // The sender lives: without an end, the model is only slow.
        let cancel = CancellationToken::new();
        let heard = written(rx, Instant::now(), certain, &cancel);
        let heard = tokio::time::timeout(Duration::from_secs(60), heard).await;
        heard.expect("it is not waited for").unwrap()
    }

    #[tokio::test]
    async fn words_that_come_late_are_not_waited_for() {
        assert_eq!(
            heard_of(&[" rami", "pril", " 5", " m"], None, 0).await,
            " ramipril 5"
        );
        assert_eq!(
            heard_of(&[" rami", "pril", " 5"], Some(Written::End), 0).await,
            " ramipril 5",
            "what is at its end is whole"
        );
        assert_eq!(
            heard_of(&[" ramipril", " 5 m"], Some(Written::Full), 0).await,
            " ramipril 5"
        );
    }

    #[tokio::test]
    async fn a_first_word_is_waited_for_and_what_was_typed_is_none() {
        for (pieces, certain) in [(&[" rami"][..], 0), (&[" was", " "], 4), (&[" was", " start"], 4)] {
            let (tx, rx) = mpsc::channel(16);
            for piece in pieces {
                tx.try_send(Written::Piece((*piece).to_owned())).unwrap();
            }
            let cancel = CancellationToken::new();
            let late = written(rx, Instant::now(), certain, &cancel);
            let waited = tokio::time::timeout(3 * (SOON + WRITING), late).await;
            assert!(waited.is_err(), "{pieces:?}");
            drop(tx);
        }
    }

    #[test]
    fn a_sentence_ends_where_its_mark_is_followed_by_a_space() {
        assert_eq!(end_of_sentence(" of 2.5 mg", 0), None);
        assert_eq!(end_of_sentence(" daily. She", 0), Some(7));
        assert_eq!(end_of_sentence(" daily\nShe", 0), Some(6));
        assert_eq!(
            end_of_sentence("a. b", 3),
            None,
            "what was typed already does not count"
        );
    }
}
