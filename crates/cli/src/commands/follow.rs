//! `cabinet follow ...`: folders of this machine whose changes are taken over.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use cabinet_library::{FollowTrouble, Followed, ImportQueue, JobState, Library, Outcome};
use serde_json::{Value, json};
use tokio::sync::mpsc;

use super::{Context, Ended, add, interruption};
use crate::args::FollowCommand;
use crate::failure::Failure;

/// Lists, begins, ends and carries out following.
pub async fn follow(context: &Context, command: FollowCommand) -> Ended {
    let desk = context.desk().await?;
    let library = desk.library();
    match command {
        FollowCommand::List => {
            for followed in library.followed().await? {
                print(context, &followed, None);
            }
        }
        FollowCommand::Add { folder, path } => {
            let path = absolute(&path)?;
            let folder = match folder {
                Some(name) => library.folder_named(&name).await?,
                None => library.first_folder().await?,
            };
            let id = library.follow(&path, folder).await?;
            context
                .out
                .result(&json!({ "id": id, "status": "followed", "path": path }), || {
                    format!("followed   {}", path.display())
                });
        }
        FollowCommand::Stop { followed } => {
            let place = absolute(Path::new(&followed)).ok();
            let all = library.followed().await?;
            let one = all
                .into_iter()
                .find(|one| one.id.to_string() == followed || Some(&one.path) == place.as_ref())
                .ok_or(Failure::NotFollowed)?;
            library.unfollow(one.id).await?;
            context.out.result(
                &json!({ "id": one.id, "status": "stopped", "path": one.path }),
                || format!("stopped    {}", one.path.display()),
            );
        }
        FollowCommand::Now => return take_over(context, library, false).await,
        FollowCommand::Run => return take_over(context, library, true).await,
    }
    Ok(ExitCode::SUCCESS)
}

async fn take_over(context: &Context, library: &Library, goes_on: bool) -> Ended {
    let (tx, mut outcomes) = mpsc::unbounded_channel::<Outcome>();
    let queue = ImportQueue::start(
        library.clone(),
        cabinet_desk::reader(&context.models),
        Box::new(move |outcome| {
            // The receiver lives as long as the command.
            let _ = tx.send(outcome.clone());
        }),
    );
    let interrupted = interruption();
    let mut changes = queue.changes();
    let mut told = Vec::new();
    let mut failed = false;
    if goes_on {
        let count = library.followed().await?.len();
        context
            .out
            .note(&format!("Following {count} folders; Ctrl-C ends it"));
        queue.follow().await;
    } else {
        queue.look_once().await?;
    }
    let done = async {
        match goes_on {
            true => std::future::pending().await,
            false => queue.settled().await,
        }
    };
    tokio::pin!(done);
    loop {
        tokio::select! {
            biased;
            Some(outcome) = outcomes.recv() => {
                failed |= outcome.job.state == JobState::Failed;
                add::report(context, library, &outcome).await?;
            }
            _ = changes.changed() => tell_troubles(context, library, &queue, &mut told).await?,
            () = interrupted.cancelled() => break,
            () = &mut done => break,
        }
    }
    tell_troubles(context, library, &queue, &mut told).await?;
    failed |= !told.is_empty();
    queue.shut_down().await;
    Ok(if failed && !goes_on {
        ExitCode::from(1)
    } else {
        ExitCode::SUCCESS
    })
}

/// Says once of each folder why nothing can be said of it.
async fn tell_troubles(
    context: &Context,
    library: &Library,
    queue: &ImportQueue,
    told: &mut Vec<(Followed, FollowTrouble)>,
) -> Result<(), Failure> {
    let now: Vec<_> = library
        .followed()
        .await?
        .into_iter()
        .filter_map(|one| queue.follow_trouble(one.id).map(|trouble| (one, trouble)))
        .collect();
    for (one, trouble) in now.iter().filter(|new| !told.contains(*new)) {
        print(context, one, Some(*trouble));
    }
    *told = now;
    Ok(())
}

fn print(context: &Context, followed: &Followed, trouble: Option<FollowTrouble>) {
    let told = trouble.map(|trouble| match trouble {
        FollowTrouble::Unreachable => "It cannot be reached just now. Nothing is removed for that.",
        FollowTrouble::Empty => {
            "It held files, and an empty folder lies in its place, as where a drive is not connected. Nothing is removed for that."
        }
    });
    let value = json!({
        "id": followed.id,
        "path": followed.path,
        "folder": followed.folder,
        "files": followed.files,
        "trouble": told.map_or(Value::Null, Value::from),
    });
    context.out.result(&value, || {
        let told = told.map_or_else(String::new, |told| format!("\n           {told}"));
        format!("{:<10} {}{told}", followed.files, followed.path.display())
    });
}

/// A followed place does not depend on where a command was called.
fn absolute(path: &Path) -> Result<PathBuf, Failure> {
    let path = std::fs::canonicalize(path).map_err(|_| Failure::NoSuchPlace)?;
    match path.is_dir() {
        true => Ok(path),
        false => Err(Failure::NoSuchPlace),
    }
}
