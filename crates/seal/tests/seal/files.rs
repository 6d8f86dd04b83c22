//! Walls around files: what a confined thread, and what it starts, can still open.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::mpsc;
use std::thread::JoinHandle;

use cabinet_seal::{FilePlaces, confine_files, harden_process, probe_files};

use crate::{Case, Ends, case};

pub fn cases() -> Vec<Case> {
    vec![
        case("files_keeps_to_its_places", keeps_to_its_places, Ends::Well),
        case(
            "files_reaches_what_is_started",
            reaches_what_is_started,
            Ends::Well,
        ),
        case("files_leaves_earlier_threads", leaves_earlier_threads, Ends::Well),
        case("files_are_probed", are_probed, Ends::Well),
        case("files_keeps_scratch_apart", keeps_scratch_apart, Ends::Well),
    ]
}

/// `open` to read, `work` to write in, `shut` for neither; each with a file in it.
struct Rooms {
    folder: PathBuf,
    hold: Option<mpsc::Sender<()>>,
    /// Removes them in the end: the confined thread may not.
    cleaner: Option<JoinHandle<()>>,
}

impl Rooms {
    fn new() -> Self {
        Self::within(&std::env::temp_dir())
    }

    fn within(place: &Path) -> Self {
        let kept = tempfile::tempdir_in(place).expect("a temporary folder");
        let folder = kept.path().to_path_buf();
        for room in ["open", "work", "shut"] {
            fs::create_dir(folder.join(room)).expect("a folder");
            fs::write(folder.join(room).join("file"), "something").expect("a file");
        }
        let (hold, held) = mpsc::channel();
        let cleaner = std::thread::spawn(move || {
            let _ = held.recv();
            drop(kept);
        });
        Self {
            folder,
            hold: Some(hold),
            cleaner: Some(cleaner),
        }
    }

    fn at(&self, room: &str) -> PathBuf {
        self.folder.join(room)
    }

    fn confine(&self) {
        harden_process().expect("this kernel can");
        let places = FilePlaces {
            read: vec![self.at("open"), "/not/there/at/all".into()],
            write: vec![self.at("work")],
            list: vec!["/".into()],
        };
        assert!(
            confine_files(&places).expect("it is not refused"),
            "this kernel has Landlock"
        );
    }
}

impl Drop for Rooms {
    fn drop(&mut self) {
        self.hold = None;
        if let Some(cleaner) = self.cleaner.take() {
            cleaner.join().expect("it ends");
        }
    }
}

fn refused<T>(answer: io::Result<T>) -> bool {
    answer.err().map(|e| e.kind()) == Some(ErrorKind::PermissionDenied)
}

fn write(path: &Path) -> io::Result<File> {
    OpenOptions::new().write(true).open(path)
}

fn keeps_to_its_places() {
    let rooms = Rooms::new();
    rooms.confine();
    assert!(
        File::open(rooms.at("open/file")).is_ok(),
        "what may be read is read"
    );
    assert!(refused(write(&rooms.at("open/file"))), "and not written");
    assert!(refused(fs::remove_file(rooms.at("open/file"))), "nor removed");
    fs::write(rooms.at("work/new"), "more").expect("what may be written is written");
    fs::rename(rooms.at("work/new"), rooms.at("work/file")).expect("and replaced");
    fs::create_dir(rooms.at("work/folder")).expect("and filled with folders");
    assert!(
        refused(File::open(rooms.at("shut/file"))),
        "anything else is not opened"
    );
    assert!(refused(File::create(rooms.at("shut/new"))), "nor made");
    assert!(
        refused(fs::rename(rooms.at("work/file"), rooms.at("shut/file"))),
        "nor moved to"
    );
    assert_eq!(
        fs::read_dir(rooms.at("shut")).expect("names may be read").count(),
        1,
        "for a dialog in which files are chosen"
    );
    fs::create_dir(rooms.at("shut/folder")).expect("a dialog makes folders");
    assert!(
        refused(File::create(rooms.at("shut/folder/new"))),
        "and puts nothing in them"
    );
    assert!(File::open("/etc/passwd").is_ok(), "the system's own is read");
    assert!(File::open("/dev/urandom").is_ok(), "devices too");
}

fn reaches_what_is_started() {
    let rooms = Rooms::new();
    rooms.confine();
    let shut = rooms.at("shut/file");
    let elsewhere = shut.clone();
    std::thread::spawn(move || assert!(refused(File::open(elsewhere))))
        .join()
        .expect("a later thread is confined");
    let cat = |path: &Path| {
        let ended = Command::new("cat")
            .arg(path)
            .output()
            .expect("programs can be started");
        ended.status.success()
    };
    assert!(cat(&rooms.at("open/file")), "a program reads what may be read");
    assert!(!cat(&shut), "and nothing else");
}

fn leaves_earlier_threads() {
    let rooms = Rooms::new();
    let shut = rooms.at("shut/file");
    let (go, wait) = mpsc::channel::<()>();
    let earlier = std::thread::spawn(move || {
        wait.recv().expect("the other goes on");
        File::open(shut).is_ok()
    });
    rooms.confine();
    go.send(()).expect("it waits");
    assert!(
        earlier.join().expect("it ends"),
        "a thread from before opens what a person chooses: this is what the privacy page says"
    );
}

fn are_probed() {
    let rooms = Rooms::new();
    let own = rooms.at("shut/file");
    let before = probe_files("Files", Some(&own));
    assert!(!before.refused, "{}", before.detail);
    rooms.confine();
    let after = probe_files("Files", Some(&own));
    assert!(after.refused, "{}", after.detail);
    let allowed = probe_files("Files", Some(&rooms.at("open/file")));
    assert!(
        !allowed.refused,
        "a wall with a hole is no wall: {}",
        allowed.detail
    );
    assert!(probe_files("Files", Some(Path::new("/not/there"))).refused);
}

fn keeps_scratch_apart() {
    let scratch = Rooms::within(Path::new("/dev/shm"));
    let rooms = Rooms::new();
    rooms.confine();
    assert!(
        refused(File::open(scratch.at("open/file"))),
        "what Cabinet puts into memory is not for the window"
    );
}
