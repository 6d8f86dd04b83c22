//! The two protocols: what a request looks like, and how an answer is read.

mod answer;
mod sse;

pub(crate) use answer::{Piece, Reader};

use serde_json::json;

use crate::{Endpoint, Prompt, Protocol};

/// The version of Anthropic's protocol that is spoken.
const ANTHROPIC_VERSION: &str = "2023-06-01";

/// The body of the one request: compact JSON.
pub(crate) fn body(endpoint: &Endpoint, prompt: &Prompt) -> String {
    let message = |role: &str, content: &str| json!({ "role": role, "content": content });
    let body = match endpoint.protocol() {
        Protocol::OpenAi => json!({
            "model": endpoint.model(),
            "messages": [message("system", &prompt.system), message("user", &prompt.user)],
            "max_tokens": prompt.max_tokens,
            "temperature": 0,
            "stream": true,
            "stream_options": { "include_usage": true },
        }),
        Protocol::Anthropic => json!({
            "model": endpoint.model(),
            "system": prompt.system,
            "messages": [message("user", &prompt.user)],
            "max_tokens": prompt.max_tokens,
            "temperature": 0,
            "stream": true,
        }),
    };
    body.to_string()
}

/// The header lines of the one request, in order; where the value is missing, the key belongs.
pub(crate) fn headers(endpoint: &Endpoint, key: Option<&str>) -> Vec<(&'static str, Option<String>)> {
    let mut headers = vec![
        ("host", Some(endpoint.authority_line())),
        ("content-type", Some("application/json".to_owned())),
        ("accept", Some("text/event-stream, application/json".to_owned())),
    ];
    match endpoint.protocol() {
        Protocol::OpenAi => headers.push(("authorization", key.map(|key| format!("Bearer {key}")))),
        Protocol::Anthropic => {
            headers.push(("anthropic-version", Some(ANTHROPIC_VERSION.to_owned())));
            headers.push(("x-api-key", key.map(str::to_owned)));
        }
    }
    headers
}

#[cfg(test)]
mod tests {
    use super::*;

    fn prompt() -> Prompt {
        Prompt {
            system: "Answer from the excerpts.".into(),
            user: "\"Quoted\"\nand a second line: é".into(),
            max_tokens: 512,
        }
    }

    #[test]
    fn bodies_are_what_the_protocols_ask_for() {
        let body_of = |protocol| {
            let endpoint = Endpoint::parse("http://127.0.0.1:1", protocol, "large-model", None).unwrap();
            let body = body(&endpoint, &prompt());
            serde_json::from_str::<serde_json::Value>(&body).unwrap()
        };
        let openai = body_of(Protocol::OpenAi);
        assert_eq!(openai["messages"][0]["role"], "system");
        assert_eq!(openai["messages"][1]["content"], prompt().user);
        assert_eq!(openai["stream"], true);
        let anthropic = body_of(Protocol::Anthropic);
        assert_eq!(anthropic["system"], prompt().system);
        assert_eq!(anthropic["messages"].as_array().unwrap().len(), 1);
        assert_eq!(anthropic["max_tokens"], 512);
    }

    #[test]
    fn the_same_prompt_gives_the_same_bytes() {
        let endpoint = Endpoint::parse("http://127.0.0.1:1", Protocol::OpenAi, "m", None).unwrap();
        assert_eq!(body(&endpoint, &prompt()), body(&endpoint, &prompt()));
    }
}
