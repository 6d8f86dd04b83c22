//! Scans: added, found by a word on their picture, shown with what is doubtful.

use cabinet_intake::fixtures;
use cabinet_tests::Cabinet;

#[test]
fn a_word_on_a_scan_is_found() {
    let cabinet = Cabinet::new();
    let folder = cabinet.scratch();
    let letter = fixtures::sheet(
        "# Quayside Clinic\nMrs Ada Lindqvist was seen on 3 May 2024.\nReference QC-20417, for Dr Osei.",
    );
    let scan = folder.join("scan.pdf");
    let pages = [
        Ok("Cover sheet: two pages follow."),
        Err(letter.turned(90.0)),
        Err(fixtures::noise()),
    ];
    std::fs::write(&scan, fixtures::scanned_pdf(&pages)).expect("a file");
    let picture = folder.join("photograph.png");
    std::fs::write(
        &picture,
        fixtures::png(&fixtures::sheet(
            "Tenancy of 14 Wharf Lane, let to Bruno Castellan.",
        )),
    )
    .expect("a file");

    let added = cabinet
        .run(&["add", &scan.to_string_lossy(), &picture.to_string_lossy()])
        .succeeded();
    assert_eq!(added[0]["pages"], 3, "{added:?}");
    assert_eq!(added[0]["ocr_pages"], 1, "{added:?}");
    assert_eq!(added[0]["pages_without_text"], 1, "{added:?}");
    assert_eq!(added[0]["doubtful_pages"][0]["page"], 3, "{added:?}");
    assert_eq!(added[1]["ocr_pages"], 1, "{added:?}");

    let hits = cabinet.run(&["search", "QC-20417"]).succeeded();
    assert_eq!(hits[0]["source_name"], "scan.pdf", "{hits:?}");
    assert_eq!(hits[0]["page"], 2);
    let hits = cabinet.run(&["search", "tenancy Castellan"]).succeeded();
    assert_eq!(hits[0]["source_name"], "photograph.png", "{hits:?}");

    let id = added[0]["id"].as_str().expect("an id");
    let pages = cabinet.run(&["show", id, "--text"]).succeeded();
    assert_eq!(pages[0]["method"], "native");
    assert_eq!(pages[1]["method"], "ocr");
    assert!(
        pages[1]["confidence"].as_f64().is_some_and(|sure| sure > 0.9),
        "{pages:?}"
    );
    let shown = cabinet.run(&["show", id]).only();
    assert_eq!(shown["doubtful_pages"][0]["page"], 3, "{shown}");
}
