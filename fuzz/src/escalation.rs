//! What a host on the network answers, and what goes over the line between the application and its courier.
#![no_main]

use arbitrary::{Arbitrary, Unstructured};
use cabinet_escalation::{Endpoint, EndpointError, Limits, Place, Protocol, fuzzing};
use cabinet_fuzz::Target;
use libfuzzer_sys::fuzz_target;

const TARGETS: &[Target] = &[
    Target {
        name: "answer",
        seeds: answer_seeds,
        words: WORDS,
        run: answer,
    },
    Target {
        name: "http",
        seeds: http_seeds,
        words: WORDS,
        run: http,
    },
    Target {
        name: "courier-line",
        seeds: line_seeds,
        words: &["{\"Send\":", "{\"Pin\":", "\"Cancel\"", "{\"End\":", "{\"Text\":"],
        run: line,
    },
    Target {
        name: "endpoint",
        seeds: endpoint_seeds,
        words: &["https://", "http://", "[::ffff:", "/v1", "0x7f", "xn--"],
        run: endpoint,
    },
];

fuzz_target!(init: cabinet_fuzz::start(TARGETS), |data: &[u8]| cabinet_fuzz::run(data));

const PROTOCOLS: [Protocol; 2] = [Protocol::OpenAi, Protocol::Anthropic];
const WORDS: &[&str] = &[
    "data: ",
    "event: ",
    "\n\n",
    "\r\n\r\n",
    "[DONE]",
    "{\"choices\":[{\"delta\":{\"content\":\"",
    "\"finish_reason\":\"length\"",
    "{\"delta\":{\"text\":\"",
    "\"stop_reason\":\"max_tokens\"",
    "{\"error\":{\"message\":\"",
    "{\"content\":[{\"text\":\"",
    "{\"choices\":[{\"message\":{\"content\":\"",
    "HTTP/1.1 200 OK\r\n",
    "HTTP/1.1 302 Found\r\n",
    "Transfer-Encoding: chunked\r\n",
    "Content-Length: ",
    "Content-Type: text/event-stream\r\n",
    "Location: ",
    "0\r\n\r\n",
];

const OPENAI: &str = "data: {\"choices\":[{\"delta\":{\"content\":\"One\"}}]}\n\ndata: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n";
const ANTHROPIC: &str = "event: content_block_delta\r\ndata: {\"delta\":{\"text\":\"Two\"}}\r\n\r\ndata: {\"delta\":{\"stop_reason\":\"max_tokens\"}}\r\n\r\n";
const WHOLE: &str = "{\"choices\":[{\"message\":{\"content\":\"One\"},\"finish_reason\":\"stop\"}],\"content\":[{\"text\":\"Two\"}]}";
const REFUSED: &str = "data: {\"error\":{\"message\":\"overloaded\"}}\n\n";

/// An answer cut by the network in two ways.
#[derive(Arbitrary, Debug)]
struct Cut<'d> {
    anthropic: bool,
    whole: bool,
    cuts: [u8; 6],
    bytes: &'d [u8],
}

/// An answer says the same wherever the network cuts it, and no more than was sent.
fn answer(data: &[u8]) {
    let Ok(input) = Cut::arbitrary_take_rest(Unstructured::new(data)) else {
        return;
    };
    let protocol = PROTOCOLS[usize::from(input.anthropic)];
    let kind = if input.whole {
        "application/json"
    } else {
        "text/event-stream; charset=utf-8"
    };
    let cuts = input.cuts.map(usize::from);
    let read = fuzzing::read(protocol, kind, input.bytes, &[]);
    assert_eq!(read, fuzzing::read(protocol, kind, input.bytes, &cuts));
    if let Some((text, _, refusals)) = read {
        let said = text.len() + refusals.iter().map(String::len).sum::<usize>();
        assert!(said <= input.bytes.len(), "more came out than was sent");
    }
}

fn answer_seeds() -> Vec<Vec<u8>> {
    let head = |anthropic: u8, whole: u8, text: &str| {
        [&[anthropic, whole, 3, 9, 20, 1, 1, 40][..], text.as_bytes()].concat()
    };
    vec![
        head(0, 0, OPENAI),
        head(1, 0, ANTHROPIC),
        head(0, 1, WHOLE),
        head(1, 1, WHOLE),
        head(0, 0, REFUSED),
    ]
}

