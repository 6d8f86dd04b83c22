//! What is sent is what was approved, to one host, once.

use std::path::Path;
use std::time::Duration;

use cabinet_escalation::{
    Answer, Courier, CourierError, CourierProcess, Decision, DraftPayload, Endpoint, EndpointKey, Fault,
    Limits, Prompt, Protocol,
};
use tokio_util::sync::CancellationToken;

use crate::server::{AUTHORITY, Manner, Server, Shown};

/// Limits under which a test does not wait long.
pub fn hasty() -> Limits {
    Limits {
        connect: Duration::from_secs(5),
        first_byte: Duration::from_secs(2),
        between: Duration::from_secs(2),
        whole: Duration::from_secs(20),
        most_sent: 1 << 20,
        most_received: 1 << 20,
        most_text: 256 << 10,
    }
}

pub fn courier(limits: Limits) -> Courier {
    CourierProcess::start(Path::new(env!("CARGO_BIN_EXE_cabinet-courier")), &[])
        .expect("the courier starts")
        .into_courier(limits)
        .expect("its line can be used")
}

pub fn endpoint(server: &Server, protocol: Protocol) -> Endpoint {
    let address = format!("http://127.0.0.1:{}", server.port());
    Endpoint::parse(&address, protocol, "large", None).expect("an address")
}

pub fn draft(endpoint: &Endpoint, user: &str) -> DraftPayload {
    let prompt = Prompt {
        system: "Answer from the excerpts.".into(),
        user: user.into(),
        max_tokens: 256,
    };
    DraftPayload::new(endpoint, &prompt)
}

