//! Files that strangers made, through the function the reader child uses; and what a taken-over child could say.
#![no_main]

mod compounds;
mod containers;
mod packages;
mod pdf;
mod pictures;
mod texts;

use cabinet_fuzz::Target;
use cabinet_intake::{fixtures, fuzzing};
use compounds::{doc_seeds, msg_seeds, xls_seeds};
use containers::{compound, package};
use libfuzzer_sys::fuzz_target;
use packages::{XML, docx, odt, packages, pptx, sheets, zip_seeds};
use pdf::{PDF, pdf_seeds};
use pictures::{bmp_seeds, gif_seeds, heic, heic_seeds, jpeg_seeds, png_seeds, tiff_seeds, webp, webp_seeds};
use texts::{HTML, MAIL, RTF, TEXT, csv_seeds, eml_seeds, html_seeds, mbox_seeds, rtf_seeds, text_seeds};

fuzz_target!(init: cabinet_fuzz::start(TARGETS), |data: &[u8]| cabinet_fuzz::run(data));

/// What PDFs that are protected in the seeds open with.
const PASSWORD: &str = "harbour";

const fn target(
    name: &'static str,
    words: &'static [&'static str],
    seeds: fn() -> Vec<Vec<u8>>,
    run: fn(&[u8]),
) -> Target {
    Target {
        name,
        seeds,
        words,
        run,
    }
}

const TARGETS: &[Target] = &[
    target("sniff", SNIFFED, sniff_seeds, sniff),
    target(
        "reader-protocol",
        &["{\"read\":", "{\"failed\":", "{\"recognised\":", "{\"drawn\":"],
        protocol_seeds,
        fuzzing::hear,
    ),
    target("pdf", PDF, pdf_seeds, |data| file(data.to_vec(), "pdf")),
    target("pdf-pages", PDF, pdf_seeds, |data| {
        drop(fuzzing::read(data.to_vec(), "pdf", Some(PASSWORD), true))
    }),
    target(
        "docx",
        XML,
        || packages(&docx()),
        |data| file(package(data), "docx"),
    ),
    target("doc", &[], doc_seeds, |data| file(compound(data), "doc")),
    target("rtf", RTF, rtf_seeds, |data| {
        file([b"{\\rtf1", data].concat(), "rtf")
    }),
    target("odt", XML, || packages(&odt()), |data| file(package(data), "odt")),
    target(
        "pptx",
        XML,
        || packages(&pptx()),
        |data| file(package(data), "pptx"),
    ),
    target(
        "sheets",
        XML,
        || packages(&sheets()),
        |data| file(package(data), "xlsx"),
    ),
    target("xls", &[], xls_seeds, |data| file(compound(data), "xls")),
    target("csv", &[",", ";", "\t", "\"\"", "\r\n"], csv_seeds, |data| {
        file(data.to_vec(), "csv")
    }),
    target("html", HTML, html_seeds, |data| file(data.to_vec(), "html")),
    target("eml", MAIL, eml_seeds, |data| {
        file([b"MIME-Version: 1.0\r\n", data].concat(), "eml")
    }),
    target("msg", &[], msg_seeds, |data| file(compound(data), "msg")),
    target("mbox", MAIL, mbox_seeds, |data| {
        file(
            [b"From a@b.example Fri May  3 10:00:00 2024\n", data].concat(),
            "mbox",
        )
    }),
    target("text", TEXT, text_seeds, |data| file(data.to_vec(), "txt")),
    target("markdown", TEXT, text_seeds, |data| file(data.to_vec(), "md")),
    target(
        "zip",
        &["PK\x01\x02", "PK\x03\x04", "PK\x05\x06", "PK\x06\x06"],
        zip_seeds,
        |data| file(package(data), "zip"),
    ),
    target(
        "png",
        &["IHDR", "IDAT", "PLTE", "tRNS", "IEND"],
        png_seeds,
        |data| file([b"\x89PNG\r\n\x1a\n", data].concat(), "png"),
    ),
    target("jpeg", &[], jpeg_seeds, |data| {
        file([b"\xff\xd8\xff", data].concat(), "jpeg")
    }),
    target("tiff", &["II*\0", "MM\0*"], tiff_seeds, |data| {
        file(data.to_vec(), "tiff")
    }),
    target(
        "webp",
        &["VP8 ", "VP8L", "VP8X", "ALPH", "ANIM", "ANMF"],
        webp_seeds,
        |data| file(webp(data), "webp"),
    ),
    target("gif", &["GIF89a", "NETSCAPE2.0"], gif_seeds, |data| {
        file([b"GIF8", data].concat(), "gif")
    }),
    target(
        "heic",
        &["meta", "iprp", "ipco", "hvcC", "iloc", "grid", "irot", "mdat"],
        heic_seeds,
        |data| file(heic(data), "heic"),
    ),
    target("bmp", &[], bmp_seeds, |data| file([b"BM", data].concat(), "bmp")),
];

