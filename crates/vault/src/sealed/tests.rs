//! Every way in which a sealed object can be wrong.

use proptest::prelude::{Strategy, any, prop_assert, prop_assert_eq, proptest};
use uuid::Uuid;

use super::layout::{PREFIX, TAG, sealed_size};
use super::{CHUNK, HEADER, Layout, Name, Opened, SEALED_CHUNK, Sealer, open_chunks};
use crate::error::Damage;

const KEY: [u8; 32] = [0x33; 32];
const PATH: Name<'static> = Name::Path("vectors/passages.lance/data/a.lance");

fn content(size: usize) -> Vec<u8> {
    (0..size).map(|at| (at * 31 + at / 251) as u8).collect()
}

fn seal(name: Name<'_>, content: &[u8]) -> Vec<u8> {
    Sealer::new(&KEY, name)
        .unwrap()
        .seal_all(content.len(), [content])
}

/// Opens and reads everything, as a reader does: header and last chunk first, then the run.
fn open(key: &[u8; 32], name: Name<'_>, sealed: &[u8]) -> Result<Vec<u8>, Damage> {
    let layout = Layout::of_sealed(sealed.len() as u64)?;
    let header: &[u8; HEADER] = sealed.first_chunk().ok_or(Damage::Length)?;
    let slice = |chunks| {
        let place = layout.place(chunks);
        sealed[place.start as usize..place.end as usize].to_vec()
    };
    let mut last = slice(layout.last()..layout.chunks);
    let opened = Opened::new(key, name, sealed.len() as u64, header, &mut last)?;
    let mut all = slice(0..layout.chunks);
    open_chunks(&opened, 0..layout.chunks, &mut all, 0)?;
    assert!(all.ends_with(&last), "the last chunk is the same both ways");
    assert_eq!(all.len() as u64, layout.plain);
    Ok(all)
}

fn damage(sealed: &[u8]) -> Damage {
    open(&KEY, PATH, sealed).expect_err("this object should have been refused")
}

/// Sizes at which the number of chunks changes, and their neighbours.
const SIZES: [usize; 10] = [
    0,
    1,
    2,
    CHUNK - 1,
    CHUNK,
    CHUNK + 1,
    2 * CHUNK - 1,
    2 * CHUNK,
    2 * CHUNK + 1,
    5 * CHUNK + 77,
];

#[test]
fn opens_what_was_sealed_at_every_boundary() {
    for size in SIZES {
        let sealed = seal(PATH, &content(size));
        assert_eq!(sealed.len() as u64, sealed_size(size as u64), "{size} bytes");
        assert_eq!(Layout::of_sealed(sealed.len() as u64).unwrap().plain, size as u64);
        assert_eq!(open(&KEY, PATH, &sealed).unwrap(), content(size), "{size} bytes");
    }
}

#[test]
fn equal_contents_do_not_look_alike() {
    let (one, two) = (seal(PATH, &content(100)), seal(PATH, &content(100)));
    assert_ne!(
        one[16..],
        two[16..],
        "the salt is fresh each time, and with it the key"
    );
    let doubled = [content(CHUNK), content(CHUNK)].concat();
    let sealed = seal(PATH, &doubled);
    let chunk = |number: usize| &sealed[HEADER + number * SEALED_CHUNK..HEADER + (number + 1) * SEALED_CHUNK];
    assert_ne!(chunk(0), chunk(1), "nor do equal chunks of one object");
}

#[test]
fn holds_nothing_plain() {
    let text = b"Mrs. Amara Ostrowski, left knee".repeat(5_000);
    let sealed = seal(PATH, &text);
    let found = sealed
        .windows(8)
        .any(|window| text[..31].windows(8).any(|word| word == window));
    assert!(!found, "a word shows through");
}

#[test]
fn rejects_every_flipped_bit_of_a_small_object() {
    let mut sealed = seal(PATH, b"left knee");
    for at in 0..sealed.len() {
        for bit in 0..8 {
            sealed[at] ^= 1 << bit;
            assert!(open(&KEY, PATH, &sealed).is_err(), "byte {at}, bit {bit}");
            sealed[at] ^= 1 << bit;
        }
    }
    assert!(open(&KEY, PATH, &sealed).is_ok(), "put right again it opens");
}

#[test]
fn rejects_every_flipped_byte_of_the_edges() {
    let mut sealed = seal(PATH, &content(2 * CHUNK + 5));
    let edges = [
        0,
        HEADER,
        HEADER + SEALED_CHUNK,
        HEADER + 2 * SEALED_CHUNK,
        sealed.len(),
    ];
    for edge in edges {
        for at in edge.saturating_sub(20)..(edge + 20).min(sealed.len()) {
            sealed[at] ^= 0x80;
            assert!(open(&KEY, PATH, &sealed).is_err(), "byte {at}");
            sealed[at] ^= 0x80;
        }
    }
}

