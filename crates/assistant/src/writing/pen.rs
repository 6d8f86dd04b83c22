//! One sentence from the model: a given one, shortened. Streamed, and stopped when nobody wants it any more.

use tokio_util::sync::CancellationToken;

use crate::events::AssistantError;
use crate::models::{Heard, Message, Original, Request, Speaker, Write, heard};

/// Tokens that a free answer may have for each word of its source: it should be shorter, not longer.
const TOKENS_PER_WORD: usize = 4;

/// Held to cuts, the model should make them; writing freely, it should stay near the words it was given.
fn messages(sentence: &str, free: bool) -> Vec<Message> {
    const FRAME: &str = "You shorten sentences. Keep every number, name and date. Never add anything.";
    if free {
        let request = format!("Rewrite as one short sentence, using the same words:\n{sentence}");
        vec![
            Message::new(Speaker::System, FRAME),
            Message::new(Speaker::User, request),
        ]
    } else {
        let request = format!("{sentence}\n\nSummarize the text above in a few words.");
        vec![Message::new(Speaker::User, request)]
    }
}

/// Has the model shorten a sentence, by these cuts alone or, where there are none, freely; `hear` gets each piece as it
/// comes. None where it wrote nothing, or where prompt and answer do not fit its context.
pub(super) async fn shortened(
    writer: &dyn Write,
    original: Original,
    cancel: &CancellationToken,
    hear: impl Fn(&str),
) -> Result<Option<String>, AssistantError> {
    let free = original.cuts.is_empty();
    let messages = messages(&original.text, free);
    let most = match free {
        true => TOKENS_PER_WORD * original.text.split_whitespace().count() + 16,
        // Every token is a byte at least, in whatever language: what is held to its source always comes to its end.
        false => original.text.len() + 1,
    };
    let abridge = (!free).then_some(original);
    if writer.prompt_tokens(&messages).await? + most > writer.context_length().await? {
        return Ok(None);
    }
    let request = Request {
        messages,
        max_new_tokens: most,
        temperature: 0.0,
        repetition_penalty: 1.0,
        seed: 0,
        abridge,
        continues: None,
        cancel: cancel.clone(),
    };
    let mut answer = writer.generate(request).await?;
    let mut text = String::new();
    while let Heard::Piece(piece) = heard(&mut answer, cancel).await? {
        hear(&piece);
        text.push_str(&piece);
    }
    if cancel.is_cancelled() {
        return Err(AssistantError::Cancelled);
    }
    Ok(whole(&text))
}

/// The words as a sentence: with a capital and an end.
fn whole(text: &str) -> Option<String> {
    let text = text.trim().trim_end_matches(['.', ',', ';', ':', ' ']);
    let first = text.chars().next()?;
    let mut sentence: String = first.to_uppercase().chain(text.chars().skip(1)).collect();
    if !sentence.ends_with(['.', '!', '?', '"', '”']) {
        sentence.push('.');
    }
    Some(sentence)
}

#[cfg(test)]
mod tests {
    use super::whole;

    #[test]
    fn words_become_a_sentence() {
        assert_eq!(whole(" the rent is due,").as_deref(), Some("The rent is due."));
        assert_eq!(whole("it ends;.").as_deref(), Some("It ends."));
        assert_eq!(whole("  "), None);
    }
}
