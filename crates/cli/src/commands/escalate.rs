//! Asking a large model elsewhere, what left, and what may not leave.

use std::path::Path;
use std::process::ExitCode;
use std::sync::{Arc, PoisonError};

use cabinet_deid::Kind;
use cabinet_desk::escalation::{
    EscalationRequest, OutsideAnswer, Prepared, Revision, SendingOptions, Switch,
};
use cabinet_desk::routing::Rule;
use cabinet_escalation::{Decision, Endpoint, EndpointKey, Fault, Limits, PayloadHash, Protocol};
use cabinet_library::{Label, LedgerFilter, NoteId, Sending};
use serde_json::{Value, json};

use super::{Context, Ended, interruption, named_folder};
use crate::args::{
    AskArgs, EscalateArgs, EscalateCommand, LabelCommand, LedgerArgs, OfferRule, SpokenProtocol, SwitchOnArgs,
};
use crate::failure::Failure;
use crate::output::moment;
use crate::secrets;

/// `cabinet escalate ...`
pub async fn escalate(context: &Context, args: EscalateArgs) -> Ended {
    match (args.command, args.approve) {
        (Some(EscalateCommand::Status) | None, None) => status(context).await,
        (Some(EscalateCommand::On(args)), _) => on(context, *args).await,
        (Some(EscalateCommand::Off), _) => off(context).await,
        (Some(EscalateCommand::Ask(args)), _) => ask(context, args).await,
        (Some(EscalateCommand::Show { hash }), _) => {
            let hash: PayloadHash = hash.parse().map_err(|_| Failure::NoHash)?;
            let prepared = context.desk().await?.prepared(&hash.to_string()).await?;
            show(context, &prepared);
            Ok(ExitCode::SUCCESS)
        }
        (Some(EscalateCommand::Decline { hash }), _) => decline(context, &hash).await,
        (_, Some(hash)) => send(context, &hash, args.for_this_note).await,
    }
}

async fn status(context: &Context) -> Ended {
    let desk = context.desk().await?;
    let settings = desk.escalation().await?;
    let sent = desk.library().sent().await?;
    let endpoint = settings.endpoint.as_ref();
    let value = json!({
        "on": settings.on,
        "address": endpoint.map(Endpoint::address),
        "place": endpoint.map(|endpoint| endpoint.place()),
        "proxy": endpoint.and_then(Endpoint::proxy_address),
        "protocol": endpoint.map(Endpoint::protocol),
        "model": endpoint.map(Endpoint::model),
        "folders": settings.folders,
        "rule": settings.rule,
        "key": desk.has_endpoint_key().await?,
        "sent": sent,
    });
    context
        .out
        .result(&value, || match endpoint.filter(|_| settings.on) {
            None => {
                format!("Off: no process of Cabinet can open a connection. {sent} requests have left so far.")
            }
            Some(endpoint) => format!(
                "On: what you approve goes to {} ({}), model {}. {sent} requests have left so far.",
                endpoint.address(),
                endpoint.way(),
                endpoint.model()
            ),
        });
    Ok(ExitCode::SUCCESS)
}

