//! The system's keychain as a way in: a real one, GNOME's, on a bus of the test's own.
//!
//! Where it is not installed the tests say so and end; `npm test` installs it.
#![cfg(target_os = "linux")]

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use cabinet_tests::{Cabinet, Run};
use tempfile::TempDir;

/// What the session's user logs in with.
const LOGIN: &str = "login word of nobody";
const NEXT: &str = "nine cold bells under the granite weir";

/// A login session with a bus and a keychain, and nothing else on it.
struct Session {
    folder: TempDir,
    bus: Child,
    keychain: Option<Child>,
    address: String,
}

impl Session {
    /// A session with its keychain unlocked, as after a login; none where none is installed.
    fn begin() -> Option<Self> {
        let there = |program: &str| {
            Command::new("which")
                .arg(program)
                .output()
                .is_ok_and(|o| o.status.success())
        };
        if !["dbus-daemon", "gnome-keyring-daemon", "secret-tool"]
            .iter()
            .all(|program| there(program))
        {
            eprintln!("not tried: dbus-daemon, gnome-keyring and libsecret-tools are not all installed");
            assert!(
                std::env::var_os("CABINET_REQUIRE_KEYCHAIN").is_none(),
                "this run must not skip it"
            );
            return None;
        }
        let mut session = Self::without_keychain("");
        session.start_keychain();
        Some(session)
    }

    /// A bus that nobody is on, with one more rule.
    fn without_keychain(rule: &str) -> Self {
        let folder = TempDir::with_prefix("cabinet-session-").expect("a temporary folder can be made");
        let rules = folder.path().join("bus.conf");
        // No folders of services: nothing of this machine is started.
        let text = format!(
            r#"<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
             "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
            <busconfig><type>session</type><listen>unix:dir={}</listen><auth>EXTERNAL</auth>
            <policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/>
            <allow own="*"/>{rule}</policy></busconfig>"#,
            folder.path().display()
        );
        std::fs::write(&rules, text).expect("a file");
        let mut bus = Command::new("dbus-daemon")
            .arg(format!("--config-file={}", rules.display()))
            .args(["--nofork", "--print-address=1"])
            .stdout(Stdio::piped())
            .spawn()
            .expect("a bus");
        let mut address = String::new();
        BufReader::new(bus.stdout.take().expect("its output"))
            .read_line(&mut address)
            .expect("its address");
        Self {
            folder,
            bus,
            keychain: None,
            address: address.trim().to_string(),
        }
    }

