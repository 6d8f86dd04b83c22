//! The reader child: reads requests, parses, answers, and can do nothing else.
//!
//! What must always hold: no byte of a file is read before the cell is shut, nothing is written but
//! frames, and nothing at all to standard error except what the runtime writes when memory runs out.

use super::wire::{
    self, Asked, DrawReply, MOST_ANSWERED, MOST_ASKED, PageReply, Ready, Reply, Request, Setup,
};
use crate::document::{Kind, PageProblem};
use crate::error::{Excess, IntakeError};
use crate::parse::{Parsed, parse};
use crate::scan::Scans;
use cabinet_ocr::{ModelFiles, Recogniser};
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
    // So do the threads that the recognition models would otherwise be run on.
    cabinet_ocr::stay_on_this_thread();
    let limits = CellLimits {
        memory_bytes: setup.memory_bytes,
        cpu_seconds: setup.cpu_seconds,
    };
    enter_reader_cell(&limits).map_err(io::Error::other)?;
    send(output, &Ready {})?;
    let mut desk = Desk {
        every_page: setup.every_page,
        ..Desk::default()
    };
    while let Some(asked) = receive::<Asked>(input)? {
        match asked {
            Asked::File(request) => reply(output, &desk.file(input, request)?)?,
            Asked::Models(lengths) => {
                desk.take_models(input, lengths)?;
                send(output, &Ready {})?;
            }
            Asked::Page(page) => send(output, &desk.page(page))?,
            Asked::Draw {
                page,
                quarters,
                longest,
            } => desk.draw(output, page, quarters, longest)?,
        }
    }
    Ok(())
}

/// What lies open in a child: the last file's pages that are pictures, and the models once they were sent.
#[derive(Default)]
struct Desk {
    scans: Option<Scans>,
    recogniser: Option<Recogniser>,
    every_page: bool,
}

impl Desk {
    fn file(&mut self, input: &mut impl Read, request: Request) -> io::Result<Reply> {
        self.scans = None;
        let password = request.password.map(Zeroizing::new);
        let Some(bytes) = take(input, request.length)? else {
            return Ok(Reply::Failed(IntakeError::TooLarge(Excess::Memory)));
        };
        let name = format!("x.{}", request.ending);
        let password = password.as_ref().map(|password| password.as_str());
        Ok(match parse(bytes, &name, password, self.every_page) {
            Ok(Parsed { read, scans }) => {
                let (pages, scans) = scans.unzip();
                self.scans = scans;
                Reply::Read {
                    lengths: read
                        .members
                        .iter()
                        .map(|member| member.bytes.len() as u64)
                        .collect(),
                    read,
                    scans: pages.unwrap_or_default(),
                }
            }
            Err(error) => Reply::Failed(error),
        })
    }

    /// Models that cannot be used are as good as none; the parent verified their bytes.
    fn take_models(&mut self, input: &mut impl Read, lengths: [u64; 3]) -> io::Result<()> {
        let mut next = |length| take(input, length).map(Option::unwrap_or_default);
        let files = ModelFiles {
            detector: next(lengths[0])?,
            recogniser: next(lengths[1])?,
            characters: next(lengths[2])?,
        };
        self.recogniser = Recogniser::load(files).ok();
        Ok(())
    }

    fn page(&self, page: u32) -> PageReply {
        let read = match (&self.scans, &self.recogniser) {
            (Some(scans), Some(recogniser)) => scans.recognise(page, recogniser),
            _ => Err(PageProblem::NoText),
        };
        read.map_or_else(PageReply::Failed, PageReply::Recognised)
    }

    fn draw(&self, output: &mut impl Write, page: u32, quarters: u8, longest: u32) -> io::Result<()> {
        let nothing = Err(IntakeError::Corrupt(Kind::Image));
        let drawn = self
            .scans
            .as_ref()
            .map_or(nothing, |scans| scans.draw(page, quarters, longest));
        match drawn {
            Ok(drawn) => {
                let (width, height) = (drawn.width, drawn.height);
                send(output, &DrawReply::Drawn { width, height })?;
                output.write_all(&drawn.rgb)?;
                output.flush()
            }
            Err(error) => send(output, &DrawReply::Failed(error)),
        }
    }
}

/// So many bytes; `None`, and they are passed over, if there is no memory for them.
fn take(input: &mut impl Read, length: u64) -> io::Result<Option<Vec<u8>>> {
    let size = usize::try_from(length).map_err(io::Error::other)?;
    let mut bytes = Vec::new();
    if bytes.try_reserve_exact(size).is_err() {
        io::copy(&mut input.take(length), &mut io::sink())?;
        return Ok(None);
    }
    input.take(length).read_to_end(&mut bytes)?;
    if bytes.len() != size {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(Some(bytes))
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
    let frame = wire::frame(content, MOST_ANSWERED).ok_or(io::ErrorKind::InvalidData)?;
    output.write_all(&frame)?;
    output.flush()
}

fn reply(output: &mut impl Write, reply: &Reply) -> io::Result<()> {
    let Some(frame) = wire::frame(reply, MOST_ANSWERED) else {
        return send(output, &Reply::Failed(IntakeError::TooLarge(Excess::Text)));
    };
    output.write_all(&frame)?;
    if let Reply::Read { read, .. } = reply {
        for member in &read.members {
            output.write_all(&member.bytes)?;
        }
    }
    output.flush()
}
