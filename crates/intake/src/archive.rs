//! ZIP archives: the archive itself is a list of what it holds, each file in it a document of its own.
//!
//! Owns which entries are files people mean, and the bounds: so many files, so many bytes in all, and no file that
//! unpacks to more than its share. Names are cleaned before anyone sees them and never used as paths.

use crate::document::{Extracted, Kind};
use crate::error::{Excess, IntakeError, Lock};
use crate::flow::{Flow, Shape};
use crate::limits::MOST_MEMBERS;
use crate::members::Members;
use crate::text;
use std::io::{Cursor, Read};
use zip::ZipArchive;
use zip::result::ZipError;

const CORRUPT: IntakeError = IntakeError::Corrupt(Kind::Zip);

/// Reads an archive.
///
/// # Errors
/// `encrypted` or `wrong_password` when no entry opens, `corrupt`, `empty`, or `too_large`.
pub(crate) fn read(bytes: Vec<u8>, password: Option<&str>) -> Result<Extracted, IntakeError> {
    unpack(bytes, password, Members::new())
}

fn unpack(bytes: Vec<u8>, password: Option<&str>, mut members: Members) -> Result<Extracted, IntakeError> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|_| CORRUPT)?;
    // Folders and such do not count, but reading names alone must end too.
    if archive.len() > MOST_MEMBERS * 8 {
        return Err(IntakeError::TooLarge(Excess::Members));
    }
    for index in 0..archive.len() {
        let name = match archive.by_index_raw(index) {
            Ok(entry) if entry.is_dir() => continue,
            Ok(entry) => entry.name().map(|name| name.into_owned()).unwrap_or_default(),
            Err(_) => String::new(),
        };
        if is_left_by_a_program(&name) {
            continue;
        }
        let entry = match password {
            Some(password) => archive.by_index_decrypt(index, password.as_bytes()),
            None => archive.by_index(index),
        };
        let left = members.left();
        let content = entry.map_err(refused).and_then(|entry| {
            let mut content = Vec::new();
            entry
                .take(left + 1)
                .read_to_end(&mut content)
                .map_err(|_| CORRUPT)?;
            Ok(content)
        });
        members.push(&name, content)?;
    }
    let mut flow = Flow::default();
    for name in members.names() {
        flow.push(Shape::Line, name.to_owned());
    }
    let list = members.into_list();
    let locked = |problem: &Option<IntakeError>| {
        matches!(
            problem,
            Some(IntakeError::Encrypted(_) | IntakeError::WrongPassword)
        )
    };
    if let Some(first) = list.first()
        && list.iter().all(|member| locked(&member.problem))
    {
        return Err(first.problem.clone().unwrap_or(CORRUPT));
    }
    let mut read = text::document(Kind::Zip, &flow.into_text(), None)?;
    read.title = None;
    read.members = list;
    Ok(read)
}

fn refused(error: ZipError) -> IntakeError {
    match error {
        ZipError::UnsupportedArchive(ZipError::PASSWORD_REQUIRED) => IntakeError::Encrypted(Lock::Password),
        ZipError::InvalidPassword => IntakeError::WrongPassword,
        // Among them the stronger encryption, for which no password would help here.
        ZipError::UnsupportedArchive(_) => IntakeError::Encrypted(Lock::Archive),
        _ => CORRUPT,
    }
}

/// What file managers leave in archives for themselves.
fn is_left_by_a_program(name: &str) -> bool {
    let last = name.rsplit(['/', '\\']).next().unwrap_or(name);
    name.starts_with("__MACOSX/") || matches!(last, ".DS_Store" | "Thumbs.db" | "desktop.ini")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures;

    fn entry(name: &str, content: &str) -> (String, String) {
        (name.to_owned(), content.to_owned())
    }

    #[test]
    fn entries_are_listed_and_taken_out() {
        let bytes = fixtures::zip(&[
            entry("a/", ""),
            entry("a/letter.txt", "Dear colleague"),
            entry("../../x.txt", "y"),
            entry("__MACOSX/a", "z"),
        ]);
        let read = read(bytes, None).unwrap();
        assert_eq!(read.pages[0].text, "a/letter.txt\nx.txt");
        assert_eq!(read.members[0].bytes, b"Dear colleague");
        assert_eq!(read.members.len(), 2);
    }

    #[test]
    fn rejects_an_archive_of_too_many_files() {
        let entries: Vec<(String, String)> = (0..=MOST_MEMBERS).map(|n| entry(&n.to_string(), "x")).collect();
        assert_eq!(
            read(fixtures::zip(&entries), None),
            Err(IntakeError::TooLarge(Excess::Members))
        );
    }

    #[test]
    fn a_bomb_costs_its_own_file() {
        let bytes = fixtures::zip(&[
            entry("before.txt", "Dear colleague"),
            ("bomb.txt".to_owned(), " ".repeat(1 << 20)),
            entry("after.txt", "Yours sincerely"),
        ]);
        assert!(bytes.len() < 1 << 14, "a bomb is small");
        let read = unpack(bytes, None, Members::within(1 << 16)).unwrap();
        let problems: Vec<_> = read.members.iter().map(|member| member.problem.clone()).collect();
        assert_eq!(
            problems,
            [None, Some(IntakeError::TooLarge(Excess::Unpacked)), None]
        );
    }

    #[test]
    fn rejects_protected_and_damaged_archives() {
        let sound = fixtures::zip(&[entry("a.txt", "text")]);
        // The flag of encryption, in the entry's own head and in the directory.
        let mut locked = sound.clone();
        locked[6] |= 1;
        let directory = memchr::memmem::find(&locked, b"PK\x01\x02").unwrap();
        locked[directory + 8] |= 1;
        assert_eq!(read(locked, None), Err(IntakeError::Encrypted(Lock::Password)));
        assert_eq!(read(sound[..20].to_vec(), None), Err(CORRUPT));
    }
}
