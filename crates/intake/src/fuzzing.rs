//! Doors for the fuzz targets. Not part of the crate's interface, and there only with the feature `fuzzing`.

use crate::document::{Extracted, Method, Page};
use crate::error::IntakeError;
use crate::parse::{Parsed, parse};
use crate::reader::fuzzing as parent;
use crate::scan::Scans;
use crate::{Kind, sniff};

/// The longest side of what is drawn, and how many pages of a file are.
const LONGEST: u32 = 300;
const DRAWN: u32 = 3;

/// Reads a file as the reader child does, hands what came of it to the parent, and draws the first of its pages that are
/// pictures. With `every_page` a PDF's own text is left aside and its pages are drawn.
///
/// # Errors
/// As the reader's: one code for every way of failing.
///
/// # Panics
/// If the document breaks a promise of this crate, or the parent would take it for another.
pub fn read(
    bytes: Vec<u8>,
    ending: &str,
    password: Option<&str>,
    every_page: bool,
) -> Result<Extracted, IntakeError> {
    let Parsed { read, scans } = match parse(bytes, &format!("x.{ending}"), password, every_page) {
        Ok(parsed) => parsed,
        Err(error) => {
            assert!(
                !error.code().is_empty() && error.message().ends_with('.'),
                "{error:?}"
            );
            return Err(error);
        }
    };
    assert!(read.is_sound(), "{read:?}");
    assert!(
        read.has_text() || scans.is_some(),
        "neither text nor pictures: {read:?}"
    );
    let (pages, scans) = scans.unzip();
    let pages = pages.unwrap_or_default();
    let said = parent::said(read.clone(), pages.clone());
    let heard = parent::file(&said);
    assert!(
        heard == Ok(Ok((read.clone(), pages.clone()))),
        "the parent heard something else"
    );
    if let Some(scans) = scans {
        for page in pages.into_iter().take(DRAWN as usize) {
            draw(&scans, page);
        }
    }
    Ok(read)
}

fn draw(scans: &Scans, page: u32) {
    if let Ok(picture) = scans.picture(page) {
        assert_eq!(picture.grey().len(), picture.width() * picture.height());
    }
    if let Ok(drawn) = scans.draw(page, (page % 4) as u8, LONGEST) {
        assert!(drawn.width.max(drawn.height) <= LONGEST);
        assert_eq!(drawn.rgb.len(), 3 * drawn.width as usize * drawn.height as usize);
    }
}

/// Tells what bytes are.
///
/// # Errors
/// As the reader's.
pub fn sniff(bytes: &[u8], name: &str) -> Result<Kind, IntakeError> {
    sniff::sniff(bytes, name)
}

/// What the reader child writes of a file it has read, for the parent to read.
#[must_use]
pub fn said(bytes: Vec<u8>, ending: &str) -> Vec<u8> {
    parse(bytes, &format!("x.{ending}"), None, false)
        .map(|parsed| {
            parent::said(
                parsed.read,
                parsed.scans.map(|(pages, _)| pages).unwrap_or_default(),
            )
        })
        .unwrap_or_default()
}

/// Gives the parent what a child may say: of a file, of a recognised page, of a drawing.
///
/// # Panics
/// If the parent takes in what breaks a promise of this crate, or more than was said.
pub fn hear(bytes: &[u8]) {
    if let Ok(Ok((read, scans))) = parent::file(bytes) {
        assert!(read.is_sound() && scans.len() <= read.pages.len());
        let members: usize = read.members.iter().map(|member| member.bytes.len()).sum();
        assert!(members <= bytes.len(), "more came in than was said");
    }
    let mut read = Extracted {
        pages: (1..=2)
            .map(|number| Page {
                number,
                text: String::new(),
                method: Method::None,
            })
            .collect(),
        ..Extracted::of(Kind::Image)
    };
    if parent::page(bytes, &mut read, 2).is_some() {
        assert!(read.is_sound(), "{read:?}");
    }
    if let Some(pixels) = parent::drawing(bytes) {
        assert!(pixels <= bytes.len(), "more came in than was said");
    }
}
