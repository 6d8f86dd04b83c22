//! Pages that are pictures: image files and scanned PDFs through the real child, with the real models.

use crate::{read, reader, texts};
use cabinet_intake::fixtures::{self, Sheet};
use cabinet_intake::{
    Document, Excess, IntakeError, Kind, Method, ModelFiles, PageProblem, Reader, ReaderLimits, Source,
};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

const LETTER: &str = "# Quayside Clinic\nMrs Ada Lindqvist was seen on 3 May 2024.\n\
                      Warfarin was stopped and apixaban 5 mg twice daily begun.\nReference QC-20417.";

/// The models as the application would hand them over, or `None` where they are not fetched.
fn models() -> Option<ModelFiles> {
    let base = std::env::var_os("CABINET_MODELS").map(PathBuf::from);
    let dir =
        base.or_else(|| Some(PathBuf::from(std::env::var_os("HOME")?).join(".cache/cabinet/models")))?;
    let file = |name: &str| std::fs::read(dir.join("pp-ocrv6-small").join(name)).ok();
    let files = (|| {
        Some(ModelFiles {
            detector: file("PP-OCRv6_det_small.rten")?,
            recogniser: file("PP-OCRv6_rec_small.rten")?,
            characters: file("ppocrv6_dict.txt")?,
        })
    })();
    let required = std::env::var_os("CABINET_REQUIRE_MODELS").is_some();
    assert!(files.is_some() || !required, "npm run models fetches the models");
    files
}

/// A reader that recognises; `None` where there are no models.
fn recognising(limits: ReaderLimits) -> Option<Reader> {
    let files = models()?;
    // A test waits for nobody.
    let limits = ReaderLimits { nice: 0, ..limits };
    Some(reader(limits).with_models(Arc::new(move || Some(files.clone()))))
}

async fn recognise(bytes: Vec<u8>) -> Option<Result<Document, IntakeError>> {
    let source = Source::from_bytes(bytes).expect("it is not empty");
    Some(
        recognising(ReaderLimits::default())?
            .read_pages(&source, "scan", None, &|_| {})
            .await,
    )
}

fn has_the_letter(text: &str) {
    for words in [
        "Quayside Clinic",
        "Ada Lindqvist",
        "apixaban 5 mg twice daily",
        "QC-20417",
    ] {
        assert!(text.contains(words), "{words:?} in {text:?}");
    }
}

#[tokio::test]
async fn a_scan_is_read_whichever_way_up_it_lies_and_a_little_askew() {
    for (degrees, quarters) in [(0.0, 0), (90.0, 3), (180.0, 2), (270.0, 1), (4.0, 0), (-3.0, 0)] {
        let bytes = fixtures::png(&fixtures::sheet(LETTER).turned(degrees));
        let Some(read) = recognise(bytes).await else {
            return;
        };
        let Document { read, scans } = read.unwrap_or_else(|e| panic!("{degrees} degrees: {e}"));
        assert_eq!(read.kind, Kind::Image);
        assert_eq!(read.pages[0].method, Method::Ocr);
        has_the_letter(&read.pages[0].text);
        assert_eq!(
            read.title.as_deref(),
            Some("Quayside Clinic"),
            "{degrees} degrees"
        );
        assert_eq!(scans[0].quarters, quarters, "{degrees} degrees");
        assert!(scans[0].confidence > 0.9 && read.warnings.is_empty(), "{scans:?}");
    }
}

#[tokio::test]
async fn other_coats_hold_the_same_picture() {
    let sheet = fixtures::sheet(LETTER);
    for (coat, bytes) in [
        ("WebP", fixtures::webp(&sheet)),
        ("GIF", fixtures::gif(&sheet, 40)),
        ("HEIC", fixtures::LETTER_HEIC.to_vec()),
    ] {
        let cut = bytes[..bytes.len() / 20].to_vec();
        let Some(read) = recognise(bytes).await else {
            return;
        };
        let Document { read, .. } = read.unwrap_or_else(|e| panic!("{coat}: {e}"));
        has_the_letter(&read.pages[0].text);
        if let Some(Ok(Document { read, .. })) = recognise(cut).await {
            assert!(!read.pages[0].text.contains("QC-20417"), "{coat}, cut off");
        }
    }
}

