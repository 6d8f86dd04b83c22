//! The write-ahead log.

use arbitrary::{Arbitrary, Unstructured};
use cabinet_vault::fuzzing;
use std::io::Cursor;

/// A log made of frames and then damaged in one way.
#[derive(Arbitrary, Debug)]
struct Log {
    big_endian: bool,
    page: u8,
    frames: u8,
    contents: Vec<u8>,
    damage: Damage,
}

#[derive(Arbitrary, Debug)]
enum Damage {
    None,
    Cut(u32),
    Flip(u32, u8),
    /// Frames of an earlier round after the last.
    Remnants(u8),
}

/// Any bytes; and logs that were sound: torn at the end they are whole, with a byte changed they are not.
pub(crate) fn log(data: &[u8]) {
    let _ = fuzzing::log_lost_frames(Cursor::new(data));
    let Ok(input) = Log::arbitrary_take_rest(Unstructured::new(data)) else {
        return;
    };
    let page = 512 << (input.page % 3);
    let frames = usize::from(input.frames % 6) + 1;
    let mut bytes = log_of(input.big_endian, page, frames, (7, 9), &input.contents);
    let expected = match input.damage {
        Damage::None => false,
        Damage::Cut(to) => {
            bytes.truncate(to as usize % (bytes.len() + 1));
            false
        }
        Damage::Flip(at, bits) => {
            let at = at as usize % bytes.len();
            bytes[at] ^= bits;
            bits != 0
        }
        Damage::Remnants(count) => {
            let old = log_of(
                input.big_endian,
                page,
                usize::from(count % 4) + 1,
                (6, 8),
                &input.contents,
            );
            bytes.extend_from_slice(&old[32..]);
            false
        }
    };
    let lost = fuzzing::log_lost_frames(Cursor::new(&bytes)).expect("memory can be read");
    assert_eq!(
        lost,
        expected,
        "a log of {} bytes, {:?}",
        bytes.len(),
        input.damage
    );
}

/// A sound log; see <https://www.sqlite.org/fileformat2.html#the_write_ahead_log>.
fn log_of(big_endian: bool, page: usize, frames: usize, salts: (u32, u32), contents: &[u8]) -> Vec<u8> {
    let mut sum = (0_u32, 0_u32);
    let mut add = |bytes: &[u8]| {
        for pair in bytes.chunks_exact(8) {
            let word = |four: &[u8]| {
                let four = [four[0], four[1], four[2], four[3]];
                if big_endian {
                    u32::from_be_bytes(four)
                } else {
                    u32::from_le_bytes(four)
                }
            };
            sum.0 = sum.0.wrapping_add(word(&pair[..4])).wrapping_add(sum.1);
            sum.1 = sum.1.wrapping_add(word(&pair[4..])).wrapping_add(sum.0);
        }
        [sum.0.to_be_bytes(), sum.1.to_be_bytes()].concat()
    };
    let words = |words: &[u32]| {
        words
            .iter()
            .flat_map(|word| word.to_be_bytes())
            .collect::<Vec<u8>>()
    };
    let mut log = words(&[
        0x377f_0682 | u32::from(big_endian),
        3_007_000,
        page as u32,
        0,
        salts.0,
        salts.1,
    ]);
    let check = add(&log);
    log.extend(check);
    for number in 1..=frames {
        let head = words(&[number as u32, if number == frames { 5 } else { 0 }]);
        let content: Vec<u8> = (0..page)
            .map(|at| {
                contents
                    .get(at % contents.len().max(1))
                    .copied()
                    .unwrap_or(number as u8)
            })
            .collect();
        add(&head);
        let check = add(&content);
        log.extend([head, words(&[salts.0, salts.1]), check, content].concat());
    }
    log
}

pub(crate) fn log_seeds() -> Vec<Vec<u8>> {
    let mut seeds = vec![Vec::new()];
    seeds.push(log_of(false, 512, 2, (7, 9), b"page"));
    seeds.extend([1_u8, 2, 3, 0x40].map(|byte| vec![byte; 32]));
    seeds
}
