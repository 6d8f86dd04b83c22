//! The report of an import as a file: one line for each file, for a spreadsheet.

use cabinet_library::{ImportLine, JobState, Made};

/// A comma-separated table with its heading, one line for each file. Names only, never the place a file lay in.
pub fn table(lines: &[ImportLine]) -> Vec<u8> {
    // The mark in front tells a spreadsheet that the names are UTF-8.
    let mut out = String::from(
        "\u{feff}File,Inside,Outcome,Title,Pages,Pages recognised from a picture,Hard to read,Hard to read on pages,Damaged,Without text,Without text on pages,Tracked deletions left out,Same text as,Code,Reason,What to do\r\n",
    );
    for ImportLine { job, made } in lines {
        let made = made.as_ref();
        let of = |count: fn(&Made) -> u32| made.map_or(String::new(), |made| count(made).to_string());
        let failure = job.failure.as_ref();
        let cancelled = job.state == JobState::Cancelled && failure.is_none();
        let or = |given: Option<String>, cancelled_says: &str| match given {
            None if cancelled => cancelled_says.to_string(),
            given => given.unwrap_or_default(),
        };
        let cells = [
            job.file_name.clone(),
            job.outer_name().unwrap_or_default(),
            outcome(job.state, made).to_string(),
            made.map_or(String::new(), |made| made.title.clone()),
            of(|d| d.pages),
            of(|d| d.ocr_pages),
            of(|d| d.faint_pages),
            made.map_or(String::new(), |made| made.faint_on.clone()),
            of(|d| d.damaged_pages),
            of(|d| d.pages_without_text),
            made.map_or(String::new(), |made| made.unread_on.clone()),
            of(|d| d.deletions),
            made.and_then(|made| made.same_text_as.clone())
                .unwrap_or_default(),
            failure.map_or(String::new(), |f| f.code.clone()),
            or(
                failure.map(|f| f.message.clone()),
                "It was cancelled before all of it was read.",
            ),
            or(failure.map(|f| f.advice.clone()), "Add it again if it is wanted."),
        ];
        out.push_str(&cells.map(|cell| quoted(&cell)).join(","));
        out.push_str("\r\n");
    }
    out.into_bytes()
}

fn outcome(state: JobState, made: Option<&Made>) -> &'static str {
    match state {
        JobState::Added if made.is_some_and(|made| made.replaced) => "added as a new version",
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
    fn a_line_says_what_a_file_lay_in_and_what_came_of_it() {
        let id = "00000000-0000-4000-8000-000000000001";
        let job = cabinet_library::Job {
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
        let attached = cabinet_library::Job {
            path: "/home/somebody/Re lease.eml/scans/Plan.pdf".into(),
            file_name: "scans/Plan.pdf".into(),
            state: JobState::Added,
            failure: None,
            inside: Some(cabinet_library::Inside {
                document: id.parse().unwrap(),
                member: 0,
                root: id.parse().unwrap(),
                depth: 1,
            }),
            ..job.clone()
        };
        let made = Made {
            title: "Plan of the ground floor".into(),
            pages: 3,
            ocr_pages: 2,
            faint_pages: 1,
            faint_on: "3".into(),
            ..Made::default()
        };
        let cancelled = cabinet_library::Job {
            state: JobState::Cancelled,
            failure: None,
            ..job.clone()
        };
        let lines = [
            ImportLine { job, made: None },
            ImportLine {
                job: cancelled,
                made: None,
            },
            ImportLine {
                job: attached,
                made: Some(made),
            },
        ];
        let table = String::from_utf8(table(&lines)).unwrap();
        let [heading, fax, cancelled, plan] = table.lines().collect::<Vec<_>>().try_into().unwrap();
        assert_eq!(heading.split(',').count(), 16);
        assert_eq!(
            fax,
            r#""Fax.pdf","","not added","","","","","","","","","","","corrupt","This PDF is damaged.","Ask for a fresh copy.""#
        );
        assert_eq!(
            cancelled,
            r#""Fax.pdf","","cancelled","","","","","","","","","","","","It was cancelled before all of it was read.","Add it again if it is wanted.""#
        );
        assert_eq!(
            plan,
            r#""scans/Plan.pdf","Re lease.eml","added","Plan of the ground floor","3","2","1","3","0","0","","0","","","","""#
        );
    }
}