async fn on(context: &Context, args: SwitchOnArgs) -> Ended {
    if !args.agree {
        return Err(Failure::NotAgreed);
    }
    let read = |file: &Path| std::fs::read_to_string(file).map_err(|_| Failure::SwitchFile);
    let authority = args.authority.as_deref().map(read).transpose()?;
    let key = match args.key_file.as_deref() {
        Some(file) => Some(read(file)?),
        None => std::env::var("CABINET_ENDPOINT_KEY").ok(),
    };
    let key = key.map(|key| EndpointKey::from(key.trim().to_owned()));
    let protocol = match args.protocol {
        SpokenProtocol::OpenAi => Protocol::OpenAi,
        SpokenProtocol::Anthropic => Protocol::Anthropic,
    };
    let endpoint = Endpoint::parse(&args.address, protocol, &args.model, authority.as_deref())
        .and_then(|endpoint| match &args.proxy {
            Some(proxy) => endpoint.through(proxy),
            None => Ok(endpoint),
        })
        .map_err(|e| Failure::Escalation(e.into()))?;
    let passphrase = secrets::passphrase(context.passphrase_file.as_deref())?;
    let desk = context.desk().await?;
    let mut folders = Vec::new();
    for name in &args.folder {
        folders.extend(named_folder(desk.library(), Some(name)).await?);
    }
    let switch = Switch {
        endpoint,
        folders: (!folders.is_empty()).then_some(folders),
        rule: match args.rule {
            OfferRule::Offer => Rule::Offer,
            OfferRule::AlwaysAsk => Rule::AlwaysAsk,
            OfferRule::Never => Rule::Never,
        },
        key,
        prices: (args.price_in, args.price_out),
    };
    desk.switch_on(switch, passphrase).await?;
    status(context).await
}

async fn off(context: &Context) -> Ended {
    context.desk().await?.switch_off().await?;
    status(context).await
}

async fn ask(context: &Context, args: AskArgs) -> Ended {
    let desk = context.desk().await?;
    let mut documents = Vec::new();
    for id in &args.document {
        documents.push(id.parse()?);
    }
    let request = EscalationRequest {
        question: args.question,
        documents,
        folder: named_folder(desk.library(), args.folder.as_deref()).await?,
        note: args.note.map(|id| id.parse::<NoteId>()).transpose()?,
    };
    let mut prepared = desk.prepare(request).await?;
    if !args.replace.is_empty() || !args.keep.is_empty() || !args.call.is_empty() {
        let mut revision = Revision {
            edited: None,
            ..prepared.revision.clone()
        };
        revision
            .added
            .extend(args.replace.into_iter().map(|words| (words, Kind::Person)));
        revision.kept.extend(args.keep);
        for pair in &args.call {
            let (words, called) = pair.split_once('=').ok_or(Failure::NotAPair)?;
            revision.called.retain(|(known, _)| known != words);
            revision.called.push((words.to_owned(), called.to_owned()));
        }
        let hash = prepared.draft.hash().to_string();
        prepared = desk.revise(&hash, revision).await?;
    }
    show(context, &prepared);
    Ok(ExitCode::SUCCESS)
}

fn show(context: &Context, prepared: &Prepared) {
    let draft = &prepared.draft;
    let endpoint = draft.endpoint();
    let places: Vec<Value> = prepared
        .places
        .iter()
        .map(|place| {
            json!({
                "words": place.words, "pseudonym": place.pseudonym, "kind": place.kind, "layer": place.layer,
                "look": place.doubtful, "start": place.original.start, "end": place.original.end,
            })
        })
        .collect();
    let value = json!({
        "hash": draft.hash(),
        "address": endpoint.address(),
        "place": endpoint.place(),
        "model": endpoint.model(),
        "head": prepared.head(),
        "body": draft.body(),
        "bytes": draft.body().len(),
        "about_tokens": draft.about_tokens(),
        "most_answer_tokens": prepared.most_answer,
        "cost_at_most": prepared.cost,
        "replaced": places,
        "to_look_at": prepared.doubtful(),
        "sources": prepared.sources,
        "left_out": prepared.left_out,
    });
    context.out.result(&value, || {
        let mut text = format!(
            "Nothing has been sent. This would leave, and nothing else:\n\n{}\n\n{}\n\nTo {} ({}).\n{} bytes, about {} tokens; at most {} tokens of answer",
            prepared.head().join("\n"),
            draft.body(),
            endpoint.address(),
            endpoint.way(),
            draft.body().len(),
            draft.about_tokens(),
            prepared.most_answer,
        );
        match prepared.cost {
            Some(cost) => text.push_str(&format!("; at most {cost:.4} at your prices.\n")),
            None => text.push_str(".\n"),
        }
        for place in &prepared.places {
            let look = if place.doubtful { "  LOOK: not sure" } else { "" };
            text.push_str(&format!("  {} -> {}{look}\n", place.words, place.pseudonym));
        }
        for words in &prepared.left_out {
            text.push_str(&format!("Left out: {words}.\n"));
        }
        text.push_str(&format!(
            "\nSHA-256 of the body: {}\nIf you agree to exactly this: cabinet escalate --approve {}",
            draft.hash(),
            draft.hash()
        ));
        text
    });
}

