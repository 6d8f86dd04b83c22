//! From the library's types to the window's, field by field.

use cabinet_assistant as assistant;
use cabinet_desk::InstalledModel;
use cabinet_library as library;
use cabinet_slm::ModelState;

use crate::error::ui;
use crate::wire;

#[expect(clippy::cast_precision_loss, reason = "times and sizes stay far below 2^53")]
fn number(n: i64) -> f64 {
    n as f64
}

fn bytes(n: u64) -> f64 {
    number(i64::try_from(n).unwrap_or(i64::MAX))
}

impl From<cabinet_vault::Strength> for wire::Strength {
    fn from(s: cabinet_vault::Strength) -> Self {
        Self {
            score: s.score,
            label: s.label.to_string(),
            guess_time: s.guess_time,
            advice: s.advice,
            accepted: s.accepted,
        }
    }
}

impl From<library::Folder> for wire::Folder {
    fn from(f: library::Folder) -> Self {
        Self {
            id: f.id.to_string(),
            name: f.name,
            documents: f.documents,
            notes: f.notes,
        }
    }
}

impl From<library::Document> for wire::DocumentRow {
    fn from(d: library::Document) -> Self {
        Self {
            id: d.id.to_string(),
            folder_id: d.folder.to_string(),
            title: d.title,
            source_name: d.source_name,
            kind: d.kind,
            pages: d.pages,
            pages_without_text: d.pages_without_text,
            chars: d.chars,
            bytes: bytes(d.bytes),
            added_at: number(d.added_at),
            state: match d.state {
                library::DocumentState::Embedding => wire::DocumentState::Embedding,
                library::DocumentState::Ready => wire::DocumentState::Ready,
                library::DocumentState::Trashed => wire::DocumentState::Trashed,
            },
        }
    }
}

impl From<library::QueueView> for wire::JobsView {
    fn from(q: library::QueueView) -> Self {
        let stage = match q.stage {
            library::Stage::Reading => "reading",
            library::Stage::Storing => "storing",
        };
        Self {
            jobs: q.jobs.into_iter().map(|job| job_row(job, stage)).collect(),
            open: q.open,
            finished: q.finished,
            passages_done: q.embedding.0,
            passages_total: q.embedding.1,
            trouble: q.held.map(|held| held.message).or(q.embedding_trouble),
            seconds_left: q.left.map(|left| left.as_secs_f64()),
            paused: q.paused,
        }
    }
}

fn job_row(job: library::Job, stage: &str) -> wire::JobRow {
    wire::JobRow {
        id: job.id.to_string(),
        file_name: job.file_name,
        folder_id: job.folder.to_string(),
        stage: if job.state == library::JobState::Running {
            stage.to_string()
        } else {
            String::new()
        },
        done: 0,
        total: 0,
        state: match job.state {
            library::JobState::Queued => wire::JobState::Queued,
            library::JobState::Running => wire::JobState::Running,
            library::JobState::Added => wire::JobState::Added,
            library::JobState::Duplicate => wire::JobState::Duplicate,
            library::JobState::Failed => wire::JobState::Failed,
            library::JobState::Cancelled => wire::JobState::Cancelled,
        },
        document_id: job.document.map(|id| id.to_string()),
        error: job.failure.map(|f| wire::UiError {
            code: f.code,
            message: f.message,
            advice: f.advice,
        }),
    }
}

impl TryFrom<wire::SearchRequest> for library::SearchRequest {
    type Error = wire::UiError;
    fn try_from(r: wire::SearchRequest) -> Result<Self, wire::UiError> {
        Ok(Self {
            query: r.query,
            folder: r.folder_id.map(|id| id.parse()).transpose().map_err(ui)?,
            document: r.document_id.map(|id| id.parse()).transpose().map_err(ui)?,
            kinds: r.kinds,
            mode: match r.mode {
                wire::SearchMode::Hybrid => library::Mode::Hybrid,
                wire::SearchMode::Text => library::Mode::Text,
                wire::SearchMode::Vector => library::Mode::Vector,
            },
            limit: usize::try_from(r.limit.min(500)).unwrap_or(500),
            as_typed: true,
        })
    }
}

fn ranges(marks: Vec<library::Range>) -> Vec<wire::Range> {
    marks
        .into_iter()
        .map(|m| wire::Range {
            start: m.start,
            end: m.end,
        })
        .collect()
}

