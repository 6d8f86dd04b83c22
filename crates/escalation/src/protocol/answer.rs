//! Reading an answer: events or one JSON object in, plain text out. All of it is untrusted.

use serde::Deserialize;
use serde_json::Value;

use super::sse::{Events, Malformed};
use crate::Protocol;

/// What a piece of an answer says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Piece {
    /// More text.
    Text(String),
    /// The server said that it ended, and whether it said all it had to.
    End {
        /// False where it ran out of the tokens it was given.
        whole: bool,
    },
    /// The server gave up in words of its own.
    Refused(String),
}

/// Reads one answer.
pub(crate) struct Reader {
    protocol: Protocol,
    form: Form,
}

enum Form {
    Events(Events),
    Whole(Vec<u8>),
}

impl Reader {
    /// For an answer of this content type; none where it is of no use.
    pub(crate) fn new(protocol: Protocol, content_type: &str) -> Option<Self> {
        let kind = content_type.split(';').next().unwrap_or_default().trim();
        let form = if kind.eq_ignore_ascii_case("text/event-stream") {
            Form::Events(Events::default())
        } else if kind.eq_ignore_ascii_case("application/json") {
            Form::Whole(Vec::new())
        } else {
            return None;
        };
        Some(Self { protocol, form })
    }

    /// Takes some bytes.
    pub(crate) fn take(&mut self, bytes: &[u8]) -> Result<Vec<Piece>, Malformed> {
        match &mut self.form {
            Form::Events(events) => {
                let mut pieces = Vec::new();
                for data in events.take(bytes)? {
                    pieces.extend(event(self.protocol, &data)?);
                }
                Ok(pieces)
            }
            // How much may come is counted where the bytes come from.
            Form::Whole(all) => {
                all.extend_from_slice(bytes);
                Ok(Vec::new())
            }
        }
    }

    /// There is no more.
    pub(crate) fn end(self) -> Result<Vec<Piece>, Malformed> {
        match self.form {
            Form::Events(_) => Ok(Vec::new()),
            Form::Whole(all) => whole(self.protocol, &all),
        }
    }
}

fn event(protocol: Protocol, data: &str) -> Result<Vec<Piece>, Malformed> {
    if data == "[DONE]" {
        return Ok(vec![Piece::End { whole: true }]);
    }
    let event: Value = serde_json::from_str(data).map_err(|_| Malformed)?;
    if let Some(refusal) = refusal(&event) {
        return Ok(vec![refusal]);
    }
    let text = match protocol {
        Protocol::OpenAi => event.pointer("/choices/0/delta/content"),
        Protocol::Anthropic => event.pointer("/delta/text"),
    };
    let stopped = match protocol {
        Protocol::OpenAi => event.pointer("/choices/0/finish_reason"),
        Protocol::Anthropic => event.pointer("/delta/stop_reason"),
    };
    let mut pieces = Vec::new();
    if let Some(text) = text.and_then(Value::as_str).filter(|text| !text.is_empty()) {
        pieces.push(Piece::Text(text.to_owned()));
    }
    if let Some(reason) = stopped.and_then(Value::as_str) {
        pieces.push(ended(reason));
    }
    Ok(pieces)
}

fn ended(reason: &str) -> Piece {
    Piece::End {
        whole: !matches!(reason, "length" | "max_tokens"),
    }
}

fn refusal(value: &Value) -> Option<Piece> {
    let error = value.get("error").filter(|error| !error.is_null())?;
    let words = error.get("message").or(Some(error)).and_then(Value::as_str);
    Some(Piece::Refused(words.unwrap_or_default().to_owned()))
}

#[derive(Deserialize)]
struct Block {
    text: Option<String>,
}

