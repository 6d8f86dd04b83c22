//! What the parent does with the bytes a child writes, for the fuzz targets.

use super::wire::{self, MOST_ANSWERED, PageReply, Reply};
use super::{answer, checked, pages, receive};
use crate::document::Extracted;
use crate::error::IntakeError;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

/// Bytes in memory never make anybody wait.
fn at_once<T>(work: impl Future<Output = T>) -> T {
    match pin!(work).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(done) => done,
        Poll::Pending => panic!("bytes in memory made the parent wait"),
    }
}

/// What a child writes of a file it has read.
pub(crate) fn said(read: Extracted, scans: Vec<u32>) -> Vec<u8> {
    let members: Vec<u8> = read
        .members
        .iter()
        .flat_map(|member| member.bytes.iter().copied())
        .collect();
    let lengths = read
        .members
        .iter()
        .map(|member| member.bytes.len() as u64)
        .collect();
    let reply = Reply::Read { read, lengths, scans };
    let mut frame = wire::frame(&reply, MOST_ANSWERED).expect("a small document fits a frame");
    frame.extend(members);
    frame
}

/// A file as the parent takes it from a child, and the pages to be recognised; the outer error ends the child.
pub(crate) fn file(mut bytes: &[u8]) -> Result<Result<(Extracted, Vec<u32>), IntakeError>, IntakeError> {
    at_once(answer(&mut bytes))
        .map_err(|_| IntakeError::Crashed)
        .and_then(checked)
}

/// Takes what a child says of a recognised page into a document.
pub(crate) fn page(mut bytes: &[u8], read: &mut Extracted, number: u32) -> Option<()> {
    let reply = at_once(receive::<PageReply>(&mut bytes, MOST_ANSWERED)).ok()?;
    if !pages::sound(&reply, number) {
        return None;
    }
    match reply {
        PageReply::Recognised(found) => pages::take(read, &mut Vec::new(), found),
        PageReply::Failed(problem) => pages::warn(read, number, problem),
    }
    Some(())
}

/// Pixels of a drawing, which are as many as its sides say.
pub(crate) fn drawing(mut bytes: &[u8]) -> Option<usize> {
    let drawing = at_once(pages::drawn(&mut bytes)).ok()?.ok()?;
    assert_eq!(
        drawing.rgb.len(),
        3 * drawing.width as usize * drawing.height as usize
    );
    Some(drawing.rgb.len())
}
