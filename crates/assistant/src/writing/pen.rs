//! One sentence from the model: streamed, stopped at its end.

use cabinet_text::Offsets;
use tokio_util::sync::CancellationToken;

use crate::events::AssistantError;
use crate::models::{Message, ModelError, Request, Write, Written};

/// Has the model write its answer as far as the end of its first sentence; `heard` gets each piece as it comes. None
/// where it wrote no whole sentence, or where prompt and answer do not fit its context.
pub(super) async fn sentence(
    writer: &dyn Write,
    messages: Vec<Message>,
    most: usize,
    cancel: &CancellationToken,
    heard: impl Fn(&str),
) -> Result<Option<String>, AssistantError> {
    if writer.prompt_tokens(&messages).await? + most > writer.context_length().await? {
        return Ok(None);
    }
    let request = Request {
        messages,
        max_new_tokens: most,
        temperature: 0.0,
        repetition_penalty: 1.0,
        seed: 0,
        cancel: cancel.clone(),
    };
    let mut pieces = writer.generate(request).await?;
    let mut text = String::new();
    loop {
        let event = tokio::select! {
            biased;
            () = cancel.cancelled() => return Err(AssistantError::Cancelled),
            event = pieces.recv() => event,
        };
        match event {
            Some(Written::Piece(piece)) => {
                text.push_str(&piece);
                // Leaving drops the receiver, which ends the answer.
                if let Some(first) = first_sentence(&text) {
                    return Ok(Some(first));
                }
                heard(&piece);
            }
            Some(Written::End) => break,
            Some(Written::Failed(error)) => return Err(error.into()),
            None => return Err(ModelError::Failed("it stopped in the middle".to_owned()).into()),
        }
    }
    if cancel.is_cancelled() {
        return Err(AssistantError::Cancelled);
    }
    let text = text.trim();
    Ok(text
        .ends_with(['.', '!', '?', '"', '”', ')'])
        .then(|| text.to_owned()))
}

/// The first sentence, once a second one has begun.
fn first_sentence(text: &str) -> Option<String> {
    if !text.contains(['.', '!', '?', '\n']) {
        return None;
    }
    match *cabinet_text::sentences(text) {
        [first, _, ..] => Some(Offsets::new(text).slice(first).trim().to_owned()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::first_sentence;

    #[test]
    fn a_sentence_ends_where_the_next_begins() {
        assert_eq!(first_sentence("Dr. Vale gave 2.5 mg."), None);
        assert_eq!(
            first_sentence("Dr. Vale gave 2.5 mg. She").as_deref(),
            Some("Dr. Vale gave 2.5 mg.")
        );
    }
}