fn whole(protocol: Protocol, bytes: &[u8]) -> Result<Vec<Piece>, Malformed> {
    let value: Value = serde_json::from_slice(bytes).map_err(|_| Malformed)?;
    if let Some(refusal) = refusal(&value) {
        return Ok(vec![refusal]);
    }
    let (text, reason) = match protocol {
        Protocol::OpenAi => {
            let choice = value.pointer("/choices/0").ok_or(Malformed)?;
            let text = choice.pointer("/message/content").and_then(Value::as_str);
            (text.ok_or(Malformed)?.to_owned(), choice.get("finish_reason"))
        }
        Protocol::Anthropic => {
            let blocks = value.get("content").cloned().ok_or(Malformed)?;
            let blocks: Vec<Block> = serde_json::from_value(blocks).map_err(|_| Malformed)?;
            let text: String = blocks.into_iter().filter_map(|block| block.text).collect();
            (text, value.get("stop_reason"))
        }
    };
    let reason = reason.and_then(Value::as_str).unwrap_or("stop");
    Ok(vec![Piece::Text(text), ended(reason)])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(protocol: Protocol, content_type: &str, bytes: &str) -> Result<Vec<Piece>, Malformed> {
        let mut reader = Reader::new(protocol, content_type).unwrap();
        let mut pieces = reader.take(bytes.as_bytes())?;
        pieces.extend(reader.end()?);
        Ok(pieces)
    }

    fn text(text: &str) -> Piece {
        Piece::Text(text.into())
    }

    #[test]
    fn both_streams_give_their_text_and_their_end() {
        let openai = "data: {\"choices\":[{\"delta\":{\"role\":\"assistant\",\"content\":\"\"}}]}\n\n\
                      data: {\"choices\":[{\"delta\":{\"content\":\"One\"}}]}\n\n\
                      data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"length\"}]}\n\n\
                      data: {\"choices\":[],\"usage\":{\"completion_tokens\":1}}\n\ndata: [DONE]\n\n";
        assert_eq!(
            read(Protocol::OpenAi, "text/event-stream; charset=utf-8", openai).unwrap(),
            [
                text("One"),
                Piece::End { whole: false },
                Piece::End { whole: true }
            ]
        );
        let anthropic = "event: message_start\ndata: {\"type\":\"message_start\",\"message\":{\"content\":[]}}\n\n\
                         event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"delta\":{\"type\":\"text_delta\",\"text\":\"Two\"}}\n\n\
                         data: {\"type\":\"ping\"}\n\n\
                         data: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"end_turn\"}}\n\n\
                         data: {\"type\":\"message_stop\"}\n\n";
        assert_eq!(
            read(Protocol::Anthropic, "text/event-stream", anthropic).unwrap(),
            [text("Two"), Piece::End { whole: true }]
        );
    }

    #[test]
    fn an_answer_in_one_piece_is_read_too() {
        let openai =
            r#"{"choices":[{"message":{"role":"assistant","content":"One"},"finish_reason":"stop"}]}"#;
        assert_eq!(
            read(Protocol::OpenAi, "application/json", openai).unwrap(),
            [text("One"), Piece::End { whole: true }]
        );
        let anthropic =
            r#"{"content":[{"type":"text","text":"Two"},{"type":"other"}],"stop_reason":"max_tokens"}"#;
        assert_eq!(
            read(Protocol::Anthropic, "application/json", anthropic).unwrap(),
            [text("Two"), Piece::End { whole: false }]
        );
    }

    #[test]
    fn refusals_keep_their_words() {
        let refused = [Piece::Refused("overloaded".into())];
        for (protocol, stream) in [
            (
                Protocol::OpenAi,
                "data: {\"error\":{\"message\":\"overloaded\"}}\n\n",
            ),
            (
                Protocol::Anthropic,
                "data: {\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"overloaded\"}}\n\n",
            ),
            // Ollama's form.
            (Protocol::OpenAi, "data: {\"error\":\"overloaded\"}\n\n"),
        ] {
            assert_eq!(read(protocol, "text/event-stream", stream).unwrap(), refused);
        }
    }

    #[test]
    fn rejects_other_kinds_and_nonsense() {
        assert!(Reader::new(Protocol::OpenAi, "text/html").is_none());
        assert!(Reader::new(Protocol::OpenAi, "").is_none());
        assert_eq!(
            read(Protocol::OpenAi, "text/event-stream", "data: <html>\n\n"),
            Err(Malformed)
        );
        assert_eq!(
            read(Protocol::Anthropic, "application/json", "{}"),
            Err(Malformed)
        );
        assert_eq!(
            read(Protocol::OpenAi, "application/json", "<html>"),
            Err(Malformed)
        );
    }
}
