//! Summaries and drafts: every sentence true to the page, every file whole.

use cabinet_tests::{Cabinet, sample, samples};
use serde_json::Value;

fn text(value: &Value, key: &str) -> String {
    value[key].as_str().unwrap_or_default().to_string()
}

fn list<'v>(value: &'v Value, key: &str) -> &'v [Value] {
    value[key].as_array().map_or(&[], Vec::as_slice)
}

/// Adds a sample and gives back its identifier.
fn added(cabinet: &Cabinet, name: &str) -> String {
    text(&cabinet.run(&["add", &sample(name)]).only(), "id")
}

fn pages(cabinet: &Cabinet, id: &str) -> Vec<String> {
    let shown = cabinet.run(&["show", id, "--text"]).succeeded();
    shown.iter().map(|page| text(page, "text")).collect()
}

/// Every place is where it says; what is quoted is quoted to the letter; nothing unsupported is shown.
fn assert_sound(claims: &[Value], pages: &dyn Fn(&str) -> Vec<String>) {
    assert!(!claims.is_empty());
    for claim in claims {
        assert_eq!(claim["verdict"], "supported", "{claim}");
        let citations = list(claim, "citations");
        assert!(!citations.is_empty(), "{claim}");
        let mut quotes = Vec::new();
        for citation in citations {
            let number =
                |key: &str| usize::try_from(citation[key].as_u64().expect("a number")).expect("a small one");
            let page = &pages(&text(citation, "document_id"))[number("page") - 1];
            let there: String = page
                .chars()
                .skip(number("start"))
                .take(number("end") - number("start"))
                .collect();
            assert_eq!(there, text(citation, "quote"));
            quotes.extend(there.split_whitespace().map(str::to_owned).collect::<Vec<_>>());
        }
        if claim["quoted"] == true {
            assert_eq!(text(claim, "text"), quotes.join(" "));
        }
    }
}

#[test]
fn a_summary_is_true_to_its_document() {
    let cabinet = Cabinet::new();
    for (name, style, matter) in [
        ("Discharge summary - Ada Lindqvist.pdf", "clinical", "warfarin"),
        ("Lease - 14 Wharf Lane.docx", "legal", "38,400 pounds"),
    ] {
        let id = added(&cabinet, name);
        let summary = cabinet.run(&["summarize", &id, "--style", style]).only();
        let claims = list(&summary, "claims");
        assert_sound(claims, &|_| pages(&cabinet, &id));
        let said: Vec<String> = claims.iter().map(|claim| text(claim, "text")).collect();
        assert_eq!(text(&summary, "output"), said.join(" "));
        assert!(text(&summary, "output").contains(matter), "{summary}");
        let coverage = &summary["coverage"];
        assert_eq!(coverage["pages_read"], coverage["pages_total"]);
        assert!(summary["seconds"].as_f64() > Some(0.0) && summary["removed"].is_u64());

        let short = cabinet.run(&["summarize", &id, "--max-words", "30"]).only();
        let words = text(&short, "output").split_whitespace().count();
        assert!(words <= 30 || list(&short, "claims").len() == 1, "{short}");
    }
}

