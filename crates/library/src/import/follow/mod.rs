//! Folders of the machine that are followed: what is added, changed, renamed or removed there is so in the cabinet.
//!
//! Owns: when to look, and the comparison with what was seen at the last look; what happened while the cabinet was locked
//! is found by the first look after. It looks again and again instead of waiting for the system's notices: drives on a
//! network give none, and systems bound how many folders they watch.
//!
//! Must always hold: a folder that cannot be reached removes nothing, and what was removed goes to the trash and no
//! further.

mod compare;
mod rows;

use std::path::PathBuf;
use std::time::{Duration, Instant, SystemTime};

pub use compare::FollowTrouble;

use super::Shared;
use crate::{FolderId, FollowId, LibraryError};

/// Between two looks, where a look is quick.
const REST: Duration = Duration::from_secs(3);
/// A look is followed by a rest of so many times its length, so that following never takes more of a processor.
const SHARE: u32 = 50;
/// However long a look takes, the next comes after this.
const LONGEST_REST: Duration = Duration::from_secs(60);

/// A folder that is followed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Followed {
    /// Identifier.
    pub id: FollowId,
    /// The folder of the cabinet its files go to.
    pub folder: FolderId,
    /// Where it lies.
    pub path: PathBuf,
    /// Files seen in it.
    pub files: u32,
}

/// What a look led to.
#[derive(Debug, Default)]
struct Looked {
    queued: usize,
    /// Documents were renamed or put into the trash.
    changed: bool,
}

impl Shared {
    /// Follows until the queue stops.
    pub(super) async fn follow(&self) {
        while !self.stop.is_cancelled() {
            let started = Instant::now();
            // The database says no: the next look tries again.
            let idle = matches!(self.look_at_all().await, Ok(0));
            tokio::select! {
                () = self.library.inner.to_follow.notified() => {}
                () = tokio::time::sleep(rest(started.elapsed())), if !idle => {}
                () = self.stop.cancelled() => {}
            }
        }
    }

    /// Takes over what changed in the followed folders; gives their number.
    pub(super) async fn look_at_all(&self) -> Result<usize, LibraryError> {
        let followed = self.library.followed().await?;
        for one in &followed {
            let (looked, trouble) = match self.look_at(one).await? {
                Ok(looked) => (looked, None),
                Err(trouble) => (Looked::default(), Some(trouble)),
            };
            let told = self.with(|s| {
                if looked.queued > 0 {
                    s.reading_idle = false;
                }
                match trouble {
                    Some(trouble) => s.trouble.insert(one.id, trouble) != Some(trouble),
                    None => s.trouble.remove(&one.id).is_some(),
                }
            });
            if looked.queued > 0 {
                self.wake.notify_one();
            }
            if looked.queued > 0 || looked.changed || told {
                self.tell();
            }
        }
        Ok(followed.len())
    }

    async fn look_at(&self, followed: &Followed) -> Result<Result<Looked, FollowTrouble>, LibraryError> {
        let (root, home) = (followed.path.clone(), self.library.home().to_owned());
        let seen = tokio::task::spawn_blocking(move || compare::look(&root, &home, SystemTime::now())).await;
        let sight = match seen {
            Ok(Ok(sight)) => sight,
            Ok(Err(trouble)) => return Ok(Err(trouble)),
            Err(stopped) => std::panic::resume_unwind(stopped.into_panic()),
        };
        let (before, identity) = self.library.seen(followed.id).await?;
        match compare::compare(&before, identity.as_deref(), &sight) {
            Ok(found) if found == compare::Differences::default() && identity == sight.identity => {
                Ok(Ok(Looked::default()))
            }
            Ok(found) => self.library.take_over(followed, &found, &sight).await.map(Ok),
            Err(trouble) => Ok(Err(trouble)),
        }
    }
}

fn rest(look: Duration) -> Duration {
    (look * SHARE).clamp(REST, LONGEST_REST)
}
