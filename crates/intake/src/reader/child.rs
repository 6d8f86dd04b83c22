//! The reader child: reads requests, parses, answers, and can do nothing else.
//!
//! What must always hold: no byte of a file is read before the cell is shut, nothing is written but
//! frames, and nothing at all to standard error except what the runtime writes when memory runs out.

use super::wire::{self, MOST_ANSWERED, MOST_ASKED, Ready, Reply, Request, Setup};
use crate::error::{Excess, IntakeError};
use crate::parse::parse;
use cabinet_seal::{CellLimits, enter_reader_cell};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::io::{self, Read, Write};
use std::process::ExitCode;
use zeroize::Zeroizing;

/// Runs the reader child until its parent closes the pipe. A program that carries the reader calls
/// this first, before it starts any thread or opens anything, and returns what it returns.
pub fn reader_main() -> ExitCode {
    // A panic's message may quote the document.
    std::panic::set_hook(Box::new(|_| {}));
    match on_a_deep_stack(|| serve(&mut io::stdin().lock(), &mut io::stdout().lock())) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

/// The cell of Linux lets no thread be started, and the main thread's stack there is deep enough.
#[cfg(target_os = "linux")]
fn on_a_deep_stack(run: fn() -> io::Result<()>) -> io::Result<()> {
    run()
}

#[cfg(not(target_os = "linux"))]
fn on_a_deep_stack(run: fn() -> io::Result<()>) -> io::Result<()> {
    let thread = std::thread::Builder::new().stack_size(64 << 20).spawn(run)?;
    thread.join().unwrap_or_else(|_| Err(io::ErrorKind::Other.into()))
}

fn serve(input: &mut impl Read, output: &mut impl Write) -> io::Result<()> {
    let Some(setup) = receive::<Setup>(input)? else {
        return Ok(());
    };
    // The first panic builds tables that read files; better now than inside.
    let _ = std::panic::catch_unwind(|| std::panic::resume_unwind(Box::new(())));
    let limits = CellLimits {
        memory_bytes: setup.memory_bytes,
        cpu_seconds: setup.cpu_seconds,
    };
    enter_reader_cell(&limits).map_err(io::Error::other)?;
    send(output, &Ready {})?;
    while let Some(request) = receive::<Request>(input)? {
        let reply = answer(input, request)?;
        send(output, &reply)?;
    }
    Ok(())
}

fn answer(input: &mut impl Read, request: Request) -> io::Result<Reply> {
    let password = request.password.map(Zeroizing::new);
    let length = usize::try_from(request.length).map_err(io::Error::other)?;
    let mut bytes = Vec::new();
    if bytes.try_reserve_exact(length).is_err() {
        io::copy(&mut input.take(request.length), &mut io::sink())?;
        return Ok(Reply::Failed(IntakeError::TooLarge(Excess::Memory)));
    }
    input.take(request.length).read_to_end(&mut bytes)?;
    if bytes.len() != length {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    let name = format!("x.{}", request.ending);
    Ok(
        match parse(bytes, &name, password.as_ref().map(|password| password.as_str())) {
            Ok(read) => Reply::Read(read),
            Err(error) => Reply::Failed(error),
        },
    )
}

fn receive<T: DeserializeOwned>(input: &mut impl Read) -> io::Result<Option<T>> {
    let mut head = [0; 4];
    match input.read_exact(&mut head) {
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        other => other?,
    }
    let length = wire::length(head, MOST_ASKED).ok_or(io::ErrorKind::InvalidData)?;
    let mut bytes = Zeroizing::new(vec![0; length]);
    input.read_exact(&mut bytes)?;
    Ok(Some(serde_json::from_slice(&bytes)?))
}

fn send(output: &mut impl Write, content: &impl Serialize) -> io::Result<()> {
    let frame = wire::frame(content, MOST_ANSWERED);
    let frame =
        frame.or_else(|| wire::frame(&Reply::Failed(IntakeError::TooLarge(Excess::Text)), MOST_ANSWERED));
    output.write_all(&frame.ok_or(io::ErrorKind::InvalidData)?)?;
    output.flush()
}
