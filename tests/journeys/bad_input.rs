//! Bad input: each file its own clear reason, the rest goes on, nothing stored is lost.

use std::io::Write;

use cabinet_tests::{Cabinet, sample};

#[test]
fn every_bad_file_has_its_reason_and_the_good_ones_go_on() {
    let cabinet = Cabinet::new();
    let folder = cabinet.scratch();
    let write = |name: &str, bytes: &[u8]| {
        let path = folder.join(name);
        std::fs::write(&path, bytes).expect("a file");
        path.to_string_lossy().into_owned()
    };
    let pdf = std::fs::read(sample("Discharge summary - Ada Lindqvist.pdf")).expect("the sample");
    let mut docx_bomb = Vec::new();
    {
        let mut archive = zip::ZipWriter::new(std::io::Cursor::new(&mut docx_bomb));
        let options = zip::write::SimpleFileOptions::default();
        archive
            .start_file("[Content_Types].xml", options)
            .expect("an entry");
        archive.write_all(b"<Types/>").expect("an entry");
        archive
            .start_file("word/document.xml", options)
            .expect("an entry");
        let zeros = vec![b' '; 1 << 20];
        for _ in 0..600 {
            archive.write_all(&zeros).expect("an entry");
        }
        archive.finish().expect("a zip file");
    }
    // A gigabyte of nothing takes no room on the disk, and is refused without being read.
    let huge = folder.join("huge.pdf");
    std::fs::File::create(&huge)
        .and_then(|file| file.set_len(1 << 30))
        .expect("a file");
    let looped = folder.join("looped.txt");
    #[cfg(unix)]
    std::os::unix::fs::symlink(&looped, &looped).expect("a link");
    let cases = [
        #[cfg(unix)]
        (looped.to_string_lossy().into_owned(), "unreadable"),
        #[cfg(unix)]
        ("/dev/zero".to_owned(), "not_a_file"),
        (huge.to_string_lossy().into_owned(), "too_large"),
        (write("nothing.txt", &[0; 1000]), "empty"),
        (write("empty.txt", b""), "empty"),
        (write("truncated.pdf", &pdf[..pdf.len() / 3]), "corrupt"),
        (
            write(
                "picture.pdf",
                b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0",
            ),
            "corrupt",
        ),
        (write("bomb.docx", &docx_bomb), "too_large"),
        (
            folder.join("not there.pdf").to_string_lossy().into_owned(),
            "unreadable",
        ),
    ];
    let good = sample("Referral letter - Bruno Castellan.txt");
    let mut args = vec!["add"];
    args.extend(cases.iter().map(|(path, _)| path.as_str()));
    args.push(&good);
    let run = cabinet.run(&args);
    assert_eq!(
        run.status,
        Some(1),
        "some failed, the others are done: {}",
        run.messages
    );
    for (path, code) in &cases {
        let outcome = run
            .results
            .iter()
            .find(|o| o["path"] == path.as_str())
            .unwrap_or_else(|| panic!("no outcome for {path}"));
        assert_eq!(outcome["status"], "failed", "{outcome}");
        assert_eq!(outcome["error"]["code"], *code, "{outcome}");
        assert!(
            outcome["error"]["message"].as_str().is_some_and(|m| m.len() > 10),
            "{outcome}"
        );
    }
    let added = run
        .results
        .iter()
        .find(|o| o["path"] == good.as_str())
        .expect("an outcome");
    assert_eq!(added["status"], "added");
    assert!(!run.messages.contains("panicked"), "{}", run.messages);
}

#[test]
fn a_damaged_header_is_named_and_never_replaced() {
    let cabinet = Cabinet::new();
    cabinet
        .run(&["add", &sample("Practice newsletter.html")])
        .succeeded();
    let header = cabinet.home().join("vault.json");
    let whole = std::fs::read(&header).expect("the header");
    std::fs::write(&header, &whole[..whole.len() / 2]).expect("half a header");
    let run = cabinet.run(&["list"]);
    assert!(
        matches!(run.status, Some(1 | 3)),
        "{:?} {}",
        run.status,
        run.messages
    );
    assert!(run.messages.contains("damaged"), "{}", run.messages);
    std::fs::remove_file(&header).expect("the header");
    let run = cabinet.run(&["init"]);
    assert_ne!(
        run.status,
        Some(0),
        "a missing header beside data never becomes a new key"
    );
    std::fs::write(&header, whole).expect("the header");
    assert_eq!(cabinet.run(&["list"]).succeeded().len(), 1, "nothing was lost");
}

#[test]
fn a_second_process_is_told_that_the_cabinet_is_in_use() {
    let cabinet = Cabinet::new();
    let folder = cabinet.scratch().join("many");
    std::fs::create_dir_all(&folder).expect("a folder");
    for n in 0..40 {
        std::fs::write(
            folder.join(format!("{n}.txt")),
            format!("Invented paper {n}. ").repeat(400),
        )
        .expect("a file");
    }
    let mut first = cabinet.start(&["add", folder.to_str().expect("a plain path")]);
    let mut told = None;
    for _ in 0..40 {
        std::thread::sleep(std::time::Duration::from_millis(100));
        let run = cabinet.run(&["list"]);
        if run.messages.contains("open in another") {
            told = Some(run.status);
            break;
        }
    }
    first.kill().expect("it can be killed");
    first.wait().expect("it ends");
    assert_eq!(told, Some(Some(3)), "the second process was told");
    cabinet.run(&["list"]).succeeded();
}

#[test]
fn a_missing_or_altered_model_is_named_and_search_by_words_goes_on() {
    let cabinet = Cabinet::new();
    cabinet
        .run(&["add", &sample("Referral letter - Bruno Castellan.txt")])
        .succeeded();
    let none = cabinet.scratch().join("no-models");
    std::fs::create_dir_all(&none).expect("a folder");
    let altered = cabinet.scratch().join("altered-models");
    let copy = altered.join("all-minilm-l6-v2");
    std::fs::create_dir_all(&copy).expect("a folder");
    let said = cabinet.run(&["doctor"]).succeeded();
    let models = said
        .iter()
        .find_map(|line| line["models"].as_str())
        .expect("doctor says where they lie");
    let whole = std::path::Path::new(models).join("all-minilm-l6-v2");
    for file in std::fs::read_dir(&whole).expect("the embedder's files").flatten() {
        let mut bytes = std::fs::read(file.path()).expect("a model file");
        if file.file_name() == "model.safetensors" {
            let middle = bytes.len() / 2;
            bytes[middle] ^= 1;
        }
        std::fs::write(copy.join(file.file_name()), bytes).expect("a copy");
    }
    for (dir, state) in [(none, "missing"), (altered, "altered")] {
        let dir = dir.to_str().expect("a plain path");
        let run = cabinet.run(&["--models", dir, "search", "latex allergy"]);
        assert_eq!(run.status, Some(0), "{}", run.messages);
        assert!(!run.results.is_empty(), "words alone still find it");
        assert!(
            run.messages.contains("meaning"),
            "the missing half is named: {}",
            run.messages
        );
        let run = cabinet.run(&["--models", dir, "models", "verify"]);
        assert_eq!(run.status, Some(1));
        let spoilt = run.results.iter().find(|model| model["state"] == state);
        let spoilt = spoilt.unwrap_or_else(|| panic!("no model is {state}: {:?}", run.results));
        assert_eq!(spoilt["id"], "all-minilm-l6-v2");
        assert!(
            spoilt["advice"].as_str().is_some_and(|advice| advice.len() > 10),
            "{spoilt}"
        );
    }
}