/// Approves what was drafted and has it carried.
pub async fn send(courier: &Courier, draft: DraftPayload, key: Option<&EndpointKey>) -> Answer {
    let shown = draft.hash();
    let approved = draft.approve(shown, 0, 0, Decision::Once).expect("it was shown");
    courier
        .send(approved, key, &CancellationToken::new(), &|_| {})
        .await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_server_sees_exactly_the_approved_bytes_a_hundred_times() {
    for protocol in [Protocol::OpenAi, Protocol::Anthropic] {
        let server = Server::start(Manner::Well("Fine.".into()));
        let endpoint = endpoint(&server, protocol);
        let courier = courier(hasty());
        courier.pin(&endpoint).await.expect("it takes its endpoint");
        let mut approved = Vec::new();
        for n in 0..100 {
            // Every kind of character that JSON or a network could trip over, and lengths across a buffer's end.
            let user = format!("{n} \"é\u{1F33F}\\\r\n\t\u{0}{}", "x".repeat(n * 331));
            let draft = draft(&endpoint, &user);
            approved.push(draft.body().as_bytes().to_vec());
            let answer = send(&courier, draft, None).await;
            assert_eq!(answer.failure, None);
            assert_eq!((answer.text.as_str(), answer.whole), ("Fine.", true));
            assert_eq!(answer.bytes_sent, approved[n].len() as u64);
        }
        let heard: Vec<Vec<u8>> = server.heard().into_iter().map(|heard| heard.body).collect();
        assert!(heard == approved, "what the server saw is what was approved");
        assert_eq!(server.connections(), 100, "one connection a sending");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_head_is_what_the_sheet_shows_and_the_key_goes_nowhere_else() {
    for (protocol, line) in [
        (Protocol::OpenAi, "authorization: Bearer s3cret-key"),
        (Protocol::Anthropic, "x-api-key: s3cret-key"),
    ] {
        let server = Server::start(Manner::Well("Fine.".into()));
        let endpoint = endpoint(&server, protocol);
        let courier = courier(hasty());
        courier.pin(&endpoint).await.expect("it takes its endpoint");
        let draft = draft(&endpoint, "What is it?");
        let shown = draft.head(true);
        send(&courier, draft, Some(&"s3cret-key".into())).await;
        let heard = server.heard().remove(0);
        let mut lines: Vec<String> = heard
            .head
            .lines()
            .filter(|line| !line.is_empty())
            .map(str::to_owned)
            .collect();
        let mut expected: Vec<String> = shown
            .iter()
            .map(|shown| {
                if shown.contains("(your key)") {
                    line.to_owned()
                } else {
                    shown.clone()
                }
            })
            .collect();
        lines.sort();
        expected.sort();
        assert_eq!(lines, expected);
        assert!(!String::from_utf8_lossy(&heard.body).contains("s3cret"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_courier_knows_one_endpoint_for_its_whole_life() {
    let (first, second) = (Server::start(Manner::Echo), Server::start(Manner::Echo));
    let (first, second_endpoint) = (
        endpoint(&first, Protocol::OpenAi),
        endpoint(&second, Protocol::OpenAi),
    );
    let courier = courier(hasty());
    courier.pin(&first).await.expect("it takes its endpoint");
    courier.pin(&first).await.expect("the same again is nothing new");
    assert!(matches!(
        courier.pin(&second_endpoint).await,
        Err(CourierError::AnotherEndpoint)
    ));
    let answer = send(&courier, draft(&second_endpoint, "Hello"), None).await;
    let failure = answer.failure.expect("it is refused");
    assert_eq!(
        (failure.fault, failure.may_be_charged),
        (Fault::AnotherEndpoint, false)
    );
    assert_eq!(second.connections(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_courier_that_was_told_no_endpoint_sends_nothing() {
    let server = Server::start(Manner::Echo);
    let endpoint = endpoint(&server, Protocol::OpenAi);
    let courier = courier(hasty());
    let answer = send(&courier, draft(&endpoint, "Hello"), None).await;
    assert!(answer.failure.is_some());
    assert_eq!(server.connections(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_ended_courier_sends_nothing() {
    let server = Server::start(Manner::Echo);
    let endpoint = endpoint(&server, Protocol::OpenAi);
    let courier = courier(hasty());
    courier.pin(&endpoint).await.expect("it takes its endpoint");
    assert!(courier.lives());
    courier.end();
    assert!(!courier.lives());
    let answer = send(&courier, draft(&endpoint, "Hello"), None).await;
    assert_eq!(
        answer.failure.map(|failure| failure.fault),
        Some(Fault::CourierGone)
    );
    assert_eq!(server.connections(), 0);
}

fn encrypted_endpoint(server: &Server, host: &str, authority: Option<&str>) -> Endpoint {
    let address = format!("https://{host}:{}", server.port());
    Endpoint::parse(&address, Protocol::OpenAi, "large", authority).expect("an address")
}

async fn send_to(endpoint: &Endpoint) -> Answer {
    let courier = courier(hasty());
    courier.pin(endpoint).await.expect("it takes its endpoint");
    send(&courier, draft(endpoint, "What is it?"), None).await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_encrypted_host_is_spoken_to_by_name_and_by_address() {
    let server = Server::encrypted(Manner::Echo, Shown::Right);
    for host in ["127.0.0.1", "localhost"] {
        let answer = send_to(&encrypted_endpoint(&server, host, Some(AUTHORITY))).await;
        assert_eq!(answer.failure, None, "{host}");
        assert_eq!(answer.text, "What is it?");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_host_that_cannot_prove_who_it_is_is_told_nothing() {
    let wrong_name = Server::encrypted(Manner::Echo, Shown::Elsewhere);
    let right = Server::encrypted(Manner::Echo, Shown::Right);
    for (server, authority) in [(&wrong_name, Some(AUTHORITY)), (&right, None)] {
        let answer = send_to(&encrypted_endpoint(server, "127.0.0.1", authority)).await;
        let failure = answer.failure.expect("it is refused");
        assert_eq!(
            (failure.fault, failure.may_be_charged),
            (Fault::Certificate, false)
        );
        assert_eq!(answer.bytes_sent, 0);
        assert!(server.heard().is_empty());
    }
}