    fn start_keychain(&mut self) {
        let mut daemon = self
            .within(Command::new("gnome-keyring-daemon"))
            .args(["--foreground", "--unlock", "--components=secrets"])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("a keychain");
        daemon
            .stdin
            .take()
            .expect("its input")
            .write_all(LOGIN.as_bytes())
            .expect("the word is taken");
        self.keychain = Some(daemon);
        let begun = Instant::now();
        while !self.tool(&["search", "nothing", "here"]).status.success() {
            assert!(
                begun.elapsed() < Duration::from_secs(60),
                "the keychain does not answer"
            );
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    fn within(&self, mut command: Command) -> Command {
        command
            .env("DBUS_SESSION_BUS_ADDRESS", &self.address)
            .env("HOME", self.folder.path())
            .env("XDG_DATA_HOME", self.folder.path().join("data"))
            .env("XDG_RUNTIME_DIR", self.folder.path())
            .env_remove("DISPLAY");
        command
    }

    fn tool(&self, args: &[&str]) -> std::process::Output {
        self.within(Command::new("secret-tool"))
            .args(args)
            .output()
            .expect("secret-tool")
    }

    /// The program in this session.
    fn run(&self, cabinet: &Cabinet, args: &[&str]) -> Run {
        cabinet.run_among(
            &[("DBUS_SESSION_BUS_ADDRESS", &self.address), ("DISPLAY", "")],
            args,
        )
    }

    /// What the keychain holds for a cabinet, read by another program of the session.
    fn entry(&self, cabinet: &Cabinet) -> Vec<u8> {
        let id = identifier(cabinet);
        self.tool(&["lookup", "xdg:schema", "app.cabinet.desktop", "cabinet", &id])
            .stdout
    }

    fn lock(&self) {
        // Locks it and then crashes, in the version of Debian 12.
        self.tool(&["lock", "--collection=login"]);
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        for process in self.keychain.iter_mut().chain([&mut self.bus]) {
            let _ = process.kill();
            let _ = process.wait();
        }
    }
}

fn header(cabinet: &Cabinet) -> String {
    std::fs::read_to_string(cabinet.home().join("vault.json")).expect("the key file")
}

fn identifier(cabinet: &Cabinet) -> String {
    let header: serde_json::Value = serde_json::from_str(&header(cabinet)).expect("JSON");
    header["cabinet"].as_str().expect("an identifier").to_string()
}

/// Ended as a locked cabinet does, said this, and that the passphrase opens it; which is so.
#[track_caller]
fn refused(session: &Session, cabinet: &Cabinet, says: &str) {
    let run = session.run(cabinet, &["unlock-check", "--keychain"]);
    assert_eq!(run.status, Some(3), "{}", run.messages);
    assert!(
        run.messages.contains(says) && run.messages.contains("passphrase"),
        "{}",
        run.messages
    );
    session.run(cabinet, &["unlock-check"]).succeeded();
}

fn actions(cabinet: &Cabinet) -> Vec<(String, Option<String>)> {
    let mut entries = cabinet.run(&["audit"]).succeeded();
    entries.reverse();
    let text = |value: &serde_json::Value| value.as_str().map(str::to_string);
    entries
        .iter()
        .map(|entry| {
            (
                text(&entry["action"]).expect("an action"),
                text(&entry["subject"]),
            )
        })
        .collect()
}

#[test]
fn the_keychain_opens_the_cabinet_where_that_was_allowed_and_asked_for() {
    let Some(session) = Session::begin() else { return };
    let cabinet = Cabinet::new();
    let status = |session: &Session| {
        let status = session.run(&cabinet, &["keychain", "status"]).only();
        (
            status["on"].as_bool().expect("a word"),
            status["entry"].as_str().expect("a word").to_string(),
        )
    };
    assert_eq!(
        status(&session),
        (false, "missing".into()),
        "off until it is switched on"
    );
    refused(&session, &cabinet, "off for this cabinet");

    let before = header(&cabinet);
    let asked = session.run(&cabinet, &["keychain", "on"]);
    assert_eq!(asked.status, Some(2));
    assert!(
        asked.messages.contains("without its passphrase"),
        "what it means is said: {}",
        asked.messages
    );
    let wrong = cabinet.scratch().join("wrong");
    std::fs::write(&wrong, NEXT).expect("a file");
    let wrong = session.run(
        &cabinet,
        &[
            "keychain",
            "on",
            "--agree",
            "--passphrase-file",
            wrong.to_str().expect("a plain path"),
        ],
    );
    assert_eq!(wrong.status, Some(3));
    assert_eq!(header(&cabinet), before, "neither changed anything");
    assert!(session.entry(&cabinet).is_empty());

    session.run(&cabinet, &["keychain", "on", "--agree"]).succeeded();
    assert_eq!(status(&session), (true, "there".into()));
    assert_eq!(session.entry(&cabinet).len(), 32);
    let nobody = [
        ("CABINET_PASSPHRASE", ""),
        ("DBUS_SESSION_BUS_ADDRESS", session.address.as_str()),
    ];
    cabinet.run_among(&nobody, &["list", "--keychain"]).succeeded();
    // Not by itself: who does not ask for it gives the passphrase.
    assert_eq!(cabinet.run_among(&nobody, &["list"]).status, Some(1));

    // It goes on after a new passphrase, and a backup knows nothing of it.
    let next = cabinet.scratch().join("next");
    std::fs::write(&next, NEXT).expect("a file");
    let next = next.to_str().expect("a plain path");
    session
        .run(&cabinet, &["passwd", "--new-passphrase-file", next])
        .succeeded();
    session.run(&cabinet, &["unlock-check", "--keychain"]).succeeded();
    let backup = cabinet.scratch().join("whole.age");
    let backup = backup.to_str().expect("a plain path");
    session
        .run(&cabinet, &["backup", backup, "--keychain"])
        .succeeded();
    let back = Cabinet::unmade();
    session
        .run(&back, &["restore", backup, "--passphrase-file", next])
        .succeeded();
    assert_eq!(
        identifier(&back),
        identifier(&cabinet),
        "the keychain holds a key for it"
    );
    let opened = session.run(&back, &["list", "--keychain"]);
    assert_eq!(opened.status, Some(3), "and it has no lock for that key");
    assert!(
        opened.messages.contains("off for this cabinet"),
        "{}",
        opened.messages
    );

    let off = session.run(&cabinet, &["keychain", "off", "--keychain"]).only();
    assert_eq!(off["entry"], "removed");
    assert!(session.entry(&cabinet).is_empty());
    assert_eq!(status(&session), (false, "missing".into()));
    assert!(!header(&cabinet).contains("keychain"));
    let closed = session.run(&cabinet, &["list", "--keychain"]);
    assert_eq!(closed.status, Some(3));

    let log = session
        .run(&cabinet, &["audit", "--passphrase-file", next])
        .succeeded();
    let count = |action: &str, subject: Option<&str>| {
        log.iter()
            .filter(|entry| entry["action"] == action && entry["subject"].as_str() == subject)
            .count()
    };
    assert_eq!((count("keychain_on", None), count("keychain_off", None)), (1, 1));
    assert_eq!(
        count("opened", Some("keychain")),
        3,
        "list, backup, off: it says how the cabinet was opened"
    );
}

#[test]
fn each_way_a_keychain_can_fail_is_named_and_the_passphrase_opens() {
    let Some(session) = Session::begin() else { return };
    let cabinet = Cabinet::new();
    session.run(&cabinet, &["keychain", "on", "--agree"]).succeeded();
    let first = header(&cabinet);

    // The key of one time with the header of another.
    session.run(&cabinet, &["keychain", "on", "--agree"]).succeeded();
    let second = header(&cabinet);
    std::fs::write(cabinet.home().join("vault.json"), first).expect("the key file");
    refused(&session, &cabinet, "does not fit");
    std::fs::write(cabinet.home().join("vault.json"), second).expect("the key file");

    session.lock();
    refused(&session, &cabinet, "keychain is locked");
    let locked = session.run(&cabinet, &["keychain", "status"]).only();
    assert_eq!(locked["entry"], "there", "seen without unlocking anything");

    // Switched off while it cannot be reached: the slot goes, the entry stays and opens nothing.
    let nobody = Session::without_keychain("");
    refused(&nobody, &cabinet, "cannot be reached");
    let off = nobody.run(&cabinet, &["keychain", "off"]).only();
    assert_eq!(off["entry"], "left");
    refused(&nobody, &cabinet, "off for this cabinet");
    let on = nobody.run(&cabinet, &["keychain", "on", "--agree"]);
    assert_eq!(on.status, Some(3), "{}", on.messages);
    assert!(
        !header(&cabinet).contains("keychain"),
        "a keychain that cannot be reached is not switched on"
    );

    // One that does not let this program have what it keeps: found out at once, and not when it is needed.
    let rule = r#"<deny send_interface="org.freedesktop.Secret.Item" send_member="GetSecret"/>"#;
    let mut forbidding = Session::without_keychain(rule);
    forbidding.start_keychain();
    let on = forbidding.run(&cabinet, &["keychain", "on", "--agree"]);
    assert_eq!(on.status, Some(3), "{}", on.messages);
    assert!(on.messages.contains("keychain refused"), "{}", on.messages);
    assert!(!header(&cabinet).contains("keychain"));
    let left = forbidding.run(&cabinet, &["keychain", "status"]).only();
    assert_eq!(left["entry"], "missing", "what was kept is taken out again");

    // And one whose entry somebody took out.
    drop(session);
    let session = Session::begin().expect("as before");
    session.run(&cabinet, &["keychain", "on", "--agree"]).succeeded();
    session.tool(&[
        "clear",
        "xdg:schema",
        "app.cabinet.desktop",
        "cabinet",
        &identifier(&cabinet),
    ]);
    refused(&session, &cabinet, "holds no key");
    assert!(
        actions(&cabinet)
            .iter()
            .all(|(action, subject)| action != "opened" || subject.is_none()),
        "none of these opened it"
    );
}

/// The key as it could be written down.
fn spellings(key: &[u8]) -> Vec<Vec<u8>> {
    let hex: String = key.iter().map(|byte| format!("{byte:02x}")).collect();
    vec![key.to_vec(), hex.to_uppercase().into_bytes(), hex.into_bytes()]
}

#[test]
fn the_keychain_s_key_lies_nowhere_in_plain() {
    let Some(session) = Session::begin() else { return };
    let cabinet = Cabinet::new();
    session.run(&cabinet, &["keychain", "on", "--agree"]).succeeded();
    session.run(&cabinet, &["unlock-check", "--keychain"]).succeeded();
    let key = session.entry(&cabinet);
    assert_eq!(key.len(), 32);
    let mut files = cabinet.files();
    // The keychain's own file too: it is the keychain that encrypts it, under the login's word.
    let rings = session.folder.path().join("data/keyrings");
    for file in std::fs::read_dir(rings).expect("the keychain's folder").flatten() {
        files.push((file.path(), std::fs::read(file.path()).expect("a file")));
    }
    assert!(files.iter().any(|(path, _)| path.ends_with("login.keyring")));
    for (path, bytes) in &files {
        for needle in spellings(&key) {
            assert!(
                !bytes.windows(needle.len()).any(|part| part == needle),
                "{} holds the key",
                path.display()
            );
        }
    }
}

/// The bus may be said to be a machine of the network. The kernel refuses that socket like any other.
#[test]
#[expect(
    clippy::disallowed_types,
    reason = "the server that a bus of the network would be, on this machine alone"
)]
fn a_bus_of_the_network_is_out_of_reach() {
    let cabinet = Cabinet::new();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    // Hangs up on the first who comes, after what they say.
    let first = std::thread::spawn(move || {
        let (mut client, _) = listener.accept().expect("somebody");
        let patience = Some(Duration::from_secs(10));
        client.set_read_timeout(patience).expect("a socket");
        let mut said = [0; 64];
        let length = client.read(&mut said).unwrap_or(0);
        said[..length].to_vec()
    });
    let address = format!("tcp:host=127.0.0.1,port={port}");
    let run = cabinet.run_among(
        &[("DBUS_SESSION_BUS_ADDRESS", &address)],
        &["keychain", "on", "--agree"],
    );
    assert_eq!(run.status, Some(3), "{}", run.messages);
    assert!(run.messages.contains("cannot be reached"), "{}", run.messages);
    std::net::TcpStream::connect(("127.0.0.1", port))
        .and_then(|mut other| other.write_all(b"another"))
        .expect("the port still waits, as nobody came before");
    let said = first.join().expect("it ends");
    assert_eq!(said, b"another", "nobody came before");
}
