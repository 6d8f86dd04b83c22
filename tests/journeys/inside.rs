//! Files inside files: attachments and archives come in as documents of their own, tied to what they were taken out of.

use std::collections::BTreeMap;
use std::io::Write;

use cabinet_tests::Cabinet;

fn archive(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, content) in entries {
        archive
            .start_file(*name, zip::write::SimpleFileOptions::default())
            .expect("an entry");
        archive.write_all(content).expect("an entry");
    }
    archive.finish().expect("a zip file").into_inner()
}

const MESSAGE: &str = "From: Ines Okafor <ines@elmroad.example>\r\nTo: Ruth Adeyemi <ruth@harrow.example>\r\n\
    Subject: Papers for Mrs Lindqvist\r\nDate: Fri, 3 May 2024 10:00:00 +0100\r\nMessage-ID: <1@elmroad.example>\r\n\
    MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=edge\r\n\r\n\
    --edge\r\nContent-Type: text/plain\r\n\r\nThe consent form is attached.\r\n\
    --edge\r\nContent-Type: text/plain; name=\"consent.txt\"\r\nContent-Disposition: attachment; filename=\"consent.txt\"\r\n\r\n\
    I agree to the operation on my left knee.\r\n--edge--\r\n";

#[test]
fn an_archive_of_a_message_with_an_attachment_gives_three_documents() {
    let cabinet = Cabinet::new();
    let path = cabinet.scratch().join("bundle.zip");
    let bytes = archive(&[
        ("letters/message.eml", MESSAGE.as_bytes()),
        ("../../escape.txt", b"The garden wall shall be kept in repair."),
        ("scan.xyz", &[1, 2, 3, 0, 255]),
    ]);
    std::fs::write(&path, bytes).expect("a file");
    let shown = path.to_string_lossy().into_owned();
    let run = cabinet.run(&["add", &shown]);
    assert_eq!(
        run.status,
        Some(1),
        "one file in it cannot be read: {}",
        run.messages
    );
    let statuses: BTreeMap<String, String> = run
        .results
        .iter()
        .map(|line| {
            let path = line["path"].as_str().unwrap_or_default().replace(&shown, "");
            let what = line["error"]["code"].as_str().or(line["status"].as_str());
            (path, what.unwrap_or_default().to_string())
        })
        .collect();
    let expected = [
        ("", "added"),
        ("/escape.txt", "added"),
        ("/letters/message.eml", "added"),
        ("/letters/message.eml/consent.txt", "added"),
        ("/scan.xyz", "unsupported"),
    ];
    let expected = expected.map(|(path, what)| (path.to_string(), what.to_string()));
    assert_eq!(statuses, BTreeMap::from(expected));

    let listed = cabinet.run(&["list"]).succeeded();
    let named = |name: &str| {
        listed
            .iter()
            .find(|d| d["source_name"] == name)
            .unwrap_or_else(|| panic!("{name} is listed"))
    };
    let (bundle, message, consent) = (named("bundle.zip"), named("message.eml"), named("consent.txt"));
    assert_eq!(message["parent_id"], bundle["id"]);
    assert_eq!(consent["parent_id"], message["id"]);
    assert_eq!(message["title"], "Papers for Mrs Lindqvist");
    assert_eq!(message["author"], "Ines Okafor");
    assert_eq!(message["dated"], "2024-05-03");
    assert_eq!(message["genre_guess"], "email");

    let hits = cabinet
        .run(&["search", "--mode", "text", "operation on my left knee"])
        .succeeded();
    assert_eq!(hits[0]["document_id"], consent["id"]);

    let again = cabinet.run(&["add", &shown]).succeeded();
    assert_eq!(again.len(), 1, "what is there is not opened again");
    assert_eq!(again[0]["status"], "duplicate");

    cabinet
        .run(&["remove", bundle["id"].as_str().expect("an id")])
        .succeeded();
    assert!(
        cabinet.run(&["list"]).succeeded().is_empty(),
        "deleting an archive deletes what was taken out of it"
    );
    let originals = std::fs::read_dir(cabinet.home().join("objects"))
        .expect("originals")
        .count();
    assert_eq!(originals, 0, "no original stays behind");
}
