//! A proxy is used where the user named one, learns the host's name and nothing that is said to it, and keeps nobody
//! from proving who they are.
#![expect(clippy::disallowed_types, reason = "tests need somebody to talk to")]

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use cabinet_escalation::{Answer, Endpoint, Fault, Protocol};

use crate::sending::{courier, draft, hasty, send};
use crate::server::{AUTHORITY, Manner, Server, Shown};

/// Lets one connection through to `port`, or says `refusal`, and keeps what the courier says on the way.
fn proxy(port: u16, refusal: Option<&'static str>) -> (u16, Arc<Mutex<Vec<u8>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a loopback port");
    let own = listener.local_addr().expect("it is bound").port();
    let heard: Arc<Mutex<Vec<u8>>> = Arc::default();
    let its_heard = Arc::clone(&heard);
    std::thread::spawn(move || {
        let (mut near, _) = listener.accept().expect("a connection");
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            let mut one = [0];
            near.read_exact(&mut one).expect("a whole head");
            head.push(one[0]);
        }
        its_heard.lock().expect("no test panics holding it").extend(&head);
        let answer = refusal.unwrap_or("HTTP/1.1 200 Connection established\r\n\r\n");
        near.write_all(answer.as_bytes()).expect("it listens");
        if refusal.is_some() {
            return;
        }
        let mut far = TcpStream::connect(("127.0.0.1", port)).expect("the host is there");
        let (mut back_from, mut back_to) =
            (far.try_clone().expect("twice"), near.try_clone().expect("twice"));
        std::thread::spawn(move || {
            let _ = std::io::copy(&mut back_from, &mut back_to);
            // The host has hung up, and so does this.
            let _ = back_to.shutdown(Shutdown::Both);
        });
        let mut piece = [0; 4096];
        while let Ok(read @ 1..) = near.read(&mut piece) {
            its_heard
                .lock()
                .expect("no test panics holding it")
                .extend(&piece[..read]);
            if far.write_all(&piece[..read]).is_err() {
                return;
            }
        }
    });
    (own, heard)
}

async fn through(proxy: u16, server: &Server, authority: Option<&str>) -> (Answer, Vec<u8>) {
    let address = format!("https://127.0.0.1:{}", server.port());
    let endpoint = Endpoint::parse(&address, Protocol::OpenAi, "large", authority)
        .and_then(|endpoint| endpoint.through(&format!("http://127.0.0.1:{proxy}")))
        .expect("an address");
    let courier = courier(hasty());
    courier.pin(&endpoint).await.expect("it takes its endpoint");
    let draft = draft(&endpoint, "What does nobody else hear?");
    let body = draft.body().as_bytes().to_vec();
    (send(&courier, draft, Some(&"s3cret-key".into())).await, body)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proxy_carries_what_it_cannot_read() {
    let server = Server::encrypted(Manner::Echo, Shown::Right);
    let (port, heard) = proxy(server.port(), None);
    let (answer, body) = through(port, &server, Some(AUTHORITY)).await;
    assert_eq!(answer.failure, None);
    assert_eq!(answer.text, "What does nobody else hear?");
    assert!(server.heard()[0].body == body, "to the byte");
    let heard = heard.lock().expect("no test panics holding it").clone();
    let first = format!(
        "CONNECT 127.0.0.1:{0} HTTP/1.1\r\nhost: 127.0.0.1:{0}\r\n\r\n",
        server.port()
    );
    assert!(heard.starts_with(first.as_bytes()), "it is told the host");
    for secret in ["nobody else", "s3cret", "large"] {
        let plain = heard
            .windows(secret.len())
            .any(|window| window == secret.as_bytes());
        assert!(!plain, "{secret} went through in plain");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proxy_that_puts_itself_in_the_host_s_place_is_told_nothing() {
    let server = Server::encrypted(Manner::Echo, Shown::Elsewhere);
    let (port, _) = proxy(server.port(), None);
    let (answer, _) = through(port, &server, Some(AUTHORITY)).await;
    let failure = answer.failure.expect("it is refused");
    assert_eq!(
        (failure.fault, failure.may_be_charged),
        (Fault::Certificate, false)
    );
    assert!(server.heard().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proxy_that_refuses_is_told_apart_and_nothing_is_sent() {
    let server = Server::encrypted(Manner::Echo, Shown::Right);
    let refusal = "HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n";
    let (port, _) = proxy(server.port(), Some(refusal));
    let (answer, _) = through(port, &server, Some(AUTHORITY)).await;
    let failure = answer.failure.expect("it is refused");
    assert_eq!((failure.fault, failure.may_be_charged), (Fault::Proxy, false));
    assert_eq!((answer.bytes_sent, server.connections()), (0, 0));
}