async fn decline(context: &Context, hash: &str) -> Ended {
    let hash: PayloadHash = hash.parse().map_err(|_| Failure::NoHash)?;
    let hash = hash.to_string();
    let desk = context.desk().await?;
    desk.waiting(&hash).await?;
    desk.decline(&hash).await?;
    let value = json!({ "hash": hash, "decision": "declined" });
    context.out.result(&value, || {
        "Declined: nothing was sent, and what it would have said is forgotten.".to_owned()
    });
    Ok(ExitCode::SUCCESS)
}

async fn send(context: &Context, hash: &str, for_this_note: bool) -> Ended {
    let hash: PayloadHash = hash.parse().map_err(|_| Failure::NoHash)?;
    let desk = context.desk().await?;
    let process = context
        .courier
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .take();
    let courier = match process {
        Some(process) => process.into_courier(Limits::default()).ok().map(Arc::new),
        None => None,
    };
    desk.admit(courier).await?;
    let prepared = desk.prepared(&hash.to_string()).await?;
    let options = SendingOptions {
        decision: if for_this_note {
            Decision::ForThisNote
        } else {
            Decision::Once
        },
        // All of it was printed, the doubtful places marked.
        looked_at: prepared.doubtful(),
    };
    let answer = desk.send(hash, options, &interruption(), &|_| {}).await?;
    context.out.result(&with_claims(&answer), || words(&answer));
    for line in &answer.trouble {
        context.out.note(line);
    }
    Ok(if answer.fault.is_some() {
        ExitCode::from(1)
    } else {
        ExitCode::SUCCESS
    })
}

fn with_claims(answer: &OutsideAnswer) -> Value {
    let mut value = json!(answer);
    value["origin"] = json!("outside");
    value["claims"] = answer.claims.iter().map(super::assistant::claim).collect();
    value
}

fn words(answer: &OutsideAnswer) -> String {
    let sentences: Vec<String> = answer.claims.iter().map(super::assistant::sentence).collect();
    if sentences.is_empty() {
        return format!("No answer came from {} at {}.", answer.model, answer.endpoint);
    }
    format!(
        "{}\n\n  From outside: {} at {}. Checked here against the documents.",
        sentences.join("\n"),
        answer.model,
        answer.endpoint
    )
}

/// `cabinet ledger`
pub async fn ledger(context: &Context, args: LedgerArgs) -> Ended {
    let desk = context.desk().await?;
    if args.declined {
        return declined(context, args.limit).await;
    }
    let filter = LedgerFilter {
        text: args.search,
        note: None,
    };
    let lines = desk.library().ledger(&filter, args.limit).await?;
    if lines.is_empty() {
        context.out.note(if desk.library().sent().await? == 0 {
            "Nothing has ever left this machine."
        } else {
            "Nothing of that kind has left this machine."
        });
    }
    for line in lines {
        context.out.result(&of_ledger(&line, args.full), || {
            format!(
                "{:>5}  {}  {} bytes to {} ({}), {}. {}\n       sha256:{}",
                line.number,
                moment(line.sent_at),
                line.bytes_sent,
                line.endpoint,
                line.model,
                match line.decision.as_str() {
                    "for_this_note" => "kept for its note",
                    _ => "sent once",
                },
                ended(line.outcome.as_deref()),
                line.hash
            )
        });
    }
    Ok(ExitCode::SUCCESS)
}

