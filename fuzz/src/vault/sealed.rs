//! Sealed originals.

use crate::{FOLDER, ID};
use arbitrary::{Arbitrary, Unstructured};
use cabinet_vault::fuzzing;
use std::fs;
use uuid::Uuid;

/// Bytes of content in one chunk of a sealed object, and of that chunk with its tag, and of what stands before them.
const CHUNK: usize = 64 * 1024;
const SEALED_CHUNK: usize = CHUNK + 16;
const HEADER: usize = 64;

/// Bytes that nobody sealed under our key: none of them may come out as content.
pub(crate) fn sealed(data: &[u8]) {
    let folder = FOLDER.join("objects");
    fs::write(folder.join(ID.to_string()), data).expect("the temporary folder can be written");
    let objects = fuzzing::objects(folder);
    assert!(objects.get(ID).is_err(), "what we never sealed was opened");
    assert!(objects.size(ID).is_err() && objects.read_range(ID, 0..1).is_err());
}

pub(crate) fn sealed_seeds() -> Vec<Vec<u8>> {
    let sealed = seal(b"left knee", 0);
    // Whole but for one bit at its end, and heads of many lengths.
    let mut seeds: Vec<Vec<u8>> = [0, 8, HEADER, HEADER + 16]
        .map(|to| sealed[..to].to_vec())
        .to_vec();
    seeds.extend(
        sealed
            .split_last()
            .map(|(last, rest)| [rest, &[last ^ 1]].concat()),
    );
    seeds
}

/// Seals content as the product does and gives the bytes of the file; each time with another salt.
fn seal(content: &[u8], id: u128) -> Vec<u8> {
    let folder = FOLDER.join("objects");
    let id = Uuid::from_u128(1000 + id);
    fuzzing::objects(folder.clone())
        .put(id, content)
        .expect("sealing works");
    fs::read(folder.join(id.to_string())).expect("the temporary folder can be read")
}

/// One thing that somebody without the key does to a sealed file.
#[derive(Arbitrary, Debug)]
enum Alteration {
    Flip {
        at: u32,
        bits: u8,
    },
    Cut {
        length: u32,
    },
    Append {
        bytes: Vec<u8>,
    },
    /// A chunk in the place of another, of this object or of another writing with the same content.
    Chunk {
        from: u8,
        to: u8,
        foreign: bool,
    },
    /// The header of another writing.
    Head,
    Zeros {
        at: u32,
        length: u16,
    },
}

/// A sealed file, what was done to it, and what is read then.
#[derive(Arbitrary, Debug)]
struct Altered {
    length: u32,
    alterations: Vec<Alteration>,
    reads: Vec<(u32, u32)>,
}

/// What was altered is refused, or comes out as it went in: whole, in parts and in size.
pub(crate) fn altered(data: &[u8]) {
    let Ok(input) = Altered::arbitrary_take_rest(Unstructured::new(data)) else {
        return;
    };
    let content: Vec<u8> = (0..input.length as usize % (3 * CHUNK + 50))
        .map(|at| (at * 31 + at / 251) as u8)
        .collect();
    let folder = FOLDER.join("objects");
    let place = folder.join(ID.to_string());
    let objects = fuzzing::objects(folder);
    objects.put(ID, content.as_slice()).expect("sealing works");
    let sealed = fs::read(&place).expect("the temporary folder can be read");
    let mut file = sealed.clone();
    let foreign = input
        .alterations
        .iter()
        .any(|one| matches!(one, Alteration::Head | Alteration::Chunk { foreign: true, .. }))
        .then(|| {
            objects.put(ID, content.as_slice()).expect("sealing works");
            fs::read(&place).expect("the temporary folder can be read")
        })
        .unwrap_or_default();
    input
        .alterations
        .iter()
        .for_each(|one| alter(&mut file, &sealed, &foreign, one));
    fs::write(&place, &file).expect("the temporary folder can be written");

    let whole = objects.get(ID);
    if file == sealed {
        assert_eq!(whole.expect("an unaltered object opens"), content);
    } else {
        assert!(whole.is_err(), "an altered object was opened");
    }
    // Its end is authenticated, and with it the length.
    if let Ok(size) = objects.size(ID) {
        assert_eq!(size, content.len() as u64);
    }
    for (begin, end) in input.reads.iter().take(8) {
        let (begin, end) = (
            u64::from(*begin) % (4 * CHUNK as u64),
            u64::from(*end) % (4 * CHUNK as u64),
        );
        if let Ok(read) = objects.read_range(ID, begin..end) {
            assert_eq!(
                read,
                content[begin as usize..end as usize],
                "another content came out"
            );
        }
    }
}

fn alter(file: &mut Vec<u8>, sealed: &[u8], foreign: &[u8], alteration: &Alteration) {
    let chunk = |number: u8| {
        let begin = HEADER + usize::from(number % 4) * SEALED_CHUNK;
        begin.min(sealed.len())..(begin + SEALED_CHUNK).min(sealed.len())
    };
    match alteration {
        Alteration::Flip { at, bits } => {
            let length = file.len().max(1);
            if let Some(byte) = file.get_mut(*at as usize % length) {
                *byte ^= bits;
            }
        }
        Alteration::Cut { length } => file.truncate(*length as usize % (sealed.len() + 1)),
        Alteration::Append { bytes } => file.extend_from_slice(bytes),
        Alteration::Chunk {
            from,
            to,
            foreign: other,
        } => {
            let source = if *other { foreign } else { sealed };
            let (from, to) = (chunk(*from), chunk(*to));
            let length = from.len().min(file.len().saturating_sub(to.start));
            if length > 0 {
                file[to.start..to.start + length].copy_from_slice(&source[from.start..from.start + length]);
            }
        }
        Alteration::Head => {
            let length = HEADER.min(file.len());
            file[..length].copy_from_slice(&foreign[..length]);
        }
        Alteration::Zeros { at, length } => {
            let begin = (*at as usize).min(file.len());
            let end = (begin + usize::from(*length)).min(file.len());
            file[begin..end].fill(0);
        }
    }
}

pub(crate) fn altered_seeds() -> Vec<Vec<u8>> {
    // Each is taken apart from both its ends; what comes of it is of no matter, only that there is enough.
    [0_u8, 1, 2, 3, 0x40, 0xff].map(|byte| vec![byte; 96]).to_vec()
}
