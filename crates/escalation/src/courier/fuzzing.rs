//! What either end of the courier's line does with bytes, for the fuzz targets.

use std::io::Cursor;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use bytes::Bytes;
use tokio::sync::mpsc;

use super::wire::{self, Order, Report};
use super::{Answer, Fault, Limits, client, http};
use crate::{Endpoint, Protocol};

/// Takes frames off a line until it ends or one is refused: as the application does, then as the courier does. Gives how
/// many bytes of body came with them.
///
/// # Panics
/// If the application takes in more text than it may.
#[must_use]
pub fn frames(line: &[u8], most_body: usize, most_text: usize) -> usize {
    let mut answer = Answer::default();
    let _ = at_once(client::hear(&mut { line }, 0, most_text, &|_| {}, &mut answer));
    assert!(answer.text.len() <= most_text);
    let (mut line, mut total) = (line, 0);
    while let Ok((_, body)) = at_once(wire::read::<Order>(&mut line, most_body)) {
        assert!(body.len() <= most_body);
        total += body.len();
    }
    total
}

/// Bytes in memory never make anybody wait.
fn at_once<T>(work: impl Future<Output = T>) -> T {
    match pin!(work).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(done) => done,
        Poll::Pending => panic!("bytes in memory made the line wait"),
    }
}

/// Reads what a host sends for the one request, as the courier does: the text that is passed on, and whether the answer
/// was whole or what was wrong.
///
/// # Panics
/// If more is passed on than the limits allow.
pub fn answer(protocol: Protocol, response: &[u8], limits: Limits) -> (String, Result<bool, Fault>) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .expect("a runtime can be made");
    let endpoint =
        Endpoint::parse("http://127.0.0.1:1", protocol, "made", None).expect("the fixed address is one");
    let (reports, mut heard) = mpsc::channel(1);
    let mut sending = http::Sending {
        endpoint: &endpoint,
        limits,
        roots: &[],
        reports,
        sent: false,
        received: 0,
        text: 0,
    };
    let line = tokio::io::join(Cursor::new(response.to_vec()), tokio::io::sink());
    let mut text = String::new();
    let ended = runtime.block_on(async {
        let listen = async {
            while let Some(report) = heard.recv().await {
                if let Report::Text(more) = report {
                    text.push_str(&more);
                }
            }
        };
        let carry = async {
            let ended = sending.speak(line, Bytes::from_static(b"{}"), None).await;
            // Nobody is left to report, and the listener ends.
            drop(sending);
            ended
        };
        tokio::join!(carry, listen).0
    });
    assert!(text.len() <= limits.most_text, "{} bytes of text", text.len());
    (text, ended.map_err(|(fault, _)| fault))
}