/// How a sending ended, in words.
fn ended(outcome: Option<&str>) -> String {
    match outcome {
        None => "How it ended is not known.".to_owned(),
        Some("answered") => "Answered.".to_owned(),
        Some("incomplete") => "Answered, not to the end.".to_owned(),
        Some(name) => {
            let fault = match name.strip_prefix("status ") {
                Some(status) => status.parse().ok().map(Fault::Status),
                None => serde_json::from_value(json!(name)).ok(),
            };
            fault.map_or_else(|| name.replace('_', " "), Fault::words)
        }
    }
}

/// Decisions against sending: no lines of the ledger, so they have no number.
async fn declined(context: &Context, limit: u32) -> Ended {
    let lines = context.desk().await?.library().declined(limit).await?;
    if lines.is_empty() {
        context.out.note("No request was declined.");
    }
    for line in lines {
        let value = json!({
            "decision": "declined", "hash": line.hash, "address": line.endpoint, "model": line.model,
            "declined_at": line.declined_at, "bytes": line.bytes,
        });
        context.out.result(&value, || {
            format!(
                "{}  declined, nothing sent: {} bytes to {} ({})\n       sha256:{}",
                moment(line.declined_at),
                line.bytes,
                line.endpoint,
                line.model,
                line.hash
            )
        });
    }
    Ok(ExitCode::SUCCESS)
}

fn of_ledger(line: &Sending, full: bool) -> Value {
    let mut value = json!({
        "number": line.number, "hash": line.hash, "address": line.endpoint, "model": line.model, "note": line.note,
        "sent_at": line.sent_at, "ended_at": line.ended_at, "decision": line.decision, "bytes_sent": line.bytes_sent,
        "bytes_received": line.bytes_received, "outcome": line.outcome, "connected_to": line.address,
    });
    if full {
        value["body"] = json!(line.body);
        value["answer"] = line
            .answer
            .as_deref()
            .and_then(|answer| serde_json::from_str(answer).ok())
            .unwrap_or_default();
    }
    value
}

/// `cabinet label ...`
pub async fn label(context: &Context, command: LabelCommand) -> Ended {
    let library = context.desk().await?.library();
    let parse = |word: &str| match word {
        "none" => Ok(None),
        word => word.parse::<Label>().map(Some),
    };
    match command {
        LabelCommand::Folder { name, label } => {
            if let Some(folder) = named_folder(library, Some(&name)).await? {
                library.label_folder(folder, parse(&label)?).await?;
            }
        }
        LabelCommand::Document { id, label } => library.label_document(id.parse()?, parse(&label)?).await?,
        LabelCommand::List => {}
    }
    let labels = library.labels().await?;
    for (id, label) in labels.folders {
        let value = json!({ "folder": id, "label": label.name() });
        context
            .out
            .result(&value, || format!("folder {id}: {}", label.name()));
    }
    for (id, label) in labels.documents {
        let value = json!({ "document": id, "label": label.name() });
        context
            .out
            .result(&value, || format!("document {id}: {}", label.name()));
    }
    Ok(ExitCode::SUCCESS)
}

#[cfg(test)]
mod tests {
    use cabinet_desk::escalation::OutsideAnswer;

    use super::words;

    #[test]
    fn where_no_answer_came_there_is_no_empty_one() {
        let answer = OutsideAnswer {
            number: 1,
            hash: String::new(),
            question: "What is it?".to_owned(),
            text: String::new(),
            claims: Vec::new(),
            whole: false,
            model: "large".to_owned(),
            endpoint: "http://127.0.0.1:8080/v1".to_owned(),
            at: 0,
            bytes_sent: 12,
            bytes_received: 0,
            trouble: vec!["The answer was no answer of a model.".to_owned()],
            fault: Some("no_answer".to_owned()),
            may_be_charged: true,
        };
        assert_eq!(
            words(&answer),
            "No answer came from large at http://127.0.0.1:8080/v1."
        );
    }
}