/// Whatever a host sends, the courier passes on no more than its limits allow, and says what was wrong. The first byte
/// chooses the protocol.
fn http(data: &[u8]) {
    let Some((first, response)) = data.split_first() else {
        return;
    };
    let limits = Limits {
        most_received: 2000,
        most_text: 200,
        ..Limits::default()
    };
    let (_, ended) = fuzzing::answer(PROTOCOLS[usize::from(first & 1)], response, limits);
    if let Err(fault) = ended {
        assert!(!fault.words().is_empty());
    }
}

fn http_seeds() -> Vec<Vec<u8>> {
    let response = |protocol: u8, head: &str, body: &str| {
        [&[protocol], format!("HTTP/1.1 {head}\r\n\r\n{body}").as_bytes()].concat()
    };
    let chunked = format!("{:x}\r\n{OPENAI}\r\n0\r\n\r\n", OPENAI.len());
    vec![
        response(0, "200 OK\r\nContent-Type: text/event-stream", OPENAI),
        response(
            0,
            "200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked",
            &chunked,
        ),
        response(1, "200 OK\r\nContent-Type: text/event-stream", ANTHROPIC),
        response(
            0,
            &format!(
                "200 OK\r\nContent-Type: application/json\r\nContent-Length: {}",
                WHOLE.len()
            ),
            WHOLE,
        ),
        response(0, "302 Found\r\nLocation: https://elsewhere.example/", ""),
        response(
            0,
            "429 Too Many Requests\r\nContent-Type: application/json",
            "{\"error\":\"slow down\"}",
        ),
    ]
}

/// Frames on the courier's line: nothing comes out that was not in them.
fn line(data: &[u8]) {
    let bodies = fuzzing::frames(data, 4096, 100);
    assert!(bodies <= data.len(), "more came out than was sent");
}

fn line_seeds() -> Vec<Vec<u8>> {
    let frame = |head: &str, body: &str| {
        [
            &(head.len() as u32).to_le_bytes()[..],
            &(body.len() as u32).to_le_bytes(),
            head.as_bytes(),
            body.as_bytes(),
        ]
        .concat()
    };
    let endpoint = "{\"protocol\":\"open_ai\",\"tls\":false,\"host\":\"127.0.0.1\",\"port\":1,\"path\":\"/v1\",\"model\":\"m\",\"authority\":null}";
    vec![
        [
            frame("\"Ready\"", ""),
            frame("{\"Pinned\":true}", ""),
            frame("{\"Text\":\"One\"}", ""),
            frame(
                "{\"End\":{\"whole\":true,\"bytes_received\":3,\"failure\":null}}",
                "",
            ),
        ]
        .concat(),
        [
            frame(
                &format!("{{\"Send\":{{\"endpoint\":{endpoint},\"sha256\":\"00\",\"key\":null}}}}"),
                "{}",
            ),
            frame("\"Cancel\"", ""),
        ]
        .concat(),
    ]
}

/// An address that is taken is taken the same when read back, and never leads out in the open.
fn endpoint(data: &[u8]) {
    let Some((first, address)) = data.split_first() else {
        return;
    };
    let Ok(address) = std::str::from_utf8(address) else {
        return;
    };
    let protocol = PROTOCOLS[usize::from(first & 1)];
    match Endpoint::parse(address, protocol, "m", None) {
        Ok(endpoint) => {
            assert!(
                endpoint.tls() || endpoint.place() != Place::Public,
                "{endpoint:?}"
            );
            let again = Endpoint::parse(&endpoint.address(), protocol, "m", None);
            assert_eq!(again.as_ref(), Ok(&endpoint), "{}", endpoint.address());
            assert!(
                !endpoint.authority_line().contains(['\r', '\n', ' '])
                    && !endpoint.path().contains(['\r', '\n', ' '])
            );
        }
        Err(error) => assert_ne!(error, EndpointError::NoModel),
    }
}

fn endpoint_seeds() -> Vec<Vec<u8>> {
    [
        "https://models.example.org/v1",
        "http://127.0.0.1:8080",
        "http://[::1]:1/v1/chat/completions",
        "http://[::ffff:10.0.0.1]/x/",
        "http://localhost",
        "https://b\u{fc}cher.example/a%20b",
        "http://8.8.8.8/",
    ]
    .map(|address| [b"\0", address.as_bytes()].concat())
    .to_vec()
}
