//! Compressed RTF, as Outlook keeps the words of a message (MS-OXRTFCP).
//!
//! Written here because the crate for it refuses the bytes above 127 that Outlook writes, and trusts the size a
//! message announces.

/// What every dictionary begins with (MS-OXRTFCP 2.1.2.1).
const BEGINNING: &[u8] = b"{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript \\fdecor MS Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n\\par \\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx";
const SIZE: usize = 4096;

/// The RTF, as far as it can be unpacked; `None` when this is not compressed RTF.
pub(super) fn unpack(bytes: &[u8], most: usize) -> Option<Vec<u8>> {
    let packed = bytes.get(16..)?;
    match bytes.get(8..12)? {
        b"MELA" => return Some(packed.to_vec()),
        b"LZFu" => {}
        _ => return None,
    }
    let mut dictionary = [0; SIZE];
    dictionary[..BEGINNING.len()].copy_from_slice(BEGINNING);
    let mut end = BEGINNING.len();
    let mut out = Vec::new();
    let mut rest = packed.iter().copied();
    let mut put = |byte: u8, out: &mut Vec<u8>, dictionary: &mut [u8; SIZE]| {
        out.push(byte);
        dictionary[end] = byte;
        end = (end + 1) % SIZE;
        end
    };
    let mut at = BEGINNING.len();
    while let Some(control) = rest.next() {
        for bit in 0..8 {
            if out.len() > most {
                return Some(out);
            }
            if control >> bit & 1 == 0 {
                let Some(byte) = rest.next() else {
                    return Some(out);
                };
                at = put(byte, &mut out, &mut dictionary);
                continue;
            }
            let (Some(high), Some(low)) = (rest.next(), rest.next()) else {
                return Some(out);
            };
            let from = usize::from(high) << 4 | usize::from(low) >> 4;
            // A reference to where the next byte goes is the end.
            if from == at {
                return Some(out);
            }
            for n in 0..usize::from(low & 15) + 2 {
                at = put(dictionary[(from + n) % SIZE], &mut out, &mut dictionary);
            }
        }
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_examples_of_the_specification_unpack() {
        // MS-OXRTFCP 3.1.1 and 3.1.2.
        let simple = [
            0x2d, 0, 0, 0, 0x2b, 0, 0, 0, 0x4c, 0x5a, 0x46, 0x75, 0xf1, 0xc5, 0xc7, 0xa7, 0x03, 0, 0x0a, 0,
            0x72, 0x63, 0x70, 0x67, 0x31, 0x32, 0x35, 0x42, 0x32, 0x0a, 0xf3, 0x20, 0x68, 0x65, 0x6c, 0x09,
            0, 0x20, 0x62, 0x77, 0x05, 0xb0, 0x6c, 0x64, 0x7d, 0x0a, 0x80, 0x0f, 0xa0,
        ];
        assert_eq!(
            unpack(&simple, 1000).unwrap(),
            b"{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n"
        );
        let crossing = [
            0x1a, 0, 0, 0, 0x1c, 0, 0, 0, 0x4c, 0x5a, 0x46, 0x75, 0xe2, 0xd4, 0x4b, 0x51, 0x41, 0, 0x04,
            0x20, 0x57, 0x58, 0x59, 0x5a, 0x0d, 0x6e, 0x7d, 0x01, 0x0e, 0xb0,
        ];
        assert_eq!(unpack(&crossing, 1000).unwrap(), b"{\\rtf1 WXYZWXYZWXYZWXYZWXYZ}");
        assert_eq!(unpack(&simple[..9], 1000), None);
        assert!(unpack(&crossing, 10).unwrap().len() < 40, "a bomb ends early");
    }
}
