//! Compound files. Their seeds and inputs are lists of streams (see [`crate::containers`]), or a file as it is.

use crate::containers::compound;
use cabinet_intake::fixtures;

pub(crate) fn streams(all: &[(&str, &[u8])]) -> Vec<u8> {
    all.iter()
        .flat_map(|(name, content)| [b"\n\x1e", name.as_bytes(), b"\n", *content].concat())
        .skip(1)
        .collect()
}

pub(crate) fn doc_seeds() -> Vec<Vec<u8>> {
    let whole = fixtures::doc(
        "Lease\rRent is due.\rDrug\u{7}Dose\u{7}\u{7}Struck\r",
        Some("Struck"),
    );
    // The same as streams, cut to what is in use, so that the fuzzer need not keep the container whole.
    let text: Vec<u8> = "Lease\rRent\u{13}PAGE\u{14}1\u{15}\u{7}\u{7}"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    let units = text.len() as u32 / 2;
    let mut main = vec![0; 0x200];
    main[..4].copy_from_slice(&[0xec, 0xa5, 0xc1, 0]);
    main[0x18..0x1c].copy_from_slice(&0x200_u32.to_le_bytes());
    main[0x4c..0x50].copy_from_slice(&units.to_le_bytes());
    main[0x1a6..0x1aa].copy_from_slice(&21_u32.to_le_bytes());
    let mut old = main.clone();
    main.extend(&text);
    let table = [
        &[2][..],
        &16_u32.to_le_bytes(),
        &0_u32.to_le_bytes(),
        &units.to_le_bytes(),
        &[0, 0],
        &0x200_u32.to_le_bytes(),
        &[0, 0],
    ]
    .concat();
    // Word 6: one byte a character, no table.
    old[2] = 0x65;
    old[0x34..0x38].copy_from_slice(&9_u32.to_le_bytes());
    old.extend(b"Rent due\r");
    vec![
        streams(&[("WordDocument", &main), ("0Table", &table)]),
        streams(&[("WordDocument", &old)]),
        whole,
    ]
}

pub(crate) fn msg_seeds() -> Vec<Vec<u8>> {
    let squeezed: &[u8] = b"\x2d\0\0\0\x2b\0\0\0\x4c\x5a\x46\x75\xf1\xc5\xc7\xa7\x03\0\x0a\0\x72\x63\x70\x67\x31\x32\x35\x42\x32\x0a\xf3\x20\x68\x65\x6c\x09\0\x20\x62\x77\x05\xb0\x6c\x64\x7d\x0a\x80\x0f\xa0";
    let properties = [
        &[0; 32][..],
        b"\x39\0\x40\0\x06\0\0\0\0\0\x40\x3c\x6d\x9d\xda\x01",
    ]
    .concat();
    vec![
        streams(&[
            ("__properties_version1.0", &properties),
            ("__substg1.0_0037001E", b"Lease"),
            ("__substg1.0_10130102", b"<p>Rent is due."),
            ("__recip_version1.0_#00000000/__substg1.0_3001001E", b"Amara Osei"),
            ("__attach_version1.0_#00000000/__substg1.0_37010102", b"Rent"),
            (
                "__attach_version1.0_#00000000/__substg1.0_3707001F",
                b"a\0.\0t\0x\0t\0",
            ),
        ]),
        streams(&[
            ("__properties_version1.0", &properties),
            ("__substg1.0_0037001F", b"L\0e\0"),
            ("__substg1.0_10090102", squeezed),
            ("__substg1.0_007D001E", b"Date: Fri, 3 May 2024 10:00:00 +0000"),
        ]),
        streams(&[
            ("__properties_version1.0", &properties),
            ("__substg1.0_1000001E", b"Words."),
            (
                "__attach_version1.0_#00000000/__substg1.0_3701000D/__substg1.0_0037001E",
                b"Inner",
            ),
            (
                "__attach_version1.0_#00000000/__substg1.0_3701000D/__properties_version1.0",
                &properties,
            ),
        ]),
        fixtures::compound(&[
            ("__properties_version1.0", &[0; 48]),
            ("__substg1.0_0037001E", b"Lease"),
            ("__substg1.0_1000001E", b"Rent"),
        ]),
    ]
}

pub(crate) fn xls_seeds() -> Vec<Vec<u8>> {
    let record = |kind: u16, content: &[u8]| {
        [
            &kind.to_le_bytes()[..],
            &(content.len() as u16).to_le_bytes(),
            content,
        ]
        .concat()
    };
    let begin = |kind: u8| {
        record(
            0x809,
            &[0, 6, kind, 0, 0xbb, 0x0d, 0xcc, 7, 0, 0, 0, 0, 6, 0, 0, 0],
        )
    };
    let end = record(0x0a, &[]);
    let shared = record(0xfc, b"\x01\0\0\0\x01\0\0\0\x05\0\0Lease");
    // The sheet begins after the globals, whose last record but one says where.
    let globals_length = begin(5).len() + shared.len() + 4 + 13 + end.len();
    let sheet = record(
        0x85,
        &[
            &(globals_length as u32).to_le_bytes()[..],
            &[0, 0, 5, 0],
            b"Sums1",
        ]
        .concat(),
    );
    let cells = [
        record(0x203, b"\0\0\0\0\0\0\0\0\0\0\0\0\x29\x40"),
        record(0xfd, b"\x01\0\0\0\0\0\0\0\0\0"),
        record(0x204, b"\x02\0\0\0\0\0\x04\0\0Rent"),
        record(0x27e, b"\0\0\x01\0\0\0\x02\0\0\0"),
    ]
    .concat();
    let book = [begin(5), shared, sheet, end.clone(), begin(0x10), cells, end].concat();
    vec![
        streams(&[("Workbook", &book)]),
        compound(&streams(&[("Workbook", &book)])),
    ]
}
