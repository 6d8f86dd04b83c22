//! Reading files in another process.
//!
//! Owns the reader child's life: it is started when the first file comes, serves file after file, and
//! is replaced after a crash, a missed deadline or a good many files. The parent opens no format; it
//! hands over bytes and believes nothing of the answer that it has not checked.
//!
//! The bytes go down the child's standard input, and not as a descriptor of the file. The child must
//! hold them in memory either way, this way is the same on every system, the child needs no right to
//! map or receive anything, and what it parses is to the byte what the caller hashed and keeps.
//!
//! Pages that are pictures are recognised one by one, each with a deadline of its own: the parent asks for a page, and if
//! the child dies of it, starts another, hands over the file again and goes on with the next page. The recognition
//! models go the same way as the file, as verified bytes, to a child that first needs them. They are not run in the
//! parent, because pictures are untrusted input and the parent holds keys; and not by several threads, because the cell
//! takes none.
//!
//! Cancelling a read (dropping its future) kills the child; the next read starts another.

mod child;
#[cfg(feature = "fuzzing")]
pub(crate) mod fuzzing;
mod pages;
mod wire;

pub use child::reader_main;
pub use pages::{Document, Drawing, Models, Progress};

use crate::document::{Extracted, Method};
use crate::error::{Excess, IntakeError};
use crate::limits::MOST_MEMBER_BYTES;
use crate::source::Source;
use serde::de::DeserializeOwned;
use std::ffi::OsString;
use std::path::PathBuf;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};
use tokio::process::{Child, ChildStderr, ChildStdin, ChildStdout, Command};
use tokio::sync::Mutex;
use tokio::task::JoinHandle;
use tokio::time::{Instant, timeout, timeout_at};
use wire::{Asked, MOST_ANSWERED, MOST_ASKED, Ready, Reply, Request, Setup};
use zeroize::Zeroizing;

