//! Doors for the fuzz targets. Not part of the crate's interface, and there only with the feature `fuzzing`.

use crate::Protocol;
pub use crate::courier::fuzzing::{answer, frames};
use crate::protocol::{Piece, Reader};

/// What an answer says, read in pieces that end at `cuts`: text, and for every end whether all was said; `None` where it
/// does not keep to its protocol.
#[must_use]
pub fn read(
    protocol: Protocol,
    content_type: &str,
    bytes: &[u8],
    cuts: &[usize],
) -> Option<(String, Vec<bool>, Vec<String>)> {
    let mut reader = Reader::new(protocol, content_type)?;
    let mut pieces = Vec::new();
    let mut rest = bytes;
    for cut in cuts {
        let (piece, after) = rest.split_at((*cut).min(rest.len()));
        pieces.extend(reader.take(piece).ok()?);
        rest = after;
    }
    pieces.extend(reader.take(rest).ok()?);
    pieces.extend(reader.end().ok()?);
    let (mut text, mut ends, mut refusals) = (String::new(), Vec::new(), Vec::new());
    for piece in pieces {
        match piece {
            Piece::Text(more) => text.push_str(&more),
            Piece::End { whole } => ends.push(whole),
            Piece::Refused(words) => refusals.push(words),
        }
    }
    Some((text, ends, refusals))
}
