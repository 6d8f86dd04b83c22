//! What lies on a disk that others had in their hands: sealed originals, `vault.json`, backups, the write-ahead log.
#![no_main]

mod log;
mod sealed;

use cabinet_fuzz::Target;
use cabinet_vault::fuzzing::{self, CODE};
use cabinet_vault::{RecoveryCode, WayIn, preview, restore};
use libfuzzer_sys::fuzz_target;
use log::{log, log_seeds};
use sealed::{altered, altered_seeds, sealed, sealed_seeds};
use std::fs;
use std::path::PathBuf;
use std::sync::LazyLock;
use uuid::Uuid;

const TARGETS: &[Target] = &[
    Target {
        name: "sealed",
        seeds: sealed_seeds,
        words: &[],
        run: sealed,
    },
    Target {
        name: "sealed-altered",
        seeds: altered_seeds,
        words: &[],
        run: altered,
    },
    Target {
        name: "vault-header",
        seeds: header_seeds,
        words: &[],
        run: header,
    },
    Target {
        name: "backup",
        seeds: backup_seeds,
        words: &[],
        run: backup,
    },
    Target {
        name: "backup-archive",
        seeds: archive_seeds,
        words: &[],
        run: archive,
    },
    Target {
        name: "log",
        seeds: log_seeds,
        words: &[],
        run: log,
    },
    Target {
        name: "recovery-code",
        seeds: code_seeds,
        words: &[],
        run: code,
    },
];

fuzz_target!(init: cabinet_fuzz::start(TARGETS), |data: &[u8]| cabinet_fuzz::run(data));

const ID: Uuid = Uuid::from_u128(7);
const PASSPHRASE: &str = "walnut orbit cellar mist";

/// A folder of this run's, in memory where the system's folder for passing files is.
static FOLDER: LazyLock<PathBuf> = LazyLock::new(|| {
    let folder = std::env::temp_dir().join(format!("cabinet-fuzz-{}", std::process::id()));
    fs::create_dir_all(folder.join("objects")).expect("the temporary folder can be written");
    folder
});

// vault.json.

static VAULT_JSON: LazyLock<String> =
    LazyLock::new(|| fuzzing::vault_json(PASSPHRASE).expect("a header can be made"));

/// A header as it stands, and again with the checksum it would have if it were whole. What is accepted asks for no more
/// than any cabinet does, before anything is derived; and nothing but what was written opens.
fn header(data: &[u8]) {
    header_of(data);
    if let Ok(text) = std::str::from_utf8(data) {
        header_of(fuzzing::with_checksum(fuzzing::without_checksum(text)).as_bytes());
    }
}

fn header_of(text: &[u8]) {
    let Ok(cost) = fuzzing::cost(text) else {
        return;
    };
    let work = u64::from(cost.memory_kib()) * u64::from(cost.passes());
    assert!(
        cost.memory_kib() <= 1 << 20 && work <= 4 << 20,
        "it may ask for {cost:?}"
    );
    let _ = fuzzing::open_header(text, None);
    if work <= 64 {
        let _ = fuzzing::open_header(text, Some(PASSPHRASE));
    }
}

fn header_seeds() -> Vec<Vec<u8>> {
    let text = VAULT_JSON.as_str();
    let dear = |kib: &str| {
        text.replace("\"memory_kib\": 8", &format!("\"memory_kib\": {kib}"))
            .into_bytes()
    };
    vec![
        text.as_bytes().to_vec(),
        dear("4294967295"),
        dear("1048577"),
        dear("1e3"),
    ]
}

// Backups.

/// A file in the place of a backup, opened by the code of a cabinet: refused, or one that we sealed.
fn backup(data: &[u8]) {
    let place = FOLDER.join("backup.age");
    fs::write(&place, data).expect("the temporary folder can be written");
    restored(&place, data.len() as u64);
}

fn backup_seeds() -> Vec<Vec<u8>> {
    archive_seeds()
        .iter()
        .take(2)
        .map(|archive| fuzzing::backup(&VAULT_JSON, archive).expect("sealing works"))
        .collect()
}

