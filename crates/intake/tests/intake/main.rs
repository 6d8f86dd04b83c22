//! Files through a real reader child, and children that misbehave.

mod formats;
mod reader;
mod rejects;
mod scans;

use cabinet_intake::{Extracted, IntakeError, Reader, ReaderLimits, Source};
use std::path::PathBuf;

/// A reader over the real child.
pub(crate) fn reader(limits: ReaderLimits) -> Reader {
    Reader::new(
        PathBuf::from(env!("CARGO_BIN_EXE_cabinet-reader")),
        Vec::new(),
        limits,
    )
}

/// Reads bytes through the real child with the default limits.
pub(crate) async fn read_with(
    bytes: Vec<u8>,
    name: &str,
    password: Option<&str>,
) -> Result<Extracted, IntakeError> {
    reader(ReaderLimits::default())
        .read(&Source::from_bytes(bytes)?, name, password)
        .await
}

/// The same without a password.
pub(crate) async fn read(bytes: impl Into<Vec<u8>>, name: &str) -> Result<Extracted, IntakeError> {
    read_with(bytes.into(), name, None).await
}

/// The texts of a document's pages.
pub(crate) fn texts(read: &Extracted) -> Vec<&str> {
    read.pages.iter().map(|page| page.text.as_str()).collect()
}
