//! Files inside documents: queued when the document is stored, taken out again when their turn comes.
//!
//! Each is a job of its own, so that it has its outcome, its password and its retry. Its bytes are at hand while the
//! document that holds them was just read; after a restart they are taken out of the sealed original again. How deep
//! and how many is bounded, so that an archive of archives ends.

use std::sync::Arc;

use cabinet_intake::{IntakeError, Member, Source};
use secrecy::{ExposeSecret, SecretString};
use tokio_util::sync::CancellationToken;

use super::jobs::{Inside, Job, JobState, NewMember};
use super::work::{Ended, failure, storing_failed};
use super::{Failure, Outcome, Shared};
use crate::{DocumentId, JobId, LibraryError};

/// A file in a file in a file in a file; people go no deeper.
const DEEPEST: u32 = 4;
/// The most files taken out of one file and of all inside it.
const MOST_INSIDE: u32 = 10_000;

/// The files of one document, until their turn comes.
pub(super) struct Taken {
    document: DocumentId,
    members: Vec<Member>,
}

impl Shared {
    /// Queues what a stored document holds.
    pub(super) async fn queue_members(
        &self,
        job: &Job,
        document: DocumentId,
        members: Vec<Member>,
    ) -> Result<Vec<JobId>, LibraryError> {
        if members.is_empty() {
            return Ok(Vec::new());
        }
        let root = job.inside.map_or(job.id, |inside| inside.root);
        let before = self.library.jobs_inside(root).await?;
        let more = u32::try_from(members.len()).unwrap_or(u32::MAX);
        let too_deep = job.inside.is_some_and(|inside| inside.depth >= DEEPEST);
        let refused = (too_deep || before.saturating_add(more) > MOST_INSIDE).then(nested_too_far);
        let new: Vec<NewMember> = members
            .iter()
            .map(|member| NewMember {
                name: member.name.clone(),
                problem: member.problem.as_ref().map(failure).or(refused.clone()),
            })
            .collect();
        let ids = self.library.add_member_jobs(job, document, &new).await?;
        self.with(|s| {
            if let Some(password) = s.passwords.get(&job.id).cloned() {
                s.passwords.extend(ids.iter().map(|id| (*id, password.clone())));
            }
            // The files of the outer document come first; it stays at hand for them.
            if refused.is_none() && (job.inside.is_none() || s.taken.is_none()) {
                s.taken = Some(Taken { document, members });
            }
        });
        Ok(ids)
    }

    /// The bytes of a file inside a document.
    pub(super) async fn take_out(
        &self,
        inside: &Inside,
        password: Option<&SecretString>,
        cancel: &CancellationToken,
    ) -> Result<Arc<Source>, Ended> {
        let at_hand = self.with(|s| {
            s.taken
                .as_ref()
                .is_some_and(|taken| taken.document == inside.document)
        });
        if !at_hand {
            let members = self.open_again(inside.document, password, cancel).await?;
            self.with(|s| {
                s.taken = Some(Taken {
                    document: inside.document,
                    members,
                });
            });
        }
        let member = self.with(|s| {
            let taken = s.taken.as_mut()?;
            let last = taken.members.len() <= inside.member + 1;
            let member = taken.members.get_mut(inside.member).map(|member| {
                let bytes = std::mem::take(&mut member.bytes);
                (bytes, member.problem.clone())
            });
            if last {
                s.taken = None;
            }
            member
        });
        let bytes = match member {
            Some((_, Some(problem))) => return Err(Ended::Failed(failure(&problem))),
            // Taken already: this one is tried again.
            Some((bytes, None)) if bytes.is_empty() => {
                let mut members = self.open_again(inside.document, password, cancel).await?;
                if inside.member < members.len() {
                    members.swap_remove(inside.member).bytes
                } else {
                    Vec::new()
                }
            }
            Some((bytes, None)) => bytes,
            None => Vec::new(),
        };
        Source::from_bytes(bytes)
            .map(Arc::new)
            .map_err(|e| Ended::Failed(failure(&e)))
    }

    /// Takes the files out of a stored document's original.
    async fn open_again(
        &self,
        document: DocumentId,
        password: Option<&SecretString>,
        cancel: &CancellationToken,
    ) -> Result<Vec<Member>, Ended> {
        let stored = |e: LibraryError| Ended::Failed(storing_failed(&e));
        let name = self.library.document(document).await.map_err(stored)?.source_name;
        let bytes = self.library.original(document).await.map_err(stored)?;
        let source = Source::from_bytes(bytes).map_err(|e| Ended::Failed(failure(&e)))?;
        let password = password.map(ExposeSecret::expose_secret);
        let read = tokio::select! {
            read = self.reader.read(&source, &name, password) => read,
            () = cancel.cancelled() => return Err(Ended::Cancelled),
        };
        match read {
            Ok(read) => Ok(read.members),
            Err(e) => Err(Ended::Failed(failure(&e))),
        }
    }

    /// Tells of files that could not even be taken out; they are never worked on.
    pub(super) async fn tell_of_refused(&self, members: &[JobId]) {
        for id in members {
            if let Ok(job) = self.library.job(*id).await
                && job.state == JobState::Failed
            {
                (self.on_outcome)(&Outcome {
                    job,
                    took: std::time::Duration::ZERO,
                    members: Vec::new(),
                });
            }
        }
    }
}

fn nested_too_far() -> Failure {
    let unpacked = IntakeError::TooLarge(cabinet_intake::Excess::Members);
    Failure {
        code: unpacked.code().to_string(),
        message:
            "This lies in a file that holds more files, or files more deeply nested, than Cabinet takes out."
                .to_string(),
        advice: "Unpack the outer file and add what you need from it.".to_string(),
    }
}