#[tokio::test]
async fn what_is_filled_in_and_remarked_on_a_scan_stands_after_what_it_shows() {
    let pages = [Err(fixtures::sheet(LETTER))];
    let annotations = [
        "/Subtype /Widget /FT /Tx /T (Ward) /V (4Z)",
        "/Subtype /Text /T (Ines Okafor) /M (D:20240504101500Z) /Contents (Which side?)",
    ];
    let Some(read) = recognise(fixtures::scanned_pdf_with(&pages, &annotations)).await else {
        return;
    };
    let Document { read, scans } = read.unwrap();
    let text = &read.pages[0].text;
    assert_eq!(read.pages[0].method, Method::Ocr);
    has_the_letter(text);
    assert!(
        text.ends_with(
            "\n\nForm fields\nWard: 4Z\n\nComments\n\u{2022} Ines Okafor, 2024-05-04: Which side?"
        ),
        "{text:?}"
    );
    let placed = scans[0].words.last().map_or(0, |word| word.end as usize);
    let beside = text.find("Form fields").map(|at| text[..at].chars().count());
    assert!(
        beside.is_some_and(|at| placed < at),
        "what the page does not show has no place on it"
    );
}

#[tokio::test]
async fn every_word_has_its_place() {
    let Some(read) = recognise(fixtures::png(&fixtures::sheet(LETTER))).await else {
        return;
    };
    let Document { read, scans } = read.unwrap();
    let chars: Vec<char> = read.pages[0].text.chars().collect();
    let word = |wanted: &str| {
        let found = scans[0].words.iter().find(|word| {
            chars[word.start as usize..word.end as usize]
                .iter()
                .collect::<String>()
                == wanted
        });
        found.unwrap_or_else(|| panic!("{wanted} is a word")).quad
    };
    let [x0, y0, x1, _, _, y1, ..] = word("Warfarin");
    let [x2, y2, ..] = word("stopped");
    // The line begins at 60 of 595 points.
    assert!((960..1100).contains(&x0), "{x0}");
    assert!(x1 > x0 + 500 && y1 > y0 + 80, "it has a size");
    assert!(
        x2 > x1 && y2.abs_diff(y0) < 60,
        "words follow each other on their line"
    );
    let [_, above, ..] = word("Lindqvist");
    assert!(above < y0, "lines follow each other down the page");
}

#[tokio::test]
async fn a_mixed_pdf_yields_all_its_pages() {
    let sheet = || fixtures::sheet(LETTER);
    let bytes = fixtures::scanned_pdf(&[
        Ok("The lease runs for nine years from 1 March."),
        Err(sheet()),
        Ok("Rent is due on the first of the month."),
        Err(sheet().turned(180.0)),
    ]);
    let Some(reader) = recognising(ReaderLimits::default()) else {
        return;
    };
    let told = Mutex::new(Vec::new());
    let source = Source::from_bytes(bytes).unwrap();
    let read = reader
        .read_pages(&source, "x.pdf", None, &|p| {
            told.lock().unwrap().push((p.done, p.of))
        })
        .await;
    let Document { read, scans } = read.unwrap();
    let methods: Vec<Method> = read.pages.iter().map(|page| page.method).collect();
    assert_eq!(
        methods,
        [Method::Native, Method::Ocr, Method::Native, Method::Ocr]
    );
    has_the_letter(&read.pages[1].text);
    has_the_letter(&read.pages[3].text);
    assert_eq!(
        scans
            .iter()
            .map(|scan| (scan.page, scan.quarters))
            .collect::<Vec<_>>(),
        [(2, 0), (4, 2)]
    );
    let told = told.into_inner().unwrap();
    assert!(
        told.is_sorted() && told.first() == Some(&(0, 2)) && told.last() == Some(&(2, 2)),
        "{told:?}"
    );
    assert!(read.warnings.is_empty(), "{:?}", read.warnings);
}

#[tokio::test]
async fn a_tiff_of_several_pictures_is_a_document_of_as_many_pages() {
    let sheets: [Sheet; 3] = [
        fixtures::sheet(LETTER),
        fixtures::noise(),
        fixtures::sheet("Signed, Bruno Castellan"),
    ];
    let Some(read) = recognise(fixtures::tiff(&sheets)).await else {
        return;
    };
    let Document { read, .. } = read.unwrap();
    assert_eq!(read.pages.len(), 3);
    has_the_letter(&read.pages[0].text);
    assert!(read.pages[2].text.contains("Bruno Castellan"));
    let noise: Vec<_> = read.warnings.iter().filter(|warning| warning.page == 2).collect();
    assert_eq!(
        noise.len(),
        1,
        "noise is named, not passed over: {:?}",
        read.warnings
    );
    assert!(matches!(
        noise[0].problem,
        PageProblem::Illegible | PageProblem::Faint
    ));
}

