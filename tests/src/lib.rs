//! Drives the `cabinet` command line as a user would, each test in a home of its own.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

/// The passphrase of every cabinet made here.
pub const PASSPHRASE: &str = "seven quiet lamps over the harbour";

/// A cabinet of one test, gone when the test ends.
pub struct Cabinet {
    folder: TempDir,
}

/// What a command printed and how it ended.
pub struct Run {
    /// Exit status; none when it was killed.
    pub status: Option<i32>,
    /// Standard output, one JSON value a line.
    pub results: Vec<Value>,
    /// Standard error.
    pub messages: String,
}

impl Cabinet {
    /// A cabinet, made and empty.
    ///
    /// # Panics
    /// When `cabinet init` fails.
    pub fn new() -> Self {
        let cabinet = Self::unmade();
        cabinet.run(&["init"]).succeeded();
        cabinet
    }

    /// A home without a cabinet.
    ///
    /// # Panics
    /// When no temporary folder can be made.
    pub fn unmade() -> Self {
        Self {
            folder: TempDir::with_prefix("cabinet-journey-").expect("a temporary folder can be made"),
        }
    }

    /// Where the cabinet lies.
    pub fn home(&self) -> PathBuf {
        self.folder.path().join("home")
    }

    /// A place for files of the test, outside the cabinet.
    pub fn scratch(&self) -> PathBuf {
        let scratch = self.folder.path().join("scratch");
        std::fs::create_dir_all(&scratch).expect("a folder can be made");
        scratch
    }

    /// Runs a command to its end.
    ///
    /// # Panics
    /// When the program cannot be started or prints something that is not JSON.
    pub fn run(&self, args: &[&str]) -> Run {
        self.run_with(PASSPHRASE, args)
    }

    /// Runs a command with another passphrase.
    ///
    /// # Panics
    /// As [`Self::run`].
    pub fn run_with(&self, passphrase: &str, args: &[&str]) -> Run {
        Run::of(
            self.command(passphrase, args)
                .output()
                .expect("the program can be started"),
        )
    }

    /// Runs a command in an environment with these beside what it has.
    ///
    /// # Panics
    /// As [`Self::run`].
    pub fn run_among(&self, variables: &[(&str, &str)], args: &[&str]) -> Run {
        let mut command = self.command(PASSPHRASE, args);
        command.envs(variables.iter().copied());
        Run::of(command.output().expect("the program can be started"))
    }

    /// Runs a command inside a folder, where it may name files without one.
    ///
    /// # Panics
    /// As [`Self::run`].
    pub fn run_in(&self, folder: &Path, args: &[&str]) -> Run {
        let mut command = self.command(PASSPHRASE, args);
        command.current_dir(folder);
        Run::of(command.output().expect("the program can be started"))
    }

    /// A command that `strace` meddles with: it does with each call on the key file, old or new, what `inject` says. None
    /// where that cannot be done, which is said; `CABINET_REQUIRE_TRACE` forbids that.
    ///
    /// Where a descriptor leads of a process that cannot be dumped, the kernel tells root alone.
    ///
    /// # Panics
    /// When it cannot be done and must be.
    pub fn meddled(&self, inject: &str, args: &[&str]) -> Option<Command> {
        let user = Command::new("id").arg("-u").output();
        let root = user.is_ok_and(|user| user.stdout == b"0\n");
        let there = Command::new("strace")
            .arg("-V")
            .output()
            .is_ok_and(|run| run.status.success());
        if !root || !there {
            eprintln!("not tried: this takes strace and root");
            assert!(
                std::env::var_os("CABINET_REQUIRE_TRACE").is_none(),
                "this run must not skip it"
            );
            return None;
        }
        let plain = self.command(PASSPHRASE, args);
        let mut traced = Command::new("strace");
        traced.args(["-f", "-qq", "-o", "/dev/null"]);
        for name in ["vault.json", "vault.json.0.unfinished"] {
            traced.arg("-P").arg(self.home().join(name));
        }
        let variables = plain.get_envs().filter_map(|(name, value)| Some((name, value?)));
        traced
            .args(["-e", "trace=openat,write,fsync,rename,renameat,renameat2", "-e"])
            .arg(format!("inject={inject}"))
            .arg(plain.get_program())
            .args(plain.get_args())
            .envs(variables)
            .stdin(Stdio::null());
        Some(traced)
    }