#[test]
fn rejects_truncation_at_every_chunk_and_byte() {
    let sealed = seal(PATH, &content(3 * CHUNK));
    for chunks in 1..3 {
        let cut = &sealed[..HEADER + chunks * SEALED_CHUNK];
        assert_eq!(
            damage(cut),
            Damage::End,
            "{chunks} whole chunks are left, but none is marked as the last"
        );
    }
    for length in [
        0,
        1,
        PREFIX,
        HEADER,
        HEADER + 1,
        HEADER + TAG,
        HEADER + TAG + 1,
        HEADER + SEALED_CHUNK + 3,
    ] {
        assert!(
            open(&KEY, PATH, &sealed[..length]).is_err(),
            "{length} bytes are left"
        );
    }
    for missing in 1..40 {
        assert!(
            open(&KEY, PATH, &sealed[..sealed.len() - missing]).is_err(),
            "{missing} bytes are missing"
        );
    }
}

#[test]
fn rejects_extension() {
    for size in [0, 10, CHUNK, CHUNK + 10] {
        let sealed = seal(PATH, &content(size));
        for more in [1, TAG, TAG + 1, SEALED_CHUNK] {
            let longer = [sealed.as_slice(), &vec![0; more]].concat();
            assert!(open(&KEY, PATH, &longer).is_err(), "{size} bytes and {more} more");
        }
        let doubled = [sealed.as_slice(), &sealed[HEADER..]].concat();
        assert!(open(&KEY, PATH, &doubled).is_err(), "its own chunks once more");
    }
}

#[test]
fn rejects_reordered_and_repeated_chunks() {
    let sealed = seal(PATH, &content(4 * CHUNK));
    let chunk = |number: usize| HEADER + number * SEALED_CHUNK..HEADER + (number + 1) * SEALED_CHUNK;
    let put = |from: usize, to: usize| {
        let mut altered = sealed.clone();
        altered.copy_within(chunk(from), chunk(to).start);
        damage(&altered)
    };
    assert_eq!(put(0, 1), Damage::Chunk(1));
    assert_eq!(put(2, 0), Damage::Chunk(0));
    assert_eq!(put(3, 1), Damage::Chunk(1), "the last chunk in the middle");
    assert_eq!(put(1, 3), Damage::End, "a middle chunk as the last");
}

#[test]
fn rejects_chunks_of_another_object() {
    let (one, two) = (seal(PATH, &content(3 * CHUNK)), seal(PATH, &content(3 * CHUNK)));
    let mut mixed = one.clone();
    mixed[HEADER..HEADER + SEALED_CHUNK].copy_from_slice(&two[HEADER..HEADER + SEALED_CHUNK]);
    assert_eq!(damage(&mixed), Damage::Chunk(0));
    let mut mixed = one;
    mixed[..HEADER].copy_from_slice(&two[..HEADER]);
    assert_eq!(damage(&mixed), Damage::End, "a valid header of another writing");
}

#[test]
fn rejects_an_object_under_another_name() {
    let (one, two) = (Uuid::from_u128(1), Uuid::from_u128(2));
    let sealed = seal(Name::Original(&one), b"left knee");
    assert!(open(&KEY, Name::Original(&one), &sealed).is_ok());
    assert_eq!(open(&KEY, Name::Original(&two), &sealed), Err(Damage::Header));
    let path = std::str::from_utf8(&[1; 16]).unwrap().to_owned();
    let same_bytes = Uuid::from_bytes([1; 16]);
    let sealed = seal(Name::Path(&path), b"left knee");
    assert_eq!(
        open(&KEY, Name::Original(&same_bytes), &sealed),
        Err(Damage::Header),
        "nor of another kind"
    );
}

#[test]
fn rejects_another_key() {
    assert_eq!(
        open(&[0x34; 32], PATH, &seal(PATH, b"left knee")),
        Err(Damage::Header)
    );
}

#[test]
fn rejects_foreign_and_newer_files_by_name() {
    let mut sealed = seal(PATH, b"left knee");
    sealed[8] = 2;
    assert_eq!(damage(&sealed), Damage::Version(2));
    assert_eq!(damage(&[b'%'; 200]), Damage::NotSealed);
    assert_eq!(damage(b"short"), Damage::Length);
    let mut sealed = seal(PATH, b"left knee");
    sealed[14] = 2;
    assert_eq!(damage(&sealed), Damage::Header, "version 1 has one chunk size");
}

proptest! {
    #[test]
    fn lengths_are_told_apart(sealed in 0_u64..4 * SEALED_CHUNK as u64) {
        if let Ok(layout) = Layout::of_sealed(sealed) {
            prop_assert_eq!(sealed_size(layout.plain), sealed);
            prop_assert_eq!(layout.place(0..layout.chunks), HEADER as u64..sealed);
            prop_assert_eq!(layout.content(0..layout.chunks), 0..layout.plain);
        }
    }

    #[test]
    fn pieces_make_the_same_object(sizes in proptest::collection::vec(0_usize..CHUNK * 2, 0..6)) {
        let whole = content(sizes.iter().sum());
        let mut sealer = Sealer::new(&KEY, PATH).unwrap();
        let mut sealed = Vec::new();
        let mut rest = whole.as_slice();
        for size in sizes {
            let (piece, after) = rest.split_at(size);
            sealer.push(piece, &mut sealed);
            rest = after;
        }
        sealer.finish(&mut sealed);
        prop_assert_eq!(open(&KEY, PATH, &sealed), Ok(whole));
    }

    #[test]
    fn anything_else_is_refused(bytes in proptest::collection::vec(any::<u8>(), 0..300).prop_map(|bytes| bytes)) {
        prop_assert!(open(&KEY, PATH, &bytes).is_err());
    }
}
