//! The write-ahead log after a crash: torn, as crashes leave it, or damaged.
//!
//! SQLite takes the first frame that does not check for the end of the log, wherever it stands. After a crash that is
//! right. But where a frame in the middle was altered, everything committed after it would vanish without a word. So
//! the log is looked through before it is opened: what follows the end that SQLite would see must be nothing, remnants
//! of an earlier round, or the torn last write.
//!
//! Format: <https://www.sqlite.org/fileformat2.html#the_write_ahead_log>. Frames hold encrypted pages.

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::Path;

use crate::VaultError;

const HEADER: usize = 32;
const FRAME_HEADER: usize = 24;
/// The last bit says in which order the checksum takes its bytes.
const MAGIC: u32 = 0x377f_0682;

/// Refuses a log that has lost committed changes.
///
/// After a loss of power, writes that were never acknowledged can look like damage, because a disk may order them as
/// it likes; it is reported then as well, rather than the other way round.
pub(crate) fn check(place: &Path) -> Result<(), VaultError> {
    let doing = "reading the database's log";
    let file = match File::open(place) {
        Ok(file) => file,
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(e) => return Err(VaultError::io(doing)(e)),
    };
    match lost_frames(BufReader::with_capacity(1 << 20, file)).map_err(VaultError::io(doing))? {
        true => Err(VaultError::LogDamaged),
        false => Ok(()),
    }
}

pub(crate) fn lost_frames(mut log: impl Read) -> io::Result<bool> {
    let mut header = [0; HEADER];
    match filled(&mut log, &mut header)? {
        // Not even the first write was finished.
        n if n < HEADER => return Ok(false),
        _ => {}
    }
    let word = |bytes: &[u8], at: usize| {
        u32::from_be_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
    };
    let magic = word(&header, 0);
    let page = word(&header, 8) as usize;
    let mut sum = Checksum {
        big_endian: magic & 1 == 1,
        state: (0, 0),
    };
    sum.add(&header[..24]);
    let plausible = (512..=65_536).contains(&page) && page.is_power_of_two();
    if magic & !1 != MAGIC || !plausible || sum.state != (word(&header, 24), word(&header, 28)) {
        // A header is written whole, so one that does not check was altered: unless nothing was written after it.
        return Ok(filled(&mut log, &mut [0; 1])? > 0);
    }
    let salts = (word(&header, 16), word(&header, 20));
    let mut frame = vec![0; FRAME_HEADER + page];
    let mut ended = false;
    while filled(&mut log, &mut frame)? == frame.len() {
        let these = (word(&frame, 8), word(&frame, 12));
        // Both change with every round: one that stayed says that the frame belongs to this one.
        let of_this_round = these.0 == salts.0 || these.1 == salts.1;
        if ended {
            if of_this_round {
                return Ok(true);
            }
            continue;
        }
        let mut next = sum.clone();
        next.add(&frame[..8]);
        next.add(&frame[FRAME_HEADER..]);
        if these == salts && next.state == (word(&frame, 16), word(&frame, 20)) {
            sum = next;
        } else if of_this_round {
            return Ok(true);
        } else {
            ended = true;
        }
    }
    Ok(false)
}

/// Reads until the buffer is full or the source at its end.
fn filled(source: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut count = 0;
    while count < buffer.len() {
        match source.read(&mut buffer[count..]) {
            Ok(0) => break,
            Ok(more) => count += more,
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
            Err(e) => return Err(e),
        }
    }
    Ok(count)
}

#[derive(Clone)]
struct Checksum {
    big_endian: bool,
    state: (u32, u32),
}

impl Checksum {
    fn add(&mut self, bytes: &[u8]) {
        for pair in bytes.chunks_exact(8) {
            let word = |at: usize| {
                let four = [pair[at], pair[at + 1], pair[at + 2], pair[at + 3]];
                if self.big_endian {
                    u32::from_be_bytes(four)
                } else {
                    u32::from_le_bytes(four)
                }
            };
            let (mut a, mut b) = self.state;
            a = a.wrapping_add(word(0)).wrapping_add(b);
            b = b.wrapping_add(word(4)).wrapping_add(a);
            self.state = (a, b);
        }
    }
}