    /// Starts a command and returns at once, for tests that kill it.
    ///
    /// # Panics
    /// When the program cannot be started.
    pub fn start(&self, args: &[&str]) -> Child {
        let mut command = self.command(PASSPHRASE, args);
        command
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("the program can be started")
    }

    fn command(&self, passphrase: &str, args: &[&str]) -> Command {
        let mut command = Command::new(program());
        command
            .arg("--json")
            .args(args)
            .env("CABINET_HOME", self.home())
            .env("CABINET_PASSPHRASE", passphrase)
            // Should anything write a temporary file, the scan of the privacy tests finds it here.
            .env("TMPDIR", self.temporary())
            .stdin(Stdio::null());
        command
    }

    /// Where the program's temporary files would go.
    ///
    /// # Panics
    /// When the folder cannot be made.
    pub fn temporary(&self) -> PathBuf {
        let temporary = self.folder.path().join("tmp");
        std::fs::create_dir_all(&temporary).expect("a folder can be made");
        temporary
    }

    /// Every file below the home and the temporary folder, with its bytes.
    ///
    /// # Panics
    /// When a file cannot be read.
    pub fn files(&self) -> Vec<(PathBuf, Vec<u8>)> {
        let mut files = Vec::new();
        for root in [self.home(), self.temporary()] {
            collect(&root, &mut files);
        }
        files
    }
}

impl Default for Cabinet {
    fn default() -> Self {
        Self::new()
    }
}

impl Run {
    fn of(output: Output) -> Self {
        let printed = String::from_utf8(output.stdout).expect("results are UTF-8");
        Self {
            status: output.status.code(),
            results: printed
                .lines()
                .filter(|line| !line.trim().is_empty())
                .map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("not JSON: {line}")))
                .collect(),
            messages: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    /// The results of a command that must have succeeded.
    ///
    /// # Panics
    /// When it did not.
    pub fn succeeded(self) -> Vec<Value> {
        assert_eq!(self.status, Some(0), "{}", self.messages);
        self.results
    }

    /// The only result of a command that must have succeeded with one.
    ///
    /// # Panics
    /// When it did not, or with another number.
    pub fn only(self) -> Value {
        let mut results = self.succeeded();
        assert_eq!(results.len(), 1, "one result was expected: {results:?}");
        results.remove(0)
    }
}

/// The sample documents that come with Cabinet.
pub fn samples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("samples")
}

/// One sample document.
pub fn sample(name: &str) -> String {
    samples().join(name).to_string_lossy().into_owned()
}

/// Lays a cabinet of an earlier version out at `home`; see `fixtures/cabinets/README.md`.
///
/// # Panics
/// When it cannot be copied.
pub fn old_cabinet(name: &str, home: &Path) {
    let mut files = Vec::new();
    let from = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("fixtures/cabinets")
        .join(name);
    collect(&from, &mut files);
    assert!(!files.is_empty(), "there is such a cabinet");
    for (path, bytes) in files {
        let to = home.join(path.strip_prefix(&from).expect("it was found there"));
        std::fs::create_dir_all(to.parent().expect("it lies in a folder")).expect("a folder can be made");
        std::fs::write(to, bytes).expect("a file can be written");
    }
}

/// The program under test: `CABINET_BIN`, else the one built beside this test.
///
/// # Panics
/// When it is not built.
pub fn program() -> PathBuf {
    if let Some(named) = std::env::var_os("CABINET_BIN") {
        return named.into();
    }
    let test = std::env::current_exe().expect("a test has a path");
    let built = test
        .ancestors()
        .nth(2)
        .map(|folder| folder.join(format!("cabinet{}", std::env::consts::EXE_SUFFIX)));
    built
        .filter(|path| path.exists())
        .expect("build the program first: cargo build --workspace --bin cabinet")
}

fn collect(folder: &Path, files: &mut Vec<(PathBuf, Vec<u8>)>) {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return;
    };
    for entry in entries.flatten() {
        let path = entry.path();
        if path.is_dir() {
            collect(&path, files);
        } else if let Ok(bytes) = std::fs::read(&path) {
            files.push((path, bytes));
        }
    }
}