/// An archive that somebody sealed who has the key, restored: whole and no larger than it was, or not at all.
fn archive(data: &[u8]) {
    let sealed = fuzzing::backup(&VAULT_JSON, data).expect("sealing works");
    let place = FOLDER.join("backup.age");
    fs::write(&place, &sealed).expect("the temporary folder can be written");
    restored(&place, data.len() as u64);
}

fn restored(place: &std::path::Path, most: u64) {
    let code = RecoveryCode::parse(CODE).expect("the fixed code is one");
    let way_in = WayIn::Code(&code);
    let _ = preview(place, &way_in);
    let below = FOLDER.join("restored");
    fs::create_dir_all(&below).expect("the temporary folder can be written");
    let home = below.join("cabinet");
    let done = restore(place, None, &home, &way_in, &mut |_| true);
    match done {
        Ok(_) => {
            let written = size_below(&home);
            assert!(written <= most, "{written} bytes came out of {most}");
            fs::remove_dir_all(&home).expect("what was restored can be removed");
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
    let left = fs::read_dir(&below)
        .expect("the temporary folder can be read")
        .count();
    assert_eq!(left, 0, "something was left beside the cabinet");
}

fn size_below(folder: &std::path::Path) -> u64 {
    let entries = fs::read_dir(folder).expect("what was restored can be read");
    entries
        .flatten()
        .map(|entry| match entry.file_type() {
            Ok(kind) if kind.is_dir() => size_below(&entry.path()),
            Ok(kind) if kind.is_file() => entry.metadata().map_or(0, |found| found.len()),
            other => panic!("a restore made {other:?}"),
        })
        .sum()
}

fn archive_seeds() -> Vec<Vec<u8>> {
    let notes = |kind: &str, base: &str, originals: &str| {
        format!(
            "{{\"format\":\"cabinet-backup\",\"version\":1,\"id\":\"{ID}\",\"cabinet\":\"{ID}\",\"made_at\":1,\
             \"kind\":\"{kind}\",\"base\":{base},\"originals\":[{originals}]}}"
        )
    };
    let id = format!("\"{ID}\"");
    let object = format!("objects/{ID}");
    let vault = VAULT_JSON.as_str();
    vec![
        tar(&[
            ("backup.json", &notes("whole", "null", &id)),
            ("vault.json", vault),
            ("cabinet.db", "x"),
            (&object, "y"),
        ]),
        tar(&[
            ("backup.json", &notes("additions", &id, "")),
            ("vault.json", vault),
            ("cabinet.db", "x"),
        ]),
        tar(&[
            ("backup.json", &notes("database", "null", "")),
            ("cabinet.db", "x"),
            ("objects/../../x", "z"),
        ]),
    ]
}

/// A tar archive with the list of hashes that our backups end with.
fn tar(entries: &[(&str, &str)]) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    let mut put = |name: &str, content: &str| {
        let mut head = tar::Header::new_ustar();
        head.as_old_mut().name[..name.len()].copy_from_slice(name.as_bytes());
        head.set_size(content.len() as u64);
        head.set_mode(0o600);
        head.set_cksum();
        builder
            .append(&head, content.as_bytes())
            .expect("memory can be written");
    };
    let mut sums = String::new();
    for (name, content) in entries {
        put(name, content);
        sums.push_str(&format!("{}  {name}\n", fuzzing::sha256(content.as_bytes())));
    }
    put("SHA256SUMS", &sums);
    builder.into_inner().expect("memory can be written")
}

// The recovery code, as people write it.

fn code(data: &[u8]) {
    let Ok(written) = std::str::from_utf8(data) else {
        return;
    };
    if let Ok(code) = RecoveryCode::parse(written) {
        let groups = code.groups().join("-");
        let again = RecoveryCode::parse(&groups).expect("a code is read as it is shown");
        assert_eq!(again.groups().join("-"), groups);
    }
}

fn code_seeds() -> Vec<Vec<u8>> {
    vec![
        CODE.as_bytes().to_vec(),
        CODE.to_lowercase().replace('-', " ").into_bytes(),
    ]
}
