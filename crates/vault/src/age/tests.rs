//! The format against the `age` tool's own writing, and every way of being wrong.

use std::io::{Read, Write};

use proptest::prelude::{any, prop_assert, prop_assert_eq, proptest};

use super::{Header, Identity, seal};
use crate::VaultError;

const CHUNK: usize = 64 * 1024;

fn sealed(content: &[u8]) -> Vec<u8> {
    let mut sealer = seal(Vec::new(), &Identity::new(&[7; 32]), "{}\n").unwrap();
    sealer.write_all(content).unwrap();
    sealer.finish().unwrap()
}

fn opened(file: &[u8], key: [u8; 32]) -> Result<Vec<u8>, VaultError> {
    let mut rest = file;
    let header = Header::read(&mut rest)?;
    let mut content = Vec::new();
    header
        .open(&Identity::new(&key), rest)?
        .read_to_end(&mut content)
        .map_err(VaultError::io("reading"))?;
    Ok(content)
}

#[test]
fn opens_what_the_age_tool_sealed() {
    use base64::Engine;
    // `age-keygen`, then `age -r`, version 1.1.1.
    let (_, key) =
        bech32::decode("AGE-SECRET-KEY-1U6PE5G5GL4H7JTPNSDR8KGTYT9Y543AZ2MXP0D5W2T8P5VR89XHS40XHYX").unwrap();
    let file = "YWdlLWVuY3J5cHRpb24ub3JnL3YxCi0+IFgyNTUxOSBnM0RTTmxRUm5kWmR6cFA0dFdqNUFMYVY4MjV5MExiL1M4T3FvQTVLajFJCkJ6RFoxWS9EMnhJTWc2WkZRODZqakdhbU1hUUttVnNiL3NtZ2E4azRReTQKLS0tIHFuUDM1QlNJTXdEanNBYUdKbXNYNHBIcHpHQzFURFlOeHhNMUxRd2gyYVUKzMcmIDMTB9M4LQhDgl0QOZp44JqP/7yLlRr85rfS/grTQrxpdBBnIx2omqOwShKot+tz1CEIH2sgeffXLyQ6eMC305QWi9o=";
    let file = base64::engine::general_purpose::STANDARD.decode(file).unwrap();
    let content = opened(&file, key.try_into().unwrap()).unwrap();
    assert_eq!(content, b"Invented words, sealed by the age tool.");
}

/// Where the tool is installed; the fixture above holds everywhere.
#[test]
fn the_age_tool_opens_what_is_sealed_here() {
    let folder = tempfile::tempdir().unwrap();
    let identity = folder.path().join("identity");
    std::fs::write(&identity, Identity::new(&[7; 32]).to_text().as_bytes()).unwrap();
    for size in [0, 1, CHUNK, CHUNK + 1, 3 * CHUNK] {
        let content: Vec<u8> = (0..size).map(|at| (at % 251) as u8).collect();
        let file = folder.path().join("file.age");
        std::fs::write(&file, sealed(&content)).unwrap();
        let mut age = std::process::Command::new("age");
        let Ok(output) = age.arg("-d").arg("-i").arg(&identity).arg(&file).output() else {
            eprintln!("not tried: the age tool is not installed");
            return;
        };
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        assert_eq!(output.stdout, content);
    }
}

#[test]
fn sizes_around_a_chunk_come_back() {
    for size in [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 5 * CHUNK + 17] {
        let content: Vec<u8> = (0..size).map(|at| (at % 253) as u8).collect();
        assert_eq!(opened(&sealed(&content), [7; 32]).unwrap(), content, "{size}");
    }
}

#[test]
fn rejects_another_key() {
    assert!(matches!(
        opened(&sealed(b"words"), [8; 32]),
        Err(VaultError::BackupDamaged { .. })
    ));
}

#[test]
fn rejects_every_flipped_bit_and_every_cut() {
    let file = sealed(b"the lamp was trimmed");
    for at in 0..file.len() {
        let mut altered = file.clone();
        altered[at] ^= 1;
        assert!(opened(&altered, [7; 32]).is_err(), "byte {at} flipped");
        assert!(opened(&file[..at], [7; 32]).is_err(), "cut at {at}");
    }
    let longer = [file.as_slice(), b"x"].concat();
    assert!(opened(&longer, [7; 32]).is_err(), "a byte more");
}

#[test]
fn rejects_chunks_left_out_or_swapped() {
    let content: Vec<u8> = (0..4 * CHUNK).map(|at| (at / CHUNK) as u8).collect();
    let file = sealed(&content);
    let body = file.len() - 4 * (CHUNK + 16);
    let chunk = |n: usize| &file[body + n * (CHUNK + 16)..body + (n + 1) * (CHUNK + 16)];
    let with = |chunks: &[usize]| {
        let mut altered = file[..body].to_vec();
        for n in chunks {
            altered.extend_from_slice(chunk(*n));
        }
        altered
    };
    assert!(opened(&with(&[0, 1, 2, 3]), [7; 32]).is_ok());
    for wrong in [
        &[0, 1, 2][..],
        &[0, 2, 1, 3],
        &[0, 0, 2, 3],
        &[0, 1, 3],
        &[1, 2, 3],
    ] {
        assert!(opened(&with(wrong), [7; 32]).is_err(), "{wrong:?}");
    }
}

#[test]
fn carries_the_vault_file_for_those_who_know_it() {
    let text = "x".repeat(48 * 3);
    let file = seal(Vec::new(), &Identity::new(&[7; 32]), &text)
        .unwrap()
        .finish()
        .unwrap();
    let header = Header::read(&mut file.as_slice()).unwrap();
    assert_eq!(header.vault().unwrap(), text.as_bytes());
}

proptest! {
    #[test]
    fn whatever_bytes_are_read_nothing_breaks(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        prop_assert!(opened(&bytes, [7; 32]).is_err());
        let begun = [b"age-encryption.org/v1\n-> ".as_slice(), &bytes].concat();
        prop_assert!(opened(&begun, [7; 32]).is_err());
    }

    #[test]
    fn whatever_is_written_in_whatever_pieces_comes_back(pieces in proptest::collection::vec(0_usize..100_000, 0..5)) {
        let mut sealer = seal(Vec::new(), &Identity::new(&[7; 32]), "").unwrap();
        let mut content = Vec::new();
        for (n, size) in pieces.iter().enumerate() {
            let piece = vec![n as u8; *size];
            sealer.write_all(&piece).unwrap();
            content.extend(piece);
        }
        let file = sealer.finish().unwrap();
        prop_assert_eq!(opened(&file, [7; 32]).unwrap(), content);
    }
}
