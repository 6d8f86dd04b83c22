//! The `cabinet` command line: the same operations as the window, for scripts and tests.
//!
//! Standard output carries results alone; progress and messages go to standard error. Exit status 0 on success,
//! 1 when some inputs failed (the others are done), 2 on usage, 3 on a wrong passphrase or a locked cabinet.

mod args;
mod batch;
mod commands;
mod failure;
mod output;
mod secrets;

use std::process::ExitCode;

use clap::Parser;

use args::Cli;

fn main() -> ExitCode {
    if std::env::args_os().nth(1).is_some_and(|arg| arg == "--reader") {
        return cabinet_desk::reader_main();
    }
    if std::env::args_os().nth(1).is_some_and(|arg| arg == "--courier") {
        return cabinet_desk::courier_main();
    }
    cabinet_seal::keep_little_memory();
    let cli = Cli::parse();
    // Before the network is given up and before there is a secret here; only to send, and only where the cabinet asks
    // for one.
    let courier = match cli.courier() {
        Ok(courier) => courier,
        Err(e) => {
            eprintln!("Cabinet did not start: {e}.\nTry again; nothing was sent.");
            return ExitCode::FAILURE;
        }
    };
    // Before any document is touched: no core dumps, no network, for this process and all it starts.
    let sealed = cabinet_seal::harden_process()
        .and_then(|()| cabinet_seal::seal_network(cabinet_seal::SealMode::Full));
    if let Err(e) = sealed {
        eprintln!("Cabinet did not start, because it could not give up the network: {e}");
        return ExitCode::FAILURE;
    }
    let runtime = match tokio::runtime::Builder::new_multi_thread()
        .enable_time()
        .enable_io()
        .build()
    {
        Ok(runtime) => runtime,
        Err(e) => {
            eprintln!("Cabinet could not start its threads: {e}");
            return ExitCode::FAILURE;
        }
    };
    match runtime.block_on(commands::run(cli, courier)) {
        Ok(code) => code,
        Err(failure) => {
            eprintln!("{failure}");
            failure.status()
        }
    }
}