impl From<library::SearchResults> for wire::SearchResults {
    fn from(r: library::SearchResults) -> Self {
        let hit = |(rank, h): (u32, library::Hit)| wire::Hit {
            rank,
            score: h.score,
            document_id: h.document.to_string(),
            title: h.title,
            source_name: h.source_name,
            kind: h.kind,
            page: h.page,
            start: h.range.start,
            end: h.range.end,
            snippet: h.snippet,
            marks: ranges(h.marks),
            page_marks: ranges(h.page_marks),
            why: match h.why {
                library::Why::Exact => wire::Why::Exact,
                library::Why::Words => wire::Why::Words,
                library::Why::Meaning => wire::Why::Meaning,
            },
        };
        Self {
            hits: (1..).zip(r.hits).map(hit).collect(),
            missing: r.missing,
            ms: r.took.as_secs_f64() * 1000.0,
        }
    }
}

impl From<assistant::Claim> for wire::Claim {
    fn from(c: assistant::Claim) -> Self {
        let citation = |c: assistant::Citation| wire::Citation {
            document_id: c.document_id,
            title: c.title,
            page: c.page,
            start: c.start,
            end: c.end,
            quote: c.quote,
        };
        Self {
            text: c.text,
            verdict: match c.verdict {
                assistant::Verdict::Supported => wire::Verdict::Supported,
                assistant::Verdict::Partly => wire::Verdict::Partly,
                assistant::Verdict::Unsupported => wire::Verdict::Unsupported,
            },
            reason: c.reason,
            citations: c.citations.into_iter().map(citation).collect(),
            quoted: c.quoted,
            section: c.section,
        }
    }
}

impl From<assistant::Grounded> for wire::Grounded {
    fn from(g: assistant::Grounded) -> Self {
        Self {
            claims: g.claims.into_iter().map(Into::into).collect(),
            coverage: wire::Coverage {
                pages_read: g.coverage.pages_read,
                pages_total: g.coverage.pages_total,
                pages_without_text: g.coverage.pages_without_text,
                left_out: g.coverage.left_out,
            },
            model: g.model,
            removed: g.removed,
            seconds: g.seconds,
        }
    }
}

impl From<wire::SummaryStyle> for assistant::summary::Style {
    fn from(s: wire::SummaryStyle) -> Self {
        match s {
            wire::SummaryStyle::Brief => Self::Brief,
            wire::SummaryStyle::Clinical => Self::Clinical,
            wire::SummaryStyle::Legal => Self::Legal,
        }
    }
}

impl From<wire::DraftTemplate> for assistant::draft::Template {
    fn from(t: wire::DraftTemplate) -> Self {
        match t {
            wire::DraftTemplate::General => Self::General,
        }
    }
}

impl From<assistant::AssistantEvent> for wire::AssistantEvent {
    fn from(e: assistant::AssistantEvent) -> Self {
        match e {
            assistant::AssistantEvent::Progress { step, done, total } => Self::Progress { step, done, total },
            assistant::AssistantEvent::Text { piece } => Self::Text { piece },
            assistant::AssistantEvent::Claim { claim } => Self::Claim { claim: claim.into() },
        }
    }
}

impl From<library::NoteRow> for wire::NoteRow {
    fn from(n: library::NoteRow) -> Self {
        Self {
            id: n.id.to_string(),
            folder_id: n.folder.to_string(),
            title: n.title,
            updated_at: number(n.updated_at),
        }
    }
}

impl From<library::Note> for wire::Note {
    fn from(n: library::Note) -> Self {
        Self {
            id: n.id.to_string(),
            folder_id: n.folder.to_string(),
            title: n.title,
            body: n.body,
            version: n.version,
            updated_at: number(n.updated_at),
        }
    }
}

impl From<library::NoteVersion> for wire::NoteVersion {
    fn from(v: library::NoteVersion) -> Self {
        let chars = u32::try_from(v.body.chars().count()).unwrap_or(u32::MAX);
        Self {
            version: v.version,
            saved_at: number(v.saved_at),
            title: v.title,
            chars,
        }
    }
}

impl From<cabinet_seal::SealCheck> for wire::SealCheck {
    fn from(c: cabinet_seal::SealCheck) -> Self {
        Self {
            name: c.name,
            refused: c.refused,
            detail: c.detail,
        }
    }
}

impl From<library::AuditEntry> for wire::AuditEntry {
    fn from(e: library::AuditEntry) -> Self {
        Self {
            number: e.number,
            at: number(e.at),
            action: e.action,
            subject: e.subject,
        }
    }
}

impl From<InstalledModel> for wire::ModelRow {
    fn from(m: InstalledModel) -> Self {
        Self {
            id: m.id,
            name: m.title,
            purpose: m.purpose.to_string(),
            license: m.licence,
            bytes: bytes(m.bytes),
            state: match m.state {
                ModelState::Ready => "ready",
                ModelState::Missing => "missing",
                ModelState::Altered => "altered",
            }
            .to_string(),
            advice: m.advice,
        }
    }
}