/// Reads a file; where it can be read at all, it is sound.
fn file(bytes: Vec<u8>, ending: &str) {
    drop(fuzzing::read(bytes, ending, Some(PASSWORD), false));
}

fn owned(seeds: &[&[u8]]) -> Vec<Vec<u8>> {
    seeds.iter().map(|seed| seed.to_vec()).collect()
}

// What a file is. The first byte chooses the ending of its name.

const ENDINGS: [&str; 8] = ["", "pdf", "docx", "html", "md", "eml", "csv", "txt"];
const SNIFFED: &[&str] = &[
    "%PDF-",
    " 0 obj",
    "PK\x03\x04",
    "mimetype",
    "{\\rtf",
    "Received:",
    "From ",
    "<html",
    "<?xml",
];

fn sniff(data: &[u8]) {
    let Some((first, bytes)) = data.split_first() else {
        return;
    };
    let name = format!("x.{}", ENDINGS[usize::from(first % 8)]);
    match fuzzing::sniff(bytes, &name) {
        Ok(kind) => assert!(!kind.as_str().is_empty()),
        Err(error) => assert!(error.message().ends_with('.'), "{error:?}"),
    }
}

fn sniff_seeds() -> Vec<Vec<u8>> {
    let heads: [&[u8]; 12] = [
        b"%PDF-1.7\n1 0 obj\nendobj",
        b"PK\x03\x04\x14\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x08\0\0\0mimetypeapplication/vnd.oasis.opendocument.text",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1W\0o\0r\0d\0D\0o\0c\0u\0m\0e\0n\0t\0",
        b"{\\rtf1 x}",
        b"\x89PNG\r\n\x1a\n",
        b"From a@b.example Fri May  3 10:00:00 2024\nSubject: x\n\n",
        b"Received: by c\nSubject: x\n\nWords.",
        b"<!DOCTYPE html><p>Words",
        b"\xff\xfeW\0o\0r\0d\0s\0",
        b"a,b\n1,2\n",
        b"\x7fELF",
        b"%!PS-Adobe",
    ];
    (0..)
        .zip(heads)
        .map(|(byte, head)| [&[byte], head].concat())
        .collect()
}

fn protocol_seeds() -> Vec<Vec<u8>> {
    let frame =
        |json: &str, after: &[u8]| [&(json.len() as u32).to_le_bytes()[..], json.as_bytes(), after].concat();
    vec![
        fuzzing::said(b"Lease\n\nRent is due.".to_vec(), "txt"),
        fuzzing::said(package(&zip_seeds()[0]), "zip"),
        fuzzing::said(
            fixtures::pdf_of(
                &[
                    fixtures::PdfPage::Drawing,
                    fixtures::PdfPage::Text("Words.".into()),
                ],
                None,
            ),
            "pdf",
        ),
        frame("{\"failed\":\"Crashed\"}", b""),
        frame("{\"failed\":\"illegible\"}", b""),
        frame("{\"drawn\":{\"width\":1,\"height\":2}}", b"redred"),
        frame(
            "{\"recognised\":{\"text\":\"Rent\",\"scan\":{\"page\":2,\"confidence\":0.5,\"quarters\":1,\
             \"words\":[{\"start\":0,\"end\":4,\"quad\":[1,2,3,2,3,4,1,4]}]}}}",
            b"",
        ),
    ]
}
