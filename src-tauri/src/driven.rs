//! The desktop program as end-to-end tests drive it: sealed but for the one loopback port of WebKit's
//! inspector, which WebDriver needs, and with the answers to the system's dialogs read from the folder
//! that `CABINET_DRIVEN_ANSWERS` names. Compiled only by the `driven` feature and never packaged.

use std::process::ExitCode;

use cabinet_desktop::Form;

fn main() -> ExitCode {
    if std::env::args_os().nth(1).is_some_and(|arg| arg == "--reader") {
        return cabinet_desk::reader_main();
    }
    if std::env::args_os().nth(1).is_some_and(|arg| arg == "--courier") {
        return cabinet_desk::courier_main();
    }
    let server = std::env::var("WEBKIT_INSPECTOR_SERVER").unwrap_or_default();
    let Some(port) = server.rsplit(':').next().and_then(|port| port.parse().ok()) else {
        eprintln!("This is the test build; it runs under WebDriver only.");
        return ExitCode::FAILURE;
    };
    let answers = std::env::var_os("CABINET_DRIVEN_ANSWERS").unwrap_or_default();
    cabinet_desktop::run(Form::Driven {
        port,
        answers: answers.into(),
    })
}
