//! The reader process of this very program.

use cabinet_intake::{Reader, ReaderLimits};

/// Every program of Cabinet is also its own reader, when started with `--reader`.
///
/// Where the system cannot say which program this is, the reader cannot start, and each file says so.
pub fn reader() -> Reader {
    let program = std::env::current_exe().unwrap_or_default();
    Reader::new(program, vec!["--reader".into()], ReaderLimits::default())
}
