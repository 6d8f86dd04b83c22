//! What in a text points at a person, and the text with pseudonyms in its place. Opens no cabinet for a bare text.

use std::hash::{BuildHasher, Hasher, RandomState};
use std::io::Read;
use std::path::Path;
use std::process::ExitCode;

use cabinet_deid::{Finder, NameList, Pseudonyms};
use cabinet_library::{Action, FolderId};
use serde_json::{Value, json};

use super::assistant::{report, with_id};
use super::{Context, Ended, named_folder};
use crate::args::DeidentifyArgs;
use crate::batch;
use crate::failure::Failure;

/// `cabinet deidentify`
pub async fn deidentify(context: &Context, args: DeidentifyArgs) -> Ended {
    let finder = Finder::new();
    let mut folder = Folder::default();
    if let Some(name) = &args.folder {
        let library = context.desk().await?.library();
        if let Some(id) = named_folder(library, Some(name)).await? {
            folder.turn_to(context, id).await?;
        }
    }
    let asked = folder.id;
    let Some(file) = args.batch else {
        print(context, &finder, None, &read(&args.input)?, &folder.names);
        return Ok(ExitCode::SUCCESS);
    };
    let mut failed = false;
    let mut opened = false;
    for line in batch::read(&file)? {
        let id = line
            .get("id")
            .cloned()
            .ok_or_else(|| Failure::Batch("a line has no \"id\".".to_string()))?;
        let text = |name: &str| line.get(name).and_then(Value::as_str);
        match (text("document_id"), text("text")) {
            (Some(stored), _) => {
                opened = true;
                match stored_text(context, stored, &mut folder).await {
                    Ok(text) => print(context, &finder, Some(id), &text, &folder.names),
                    Err(e) => failed |= report(context, Some(id), e)?,
                }
            }
            (None, Some(text)) => {
                if folder.id != asked {
                    folder = Folder::default();
                    if let Some(id) = asked {
                        folder.turn_to(context, id).await?;
                    }
                }
                print(context, &finder, Some(id), text, &folder.names);
            }
            (None, None) => {
                return Err(Failure::Batch(
                    "a line has neither \"document_id\" nor \"text\".".to_string(),
                ));
            }
        }
    }
    if opened {
        context
            .desk()
            .await?
            .library()
            .record(Action::Viewed, None, None)
            .await?;
    }
    Ok(if failed {
        ExitCode::from(1)
    } else {
        ExitCode::SUCCESS
    })
}

/// Prints the text with pseudonyms ("text"), and where in the given text ("start", "end") and in the new one
/// ("text_start", "text_end") they stand.
fn print(context: &Context, finder: &Finder, id: Option<Value>, text: &str, names: &NameList) {
    let found = finder.find(text, names);
    // Random by the system, and told to nobody: by how much dates are moved.
    let seed = RandomState::new().build_hasher().finish();
    let replaced = Pseudonyms::new(seed).replace(text, &found);
    let mut places = (Places::new(text), Places::new(&replaced.text));
    let spans: Vec<Value> = replaced
        .pieces
        .iter()
        .map(|piece| {
            let sure = found.iter().find(|found| found.range == piece.original);
            json!({
                "start": places.0.scalar(piece.original.start),
                "end": places.0.scalar(piece.original.end),
                "kind": piece.kind,
                "text_start": places.1.scalar(piece.replaced.start),
                "text_end": places.1.scalar(piece.replaced.end),
                "confidence": sure.map_or(1.0, |found| (f64::from(found.confidence) * 1000.0).round() / 1000.0),
                "layer": sure.map(|found| found.layer),
            })
        })
        .collect();
    let value = with_id(id, json!({ "text": replaced.text, "spans": spans }));
    context.out.result(&value, || replaced.text.clone());
}

/// Byte offsets to Unicode scalar values, for offsets that only grow.
struct Places<'a> {
    text: &'a str,
    byte: usize,
    scalar: usize,
}

impl<'a> Places<'a> {
    fn new(text: &'a str) -> Self {
        Self {
            text,
            byte: 0,
            scalar: 0,
        }
    }

    fn scalar(&mut self, byte: usize) -> usize {
        self.scalar += self.text[self.byte..byte].chars().count();
        self.byte = byte;
        self.scalar
    }
}

/// The text of a file, or of standard input for "-".
fn read(input: &Path) -> Result<String, Failure> {
    if input.as_os_str() == "-" {
        let mut text = String::new();
        let done = std::io::stdin().read_to_string(&mut text);
        return done.map(|_| text).map_err(|_| Failure::Input);
    }
    std::fs::read_to_string(input).map_err(|_| Failure::Input)
}

/// A folder whose people and parties are looked for.
#[derive(Default)]
struct Folder {
    id: Option<FolderId>,
    names: NameList,
}

impl Folder {
    async fn turn_to(&mut self, context: &Context, id: FolderId) -> Result<(), Failure> {
        if self.id != Some(id) {
            self.names = context.desk().await?.folder_names(id).await?;
            self.id = Some(id);
        }
        Ok(())
    }
}

/// The pages of a stored document, an empty line between them; turns to its folder.
async fn stored_text(context: &Context, id: &str, folder: &mut Folder) -> Result<String, Failure> {
    let desk = context.desk().await?;
    let id = id.parse()?;
    folder
        .turn_to(context, desk.library().document(id).await?.folder)
        .await?;
    let document = desk.source(id).await?;
    let pages: Vec<String> = document.pages.into_iter().map(|page| page.text).collect();
    Ok(pages.join("\n\n"))
}