/// How long a child may take to start.
const START: Duration = Duration::from_secs(20);
/// How long the parent waits for a child that has closed its pipes to end.
const END: Duration = Duration::from_secs(2);
/// What the environment of a child is cut down to: enough to load shared libraries.
const ENVIRONMENT: [&str; 4] = ["LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "SystemRoot", "PATH"];
/// The desktop program carries WebKit, whose allocator starts a thread before `main` unless it is told to leave memory
/// to the system. The cell takes no process with a second thread.
const NO_SECOND_THREAD: (&str, &str) = ("Malloc", "1");

/// What a reader child may use.
#[derive(Clone, Copy, Debug)]
pub struct ReaderLimits {
    /// Time for any file.
    pub deadline: Duration,
    /// Time on top for every megabyte of it.
    pub deadline_per_mib: Duration,
    /// Processor time to recognise any page; twenty times that by the clock.
    pub deadline_per_page: Duration,
    /// How far a child that recognises steps back from others who want the processor (nice(2)): at 10 it has a tenth of
    /// the usual share. At 19 a busy machine would never get on with a scan.
    pub nice: i32,
    /// Children that recognise pages of one file side by side.
    pub lanes: u8,
    /// Memory, beyond what the program takes to start.
    pub memory_bytes: u64,
    /// Whether every page of a PDF is recognised from its picture, whatever text it holds: for measuring recognition
    /// against that text.
    pub every_page: bool,
    /// A fresh child after this many files, so that nothing one file leaves behind lasts.
    pub files_per_child: u32,
}

impl Default for ReaderLimits {
    fn default() -> Self {
        Self {
            deadline: Duration::from_secs(60),
            deadline_per_mib: Duration::from_secs(1),
            deadline_per_page: Duration::from_secs(60),
            nice: 10,
            lanes: if std::thread::available_parallelism().map_or(1, usize::from) > 1 {
                2
            } else {
                1
            },
            memory_bytes: 1280 << 20,
            every_page: false,
            files_per_child: 64,
        }
    }
}

impl ReaderLimits {
    fn deadline_for(&self, bytes: u64) -> Duration {
        let mib = u32::try_from(bytes >> 20).unwrap_or(u32::MAX);
        self.deadline
            .saturating_add(self.deadline_per_mib.saturating_mul(mib))
    }

    /// A wall of its own in the child, in case its parent is gone: every file at its deadline.
    fn cpu_seconds(&self) -> u64 {
        self.deadline_for(crate::source::DEFAULT_FILE_LIMIT)
            .as_secs()
            .saturating_mul(u64::from(self.files_per_child))
    }
}

/// Reads files through a child process, one after the other. Several readers may run side by side.
pub struct Reader {
    program: PathBuf,
    args: Vec<OsString>,
    limits: ReaderLimits,
    models: Option<Models>,
    running: Mutex<Option<Running>>,
}

struct Running {
    child: Child,
    input: ChildStdin,
    output: ChildStdout,
    complaints: JoinHandle<Vec<u8>>,
    files: u32,
    /// Whether it has the models.
    recognises: bool,
}

/// Why an exchange with the child ended without an answer.
enum Broken {
    /// The child is gone or its pipe closed.
    Closed,
    /// It said something no reader says.
    Nonsense,
}

impl From<std::io::Error> for Broken {
    fn from(_: std::io::Error) -> Self {
        Broken::Closed
    }
}

impl Reader {
    /// A reader whose child is `program args...`, which must call [`reader_main`]. Starts nothing yet.
    pub fn new(program: PathBuf, args: Vec<OsString>, limits: ReaderLimits) -> Self {
        Self {
            program,
            args,
            limits,
            models: None,
            running: Mutex::new(None),
        }
    }

    /// The same reader with the models that recognise pages which are pictures. They are asked for once by every child
    /// that needs them.
    #[must_use]
    pub fn with_models(self, models: Models) -> Self {
        Self {
            models: Some(models),
            ..self
        }
    }

    /// Reads one file. `name_hint` is the file's name; only its ending is used, and only where the
    /// content leaves a choice. Waits while another file is being read through this reader.
    ///
    /// # Errors
    /// One code for every way of failing. Whatever the error, the reader can be used again.
    pub async fn read(
        &self,
        source: &Source,
        name_hint: &str,
        password: Option<&str>,
    ) -> Result<Extracted, IntakeError> {
        let document = self.read_pages(source, name_hint, password, &|_| {}).await;
        document.map(|document| document.read)
    }

    /// Hands a file to a child: what the child says of it, and the child, still holding the file.
    async fn open(
        &self,
        running: Option<Running>,
        source: &Source,
        name_hint: &str,
        password: Option<&str>,
    ) -> Result<(Running, Result<(Extracted, Vec<u32>), IntakeError>), IntakeError> {
        let mut running = match running {
            Some(running) => running,
            None => self.start().await?,
        };
        let deadline = self.limits.deadline_for(source.len());
        let mut asked = Asked::File(Request {
            length: source.len(),
            ending: ending(name_hint),
            password: password.map(str::to_owned),
        });
        let frame = wire::frame(&asked, MOST_ASKED).map(Zeroizing::new);
        if let Asked::File(request) = &mut asked {
            drop(request.password.take().map(Zeroizing::new));
        }
        let Some(frame) = frame else {
            // Only a password can be that long, and none that long opens anything.
            return Ok((running, Err(IntakeError::WrongPassword)));
        };
        let until = Instant::now() + deadline;
        match timeout_at(until, running.exchange(&frame, source.bytes())).await {
            Err(_) => Err(IntakeError::Timeout {
                seconds: deadline.as_secs(),
            }),
            Ok(Err(broken)) => Err(running.post_mortem(&broken, deadline).await),
            Ok(Ok(reply)) => {
                let result = checked(reply)?;
                running.files += 1;
                Ok((running, result))
            }
        }
    }

    /// The child for the next file, unless it has served enough.
    fn keep(&self, running: Running) -> Option<Running> {
        (running.files < self.limits.files_per_child).then_some(running)
    }

    /// Ends the child if one is idle; the next read starts another. Call it when a batch is done.
    pub async fn rest(&self) {
        drop(self.running.lock().await.take());
    }

    async fn start(&self) -> Result<Running, IntakeError> {
        let started = timeout(START, self.try_start()).await;
        started.ok().flatten().ok_or(IntakeError::ReaderUnavailable)
    }

    async fn try_start(&self) -> Option<Running> {
        let mut child = Command::new(&self.program)
            .args(&self.args)
            .env_clear()
            .envs(
                ENVIRONMENT
                    .iter()
                    .filter_map(|name| Some((name, std::env::var_os(name)?))),
            )
            .env(NO_SECOND_THREAD.0, NO_SECOND_THREAD.1)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .ok()?;
        let (input, output, complaints) = (child.stdin.take()?, child.stdout.take()?, child.stderr.take()?);
        let complaints = tokio::spawn(last_words(complaints));
        let mut running = Running {
            child,
            input,
            output,
            complaints,
            files: 0,
            recognises: false,
        };
        let setup = Setup {
            memory_bytes: self.limits.memory_bytes,
            cpu_seconds: self.limits.cpu_seconds(),
            every_page: self.limits.every_page,
        };
        running.send(&wire::frame(&setup, MOST_ASKED)?, &[]).await.ok()?;
        running.receive::<Ready>(MOST_ASKED).await.ok()?;
        Some(running)
    }
}

impl std::fmt::Debug for Reader {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Reader")
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}

impl Running {
    async fn exchange(&mut self, frame: &[u8], bytes: &[u8]) -> Result<Reply, Broken> {
        self.send(frame, bytes).await?;
        answer(&mut self.output).await
    }

    async fn send(&mut self, frame: &[u8], bytes: &[u8]) -> Result<(), Broken> {
        self.input.write_all(frame).await?;
        self.input.write_all(bytes).await?;
        Ok(self.input.flush().await?)
    }

    async fn receive<T: DeserializeOwned>(&mut self, limit: usize) -> Result<T, Broken> {
        receive(&mut self.output, limit).await
    }

    /// What a child died of.
    async fn post_mortem(mut self, broken: &Broken, deadline: Duration) -> IntakeError {
        if matches!(broken, Broken::Nonsense) {
            return IntakeError::Crashed;
        }
        let Ok(Ok(status)) = timeout(END, self.child.wait()).await else {
            return IntakeError::Crashed;
        };
        let words = timeout(END, self.complaints)
            .await
            .ok()
            .and_then(Result::ok)
            .unwrap_or_default();
        if out_of_memory(status, &words) {
            IntakeError::TooLarge(Excess::Memory)
        } else if out_of_time(status) {
            IntakeError::Timeout {
                seconds: deadline.as_secs(),
            }
        } else {
            IntakeError::Crashed
        }
    }
}

/// Reads one frame of what a child says.
async fn receive<T: DeserializeOwned>(
    output: &mut (impl AsyncRead + Unpin),
    limit: usize,
) -> Result<T, Broken> {
    let mut head = [0; 4];
    output.read_exact(&mut head).await?;
    let length = wire::length(head, limit).ok_or(Broken::Nonsense)?;
    serde_json::from_slice(&exactly(output, length as u64).await?).map_err(|_| Broken::Nonsense)
}

/// So many bytes of what a child says. Grows as bytes come in: an announced length alone costs nothing.
async fn exactly(output: &mut (impl AsyncRead + Unpin), length: u64) -> Result<Vec<u8>, Broken> {
    let mut bytes = Vec::new();
    output.take(length).read_to_end(&mut bytes).await?;
    if bytes.len() as u64 == length {
        Ok(bytes)
    } else {
        Err(Broken::Closed)
    }
}

/// Reads the answer to a file, the bytes of its members after it.
async fn answer(output: &mut (impl AsyncRead + Unpin)) -> Result<Reply, Broken> {
    let mut reply = receive(output, MOST_ANSWERED).await?;
    if let Reply::Read { read, lengths, .. } = &mut reply {
        let total = lengths
            .iter()
            .try_fold(0_u64, |total, length| total.checked_add(*length));
        if lengths.len() != read.members.len() || total.is_none_or(|total| total > MOST_MEMBER_BYTES) {
            return Err(Broken::Nonsense);
        }
        for (member, length) in read.members.iter_mut().zip(lengths) {
            member.bytes = exactly(output, *length).await?;
        }
    }
    Ok(reply)
}

/// Reads to the end what the child says on standard error and keeps the last of it, so that a child
/// that says much can neither block nor fill anything. It is looked at for one fixed phrase only.
async fn last_words(mut complaints: ChildStderr) -> Vec<u8> {
    let mut kept = Vec::new();
    let mut piece = [0; 1024];
    while let Ok(count @ 1..) = complaints.read(&mut piece).await {
        kept.extend_from_slice(&piece[..count]);
        let surplus = kept.len().saturating_sub(4096);
        kept.drain(..surplus);
    }
    kept
}

/// Rust says so before it ends for want of memory; the kernel ends a process without a word.
fn out_of_memory(status: ExitStatus, words: &[u8]) -> bool {
    memchr::memmem::find(words, b"memory allocation of ").is_some() || signal(status) == Some(9)
}

/// The kernel's own limit on processor time.
fn out_of_time(status: ExitStatus) -> bool {
    signal(status) == Some(24)
}

#[cfg(unix)]
fn signal(status: ExitStatus) -> Option<i32> {
    std::os::unix::process::ExitStatusExt::signal(&status)
}

#[cfg(not(unix))]
fn signal(_: ExitStatus) -> Option<i32> {
    None
}

fn ending(name: &str) -> String {
    let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
    ending
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .take(16)
        .collect()
}

/// Passes a reply on if a sound reader could have given it; the outer error costs the child its life.
fn checked(reply: Reply) -> Result<Result<(Extracted, Vec<u32>), IntakeError>, IntakeError> {
    match reply {
        Reply::Failed(error) => Ok(Err(error)),
        Reply::Read { read, scans, .. } => {
            let known = scans.is_sorted()
                && scans
                    .iter()
                    .all(|page| (1..=read.pages.len()).contains(&(*page as usize)));
            let native = read.pages.iter().all(|page| page.method != Method::Ocr);
            if read.is_sound() && known && native && (read.has_text() || !scans.is_empty()) {
                Ok(Ok((read, scans)))
            } else {
                Err(IntakeError::Crashed)
            }
        }
    }
}
