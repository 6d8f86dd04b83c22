//! The desktop program as end-to-end tests drive it: sealed but for the one loopback port of WebKit's
//! inspector, which WebDriver needs. Compiled only by the `driven` feature and never packaged.

use std::process::ExitCode;

fn main() -> ExitCode {
    if std::env::args_os().nth(1).is_some_and(|arg| arg == "--reader") {
        return cabinet_desk::reader_main();
    }
    let server = std::env::var("WEBKIT_INSPECTOR_SERVER").unwrap_or_default();
    let Some(port) = server.rsplit(':').next().and_then(|port| port.parse().ok()) else {
        eprintln!("This is the test build; it runs under WebDriver only.");
        return ExitCode::FAILURE;
    };
    cabinet_desktop::run(cabinet_seal::SealMode::Inspectable { port })
}
