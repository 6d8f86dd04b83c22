//! What all fuzz programs share: choosing a target, writing its seeds, and telling whose panic a panic was.
//!
//! A program holds the targets of one crate; the environment says which of them runs, and `scripts/fuzz.mjs` sets it:
//!
//! * `CABINET_FUZZ_TARGET`: the target. Without it the program prints the names of its targets and ends.
//! * `CABINET_FUZZ_SEEDS`: a folder. The target's seeds are written there, its words beside it, and the program ends.
//! * `CABINET_FUZZ_FOREIGN`: a folder for the first input that made each place in others' code panic.
//!
//! A panic in Cabinet's own code is a finding, also where the reader would catch it, and so is a stack overflow. A panic
//! in a library that the reader catches is counted and named, and the target goes on.

use std::backtrace::Backtrace;
use std::collections::BTreeMap;
use std::panic::{self, PanicHookInfo};
use std::path::{Path, PathBuf};
use std::process::{abort, exit};
use std::sync::{Mutex, OnceLock, PoisonError};

/// One thing that strangers' bytes are given to.
pub struct Target {
    /// What it is called on the command line.
    pub name: &'static str,
    /// Small sound inputs to begin with.
    pub seeds: fn() -> Vec<Vec<u8>>,
    /// Words of the format, for the fuzzer to put together.
    pub words: &'static [&'static str],
    /// Tries one input; panics where a promise is broken.
    pub run: fn(&[u8]),
}

static CHOSEN: OnceLock<fn(&[u8])> = OnceLock::new();
/// The input that is being tried, to be kept where others' code panics over it.
static CURRENT: Mutex<Vec<u8>> = Mutex::new(Vec::new());
/// Places of panics in others' code, and how often.
static FOREIGN: Mutex<BTreeMap<String, u64>> = Mutex::new(BTreeMap::new());

/// Chooses the target that the environment names. Called once, before the first input.
pub fn start(targets: &[Target]) {
    let Ok(name) = std::env::var("CABINET_FUZZ_TARGET") else {
        targets.iter().for_each(|target| println!("{}", target.name));
        exit(0);
    };
    let Some(target) = targets.iter().find(|target| target.name == name) else {
        eprintln!("There is no target {name} here.");
        exit(2);
    };
    if let Some(folder) = std::env::var_os("CABINET_FUZZ_SEEDS").map(PathBuf::from) {
        if let Err(error) = write_seeds(target, &folder) {
            eprintln!("The seeds cannot be written: {error}.");
            exit(2);
        }
        exit(0);
    }
    panic::set_hook(Box::new(judge));
    die_loudly_of_a_full_stack();
    let _ = CHOSEN.set(target.run);
}

/// Writes a target's seeds, and its words to `dictionary` beside the folder, in the fuzzer's form.
fn write_seeds(target: &Target, folder: &Path) -> std::io::Result<()> {
    for (number, seed) in (target.seeds)().iter().enumerate() {
        std::fs::write(folder.join(format!("seed-{number}")), seed)?;
    }
    let quoted = |word: &&str| {
        let bytes = word.bytes().map(|byte| match byte {
            b'"' | b'\\' => format!("\\{}", char::from(byte)),
            b' '..=b'~' => char::from(byte).to_string(),
            _ => format!("\\x{byte:02x}"),
        });
        format!("\"{}\"\n", bytes.collect::<String>())
    };
    let words: String = target.words.iter().map(quoted).collect();
    std::fs::write(folder.with_extension("dictionary"), words)
}

/// Tries one input on the chosen target.
pub fn run(data: &[u8]) {
    let mut current = CURRENT.lock().unwrap_or_else(PoisonError::into_inner);
    current.clear();
    current.extend_from_slice(data);
    drop(current);
    if let Some(run) = CHOSEN.get() {
        run(data);
    }
}

/// Ends the program at a panic of Cabinet's own, so that the fuzzer keeps the input; lets others' go on to where they are
/// caught.
fn judge(info: &PanicHookInfo<'_>) {
    let place = place(info);
    let Some(whose) = library(&place) else {
        eprintln!("{info}\n{}", Backtrace::force_capture());
        abort();
    };
    let mut seen = FOREIGN.lock().unwrap_or_else(PoisonError::into_inner);
    let count = seen.entry(whose.clone()).or_default();
    *count += 1;
    if *count == 1 {
        let message = info.payload_as_str().unwrap_or_default();
        eprintln!(
            "FOREIGN PANIC {whose}: {}",
            message.lines().next().unwrap_or_default()
        );
        if let Some(folder) = std::env::var_os("CABINET_FUZZ_FOREIGN").map(PathBuf::from) {
            let name: String = whose
                .chars()
                .map(|c| {
                    if c.is_ascii_alphanumeric() || "-.".contains(c) {
                        c
                    } else {
                        '_'
                    }
                })
                .collect();
            let current = CURRENT.lock().unwrap_or_else(PoisonError::into_inner);
            let _ = std::fs::write(folder.join(name), current.as_slice());
        }
    }
}

/// The source file and line that a panic began in; where that is the standard library's, the first caller outside it.
fn place(info: &PanicHookInfo<'_>) -> String {
    let told = info
        .location()
        .map(|at| format!("{}:{}", at.file(), at.line()))
        .unwrap_or_default();
    if !told.contains("/library/") {
        return told;
    }
    let trace = Backtrace::force_capture().to_string();
    let outside = trace
        .lines()
        .filter_map(|line| line.trim().strip_prefix("at "))
        .find(|at| !at.contains("/library/") && !at.contains("fuzz/src/lib.rs"));
    outside.map_or(told, str::to_owned)
}

/// The library that a place lies in, as `name-version/src/file.rs:line`; none where it is Cabinet's own.
fn library(place: &str) -> Option<String> {
    // <cargo's home>/registry/src/<registry>/<name-version>/...
    let (_, within) = place.split_once("/registry/src/")?;
    within.split_once('/').map(|(_, whose)| whose.to_owned())
}

/// A full stack leaves the fuzzer's handler no room to keep the input in. With a stack of its own there is.
fn die_loudly_of_a_full_stack() {
    const ROOM: usize = 1 << 20;
    extern "C" fn handler(_: libc::c_int) {
        // The fuzzer handles that signal, on the stack we are on now.
        abort();
    }
    let stack = libc::stack_t {
        ss_sp: Box::leak(vec![0_u8; ROOM].into_boxed_slice()).as_mut_ptr().cast(),
        ss_flags: 0,
        ss_size: ROOM,
    };
    // SAFETY: the stack is never freed, the handler calls nothing but `abort`, and both structures are whole.
    unsafe {
        let mut action: libc::sigaction = std::mem::zeroed();
        action.sa_sigaction = handler as *const () as usize;
        action.sa_flags = libc::SA_ONSTACK;
        libc::sigaltstack(&stack, std::ptr::null_mut());
        libc::sigaction(libc::SIGSEGV, &action, std::ptr::null_mut());
    }
}
