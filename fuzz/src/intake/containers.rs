//! Files that hold other files, put together from lists of parts, so that the fuzzer's changes reach what is inside
//! instead of breaking what is around it; and small pictures.
//!
//! A list of parts is, for each, the byte 0x1e at the beginning of a line, the part's name, a line end, and the content up
//! to the line end before the next.

use std::collections::HashSet;
use std::io::{Cursor, Read, Write};

const MARK: &[u8] = b"\n\x1e";

fn parts(data: &[u8]) -> Option<Vec<(String, &[u8])>> {
    let mut rest = data.strip_prefix(&MARK[1..])?;
    let mut parts = Vec::new();
    loop {
        let end = rest.windows(2).position(|two| two == MARK);
        let part = &rest[..end.unwrap_or(rest.len())];
        let line = part.iter().position(|byte| *byte == b'\n').unwrap_or(part.len());
        let content = part.get(line + 1..).unwrap_or_default();
        parts.push((String::from_utf8_lossy(&part[..line]).into_owned(), content));
        match end {
            Some(end) => rest = &rest[end + MARK.len()..],
            None => return Some(parts),
        }
    }
}

/// A ZIP package of these parts; data that is no list is taken for a package.
pub fn package(data: &[u8]) -> Vec<u8> {
    let Some(parts) = parts(data) else {
        return data.to_vec();
    };
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    let mut names = HashSet::new();
    for (name, content) in parts {
        // The writer refuses what no archive could hold.
        if name.len() < 1000 && names.insert(name.clone()) && writer.start_file(name, options).is_ok() {
            let _ = writer.write_all(content);
        }
    }
    writer.finish().map(Cursor::into_inner).unwrap_or_default()
}

/// The parts of a sound package as a list.
pub fn parts_of_package(bytes: &[u8]) -> Vec<u8> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).expect("a built package opens");
    let mut list = Vec::new();
    for index in 0..archive.len() {
        let mut entry = archive.by_index(index).expect("a built package opens");
        let name = entry.name().expect("a built package has names").into_owned();
        list.extend_from_slice(if list.is_empty() { &MARK[1..] } else { MARK });
        list.extend_from_slice(name.as_bytes());
        list.push(b'\n');
        entry.read_to_end(&mut list).expect("a built package opens");
    }
    list
}

/// A compound file of these streams; data that is no list is taken for such a file.
pub fn compound(data: &[u8]) -> Vec<u8> {
    let Some(parts) = parts(data) else {
        return data.to_vec();
    };
    let Ok(mut file) = cfb::CompoundFile::create(Cursor::new(Vec::new())) else {
        return Vec::new();
    };
    for (name, content) in parts {
        // Names that are not allowed are left out.
        if let Some((storage, _)) = name.rsplit_once('/') {
            let _ = file.create_storage_all(storage);
        }
        if let Ok(mut stream) = file.create_new_stream(name) {
            let _ = stream.write_all(content);
        }
    }
    let _ = file.flush();
    file.into_inner().into_inner()
}

/// Pictures in the forms a PNG may have, all of the pixels in one stored block.
pub fn pngs(side: u32) -> Vec<Vec<u8>> {
    // Bits and colour type: grey, grey with alpha, colours, a palette, colours with alpha, grey of one bit and of sixteen.
    [(8, 0), (8, 4), (8, 2), (8, 3), (8, 6), (1, 0), (16, 0)]
        .map(|(bits, colour)| {
            let channels = [1, 0, 3, 1, 2, 0, 4][usize::from(colour)];
            let row = (side * channels * u32::from(bits)).div_ceil(8) as usize;
            let pixels: Vec<u8> = (0..side)
                .flat_map(|y| [vec![(y % 5) as u8], vec![(y * 3) as u8; row]].concat())
                .collect();
            let length = pixels.len() as u16;
            let head = [
                &side.to_be_bytes()[..],
                &side.to_be_bytes(),
                &[bits, colour, 0, 0, 0],
            ]
            .concat();
            let data = [
                &[0x78, 1, 1][..],
                &length.to_le_bytes(),
                &(!length).to_le_bytes(),
                &pixels,
                &adler(&pixels).to_be_bytes(),
            ]
            .concat();
            let mut png = b"\x89PNG\r\n\x1a\n".to_vec();
            let palette: Vec<u8> = (0..=255).flat_map(|shade| [shade; 3]).collect();
            for (kind, content) in [
                (b"IHDR", &head),
                (b"PLTE", &palette),
                (b"IDAT", &data),
                (b"IEND", &Vec::new()),
            ] {
                if kind != b"PLTE" || colour == 3 {
                    let body = [&kind[..], content].concat();
                    png.extend(
                        [
                            &(content.len() as u32).to_be_bytes()[..],
                            &body,
                            &crc(&body).to_be_bytes(),
                        ]
                        .concat(),
                    );
                }
            }
            png
        })
        .to_vec()
}

fn adler(bytes: &[u8]) -> u32 {
    let (a, b) = bytes.iter().fold((1, 0), |(a, b), byte| {
        let a = (a + u32::from(*byte)) % 65521;
        (a, (a + b) % 65521)
    });
    b << 16 | a
}

fn crc(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
            crc >> 1 ^ if crc & 1 == 1 { 0xedb8_8320 } else { 0 }
        })
    })
}

/// A grey picture of eight by eight, with the shortest of tables.
pub fn jpeg() -> Vec<u8> {
    let segment = |mark: u8, content: &[u8]| {
        [
            &[0xff, mark][..],
            &(content.len() as u16 + 2).to_be_bytes(),
            content,
        ]
        .concat()
    };
    let table = |class: u8| {
        // One code of one bit, for nothing.
        let mut counts = [0; 16];
        counts[0] = 1;
        segment(0xc4, &[&[class][..], &counts, &[0]].concat())
    };
    [
        b"\xff\xd8".to_vec(),
        segment(0xe0, b"JFIF\0\x01\x01\0\0\x01\0\x01\0\0"),
        segment(0xdb, &[&[0][..], &[1; 64]].concat()),
        segment(0xc0, &[8, 0, 8, 0, 8, 1, 1, 0x11, 0]),
        table(0),
        table(0x10),
        segment(0xda, &[1, 1, 0, 0, 63, 0]),
        vec![0x3f, 0xff, 0xd9],
    ]
    .concat()
}

/// A picture of one bit a pixel in one strip, whose bytes are what they are: most forms take any.
pub fn tiff(side: u32, compression: u16) -> Vec<u8> {
    let pixels = vec![0x55_u8; side.div_ceil(8) as usize * side as usize];
    let fields: [(u16, u16, u32); 9] = [
        (256, 4, side),
        (257, 4, side),
        (258, 3, 1),
        (259, 3, u32::from(compression)),
        (262, 3, 1),
        (273, 4, 8),
        (277, 3, 1),
        (278, 4, side),
        (279, 4, pixels.len() as u32),
    ];
    let mut tiff = [b"II*\0", &(8 + pixels.len() as u32).to_le_bytes()[..], &pixels].concat();
    tiff.extend((fields.len() as u16).to_le_bytes());
    for (tag, kind, value) in fields {
        tiff.extend(
            [
                &tag.to_le_bytes()[..],
                &kind.to_le_bytes(),
                &1_u32.to_le_bytes(),
                &value.to_le_bytes(),
            ]
            .concat(),
        );
    }
    tiff.extend([0; 4]);
    tiff
}
