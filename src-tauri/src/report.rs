//! The report of an import as a file: one line for each file, for a spreadsheet.

use cabinet_library::{Document, Job, JobState};

/// A comma-separated table with its heading. `rows` has each job with the document it made or found, where that is
/// still in the cabinet, and the one whose text is the same. Names only, never the place a file lay in.
pub fn table(rows: &[(Job, Option<Document>, Option<Document>)]) -> Vec<u8> {
    let mut out = String::from(
        "File,Outcome,Title,Pages,Pages recognised from a picture,Hard to read,Without text,Tracked deletions left out,Same text as,Code,Reason,What to do\r\n",
    );
    for (job, document, twin) in rows {
        let of =
            |count: fn(&Document) -> u32| document.as_ref().map_or(String::new(), |d| count(d).to_string());
        let failure = job.failure.as_ref();
        let cells = [
            job.file_name.clone(),
            outcome(job.state).to_string(),
            document.as_ref().map_or(String::new(), |d| d.title.clone()),
            of(|d| d.pages),
            of(|d| d.ocr_pages),
            of(|d| d.faint_pages),
            of(|d| d.pages_without_text),
            of(|d| d.deletions),
            twin.as_ref().map_or(String::new(), |d| d.title.clone()),
            failure.map_or(String::new(), |f| f.code.clone()),
            failure.map_or(String::new(), |f| f.message.clone()),
            failure.map_or(String::new(), |f| f.advice.clone()),
        ];
        out.push_str(&cells.map(|cell| quoted(&cell)).join(","));
        out.push_str("\r\n");
    }
    out.into_bytes()
}

fn outcome(state: JobState) -> &'static str {
    match state {
        JobState::Queued => "waiting",
        JobState::Running => "under way",
        JobState::Added => "added",
        JobState::Duplicate => "already there",
        JobState::Failed => "not added",
        JobState::Cancelled => "cancelled",
    }
}

/// A cell as RFC 4180 has it. What a spreadsheet would compute stays text: the names come from strangers.
fn quoted(cell: &str) -> String {
    let computed = cell.starts_with(['=', '+', '-', '@', '\t', '\r']);
    format!(
        "\"{}{}\"",
        if computed { "'" } else { "" },
        cell.replace('"', "\"\"")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_stays_one_cell_and_is_never_computed() {
        assert_eq!(quoted("Letter, \"final\".pdf"), "\"Letter, \"\"final\"\".pdf\"");
        assert_eq!(quoted("=HYPERLINK(1).pdf"), "\"'=HYPERLINK(1).pdf\"");
        assert_eq!(quoted("12 May.pdf"), "\"12 May.pdf\"");
    }

    #[test]
    fn a_file_that_was_not_added_has_its_code_its_reason_and_what_to_do() {
        let id = "00000000-0000-4000-8000-000000000001";
        let job = Job {
            id: id.parse().unwrap(),
            path: "/home/somebody/Fax.pdf".into(),
            file_name: "Fax.pdf".into(),
            folder: id.parse().unwrap(),
            state: JobState::Failed,
            attempts: 1,
            document: None,
            failure: Some(cabinet_library::Failure {
                code: "corrupt".into(),
                message: "This PDF is damaged.".into(),
                advice: "Ask for a fresh copy.".into(),
            }),
            inside: None,
        };
        let table = String::from_utf8(table(&[(job, None, None)])).unwrap();
        let [heading, line] = table.lines().collect::<Vec<_>>().try_into().unwrap();
        assert_eq!(heading.split(',').count(), 12);
        assert_eq!(
            line,
            r#""Fax.pdf","not added","","","","","","","","corrupt","This PDF is damaged.","Ask for a fresh copy.""#
        );
    }
}
