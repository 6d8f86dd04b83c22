//! The reader on its own. Cabinet's programs carry it behind `--reader`; the tests start this one.

use std::process::ExitCode;

fn main() -> ExitCode {
    cabinet_intake::reader_main()
}
