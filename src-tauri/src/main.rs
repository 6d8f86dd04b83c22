//! The desktop program; also the reader process and the courier, when it is started as one.
#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

use std::process::ExitCode;

use cabinet_desktop::Form;

fn main() -> ExitCode {
    if std::env::args_os().nth(1).is_some_and(|arg| arg == "--reader") {
        return cabinet_desk::reader_main();
    }
    if std::env::args_os().nth(1).is_some_and(|arg| arg == "--courier") {
        return cabinet_desk::courier_main();
    }
    cabinet_desktop::run(Form::Packaged)
}