#[tokio::test]
async fn noise_alone_is_no_document() {
    let Some(read) = recognise(fixtures::png(&fixtures::noise())).await else {
        return;
    };
    assert_eq!(read.unwrap_err(), IntakeError::NoText { pages: 1 });
}

#[tokio::test]
async fn a_page_that_takes_too_long_costs_that_page() {
    let limits = ReaderLimits {
        deadline_per_page: Duration::from_millis(1),
        ..ReaderLimits::default()
    };
    let Some(reader) = recognising(limits) else { return };
    let bytes = fixtures::scanned_pdf(&[
        Ok("The lease runs for nine years."),
        Err(fixtures::sheet(LETTER).turned(5.0)),
    ]);
    let source = Source::from_bytes(bytes).unwrap();
    let read = reader
        .read_pages(&source, "x.pdf", None, &|_| {})
        .await
        .unwrap()
        .read;
    // A machine that recognises a page before it is first asked for the time has done nothing wrong.
    let problems: Vec<PageProblem> = read.warnings.iter().map(|warning| warning.problem).collect();
    assert!(
        problems == [PageProblem::GivenUp] || read.pages[1].method == Method::Ocr,
        "{problems:?}"
    );
    assert_eq!(texts(&read)[0], "The lease runs for nine years.");
    reader
        .read(&source, "x.pdf", None)
        .await
        .expect("the reader can be used again");
}

#[tokio::test]
async fn without_models_scans_are_named() {
    let bytes = fixtures::scanned_pdf(&[Ok("The lease runs for nine years."), Err(fixtures::noise())]);
    let mixed = read(bytes, "x.pdf").await.unwrap();
    assert_eq!(mixed.warnings[0].problem, PageProblem::NoText);
    let error = read(fixtures::png(&fixtures::noise()), "x.png")
        .await
        .unwrap_err();
    assert_eq!(error, IntakeError::NoText { pages: 1 });
}

#[tokio::test]
async fn rejects_pictures_of_more_pixels_than_any_page_has() {
    let sheet = fixtures::noise();
    for bytes in [
        fixtures::png_of_size(&sheet, 100_000, 100_000),
        fixtures::png_of_size(&sheet, 30_000, 30_000),
        fixtures::jpeg_head(65_000, 65_000),
    ] {
        assert_eq!(
            read(bytes, "x").await.unwrap_err(),
            IntakeError::TooLarge(Excess::Unpacked)
        );
    }
}

#[tokio::test]
async fn pictures_that_end_early_have_one_clear_reason() {
    let sheet = fixtures::sheet(LETTER);
    for whole in [
        fixtures::png(&sheet),
        fixtures::tiff(std::slice::from_ref(&sheet)),
    ] {
        for share in [0.0001, 0.4] {
            let mut bytes = whole.clone();
            bytes.truncate(((bytes.len() as f64 * share) as usize).max(12));
            let Some(result) = recognise(bytes).await else {
                return;
            };
            match result {
                Ok(document) => assert!(document.read.pages[0].method == Method::Ocr),
                Err(error) => assert!(matches!(error.code(), "corrupt" | "no_text"), "{error}"),
            }
        }
    }
    assert_eq!(
        read(fixtures::jpeg_head(400, 400), "x.jpg")
            .await
            .unwrap_err()
            .code(),
        "corrupt"
    );
}

#[tokio::test]
async fn a_page_is_drawn_upright_and_no_larger_than_asked() {
    let reader = reader(ReaderLimits::default());
    let source = Source::from_bytes(fixtures::tiff(&[fixtures::noise(), fixtures::sheet(LETTER)])).unwrap();
    let drawn = reader.draw(&source, 2, 1, 600).await.unwrap();
    assert!(drawn.width <= 600 && drawn.height < drawn.width, "{drawn:?}");
    assert_eq!(drawn.rgb.len(), 3 * drawn.width as usize * drawn.height as usize);
    assert!(
        drawn.rgb.iter().any(|part| *part < 100)
            && drawn.rgb.iter().filter(|part| **part > 250).count() > 1000
    );
    assert_eq!(
        reader.draw(&source, 9, 0, 600).await.unwrap_err(),
        IntakeError::Corrupt(Kind::Image)
    );
}