#[test]
fn a_batch_of_summaries_answers_in_order_and_goes_on_after_a_failure() {
    let cabinet = Cabinet::new();
    let id = added(&cabinet, "Referral letter - Bruno Castellan.txt");
    let batch = cabinet.scratch().join("papers.jsonl");
    let gone = "01900000-0000-7000-8000-000000000000";
    let lines = [
        format!(r#"{{"id":"stored","document_id":"{id}"}}"#),
        format!(r#"{{"id":"gone","document_id":"{gone}"}}"#),
        r#"{"id":3,"text":"The lamp on the north pier was mended on 3 May 2021 by Mr Aldous Fenn. It cost 420 euros."}"#.to_string(),
        r#"{"id":"empty","text":"  "}"#.to_string(),
    ];
    std::fs::write(&batch, lines.join("\n")).expect("a file");
    let run = cabinet.run(&["summarize", "--batch", batch.to_str().expect("a plain path")]);
    assert_eq!(run.status, Some(1), "some failed, the others are done");
    let ids: Vec<&Value> = run.results.iter().map(|result| &result["id"]).collect();
    assert_eq!(
        ids,
        ["stored", "gone", "3", "empty"]
            .map(|id| id.parse::<u64>().map_or(Value::from(id), Value::from))
            .iter()
            .collect::<Vec<_>>()
    );
    let single = cabinet.run(&["summarize", &id]).only();
    assert_eq!(run.results[0]["output"], single["output"]);
    assert_eq!(run.results[1]["error"]["code"], "not_found");
    assert!(text(&run.results[2], "output").contains("3 May 2021"));
    assert!(text(&run.results[3]["error"], "message").contains("no readable text"));
}

#[test]
fn a_draft_becomes_a_file_whole_or_not_at_all() {
    let cabinet = Cabinet::new();
    let lease = added(&cabinet, "Lease - 14 Wharf Lane.docx");
    let judgment = added(&cabinet, "Judgment - Harrow Quay v Penhallow Timber.pdf");
    let folder = cabinet.scratch();
    let path = |name: &str| folder.join(name).to_string_lossy().into_owned();
    let draft = |more: &[&str]| {
        let mut args = vec![
            "draft",
            "--template",
            "general",
            "--source",
            &lease,
            "--source",
            &judgment,
        ];
        args.extend(more);
        cabinet.run(&args)
    };

    let printed = draft(&[]).only();
    assert_sound(list(&printed, "claims"), &|id| pages(&cabinet, id));
    let cited = |id: &str| {
        list(&printed, "claims")
            .iter()
            .any(|claim| claim["citations"][0]["document_id"] == *id)
    };
    assert!(cited(&lease) && cited(&judgment), "both documents are spoken of");
    let markdown = text(&printed, "output");
    for heading in [
        "# Note on",
        "## What this is about",
        "## Actions and dates",
        "## Sources",
    ] {
        assert!(markdown.contains(heading), "{heading}: {markdown}");
    }

    draft(&["--out", &path("note.md")]).only();
    assert_eq!(
        std::fs::read_to_string(path("note.md")).expect("the note"),
        markdown
    );
    draft(&["--out", &path("note.docx")]).only();
    assert!(
        std::fs::read(path("note.docx"))
            .expect("the note")
            .starts_with(b"PK")
    );
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(path("note.docx"))
            .expect("the note")
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600, "for its owner alone");
    }

    let before = std::fs::read(path("note.docx")).expect("the note");
    std::fs::write(path("note.md"), "mine").expect("a file");
    let refused = draft(&["--out", &path("note.md")]);
    assert_eq!(refused.status, Some(2));
    assert!(refused.messages.contains("--force"), "{}", refused.messages);
    assert_eq!(
        std::fs::read_to_string(path("note.md")).expect("the file"),
        "mine"
    );
    draft(&["--out", &path("note.md"), "--force"]).only();
    assert_eq!(
        std::fs::read_to_string(path("note.md")).expect("the note"),
        markdown
    );
    assert_eq!(std::fs::read(path("note.docx")).expect("the note"), before);

    for (more, word) in [
        (vec!["--out".to_string(), path("note.pdf")], ".docx"),
        (vec!["--template".to_string(), "letter".to_string()], "general"),
    ] {
        let mut args = vec!["draft", "--source", &lease];
        args.extend(more.iter().map(String::as_str));
        let run = cabinet.run(&args);
        assert_eq!(run.status, Some(2), "{}", run.messages);
        assert!(run.messages.contains(word), "{}", run.messages);
    }
    let nowhere = draft(&["--out", &path("no such folder/note.md")]);
    assert_eq!(nowhere.status, Some(1));
    assert!(
        nowhere.messages.contains("could not be written"),
        "{}",
        nowhere.messages
    );
    let mut left: Vec<String> = std::fs::read_dir(&folder)
        .expect("the folder")
        .map(|entry| {
            entry
                .expect("an entry")
                .file_name()
                .to_string_lossy()
                .into_owned()
        })
        .collect();
    left.sort();
    assert_eq!(left, ["note.docx", "note.md"], "nothing half-written is left");
}

#[test]
fn without_the_writing_model_it_is_named_and_key_points_go_on() {
    let cabinet = Cabinet::new();
    let id = added(&cabinet, "Referral letter - Bruno Castellan.txt");
    let nothing = cabinet.scratch().join("no models");
    std::fs::create_dir(&nothing).expect("a folder");
    let models = nothing.to_str().expect("a plain path");
    let run = cabinet.run(&["--models", models, "summarize", &id]);
    assert_eq!(run.status, Some(1));
    assert!(
        run.messages.contains(".gguf is missing") && run.messages.contains("npm run models"),
        "{}",
        run.messages
    );
    let points = cabinet.run(&["--models", models, "keypoints", &id]).only();
    assert!(!list(&points, "points").is_empty());
}

#[cfg(unix)]
#[test]
fn an_interruption_ends_long_work_in_good_order() {
    let cabinet = Cabinet::new();
    cabinet
        .run(&["add", samples().to_str().expect("a plain path")])
        .succeeded();
    let ids: Vec<String> = cabinet
        .run(&["list"])
        .succeeded()
        .iter()
        .map(|document| text(document, "id"))
        .collect();
    let batch = cabinet.scratch().join("long.jsonl");
    let lines: Vec<String> = (0..3000)
        .map(|at| format!(r#"{{"id":{at},"document_id":"{}"}}"#, ids[at % ids.len()]))
        .collect();
    std::fs::write(&batch, lines.join("\n")).expect("a file");
    let mut work = cabinet.start(&["summarize", "--batch", batch.to_str().expect("a plain path")]);
    std::thread::sleep(std::time::Duration::from_secs(4));
    let told = std::process::Command::new("kill")
        .args(["-INT", &work.id().to_string()])
        .status();
    assert!(told.expect("kill runs").success());
    let begun = std::time::Instant::now();
    let status = work.wait().expect("it ends");
    assert_eq!(status.code(), Some(130), "ended by itself, as told");
    assert!(begun.elapsed().as_secs() < 20, "soon");
    cabinet.run(&["verify"]).succeeded();
}
