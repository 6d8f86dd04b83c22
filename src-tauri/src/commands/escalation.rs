//! The way out: the switch, the payload to look at, the sending, the ledger, labels.

use cabinet_desk::escalation::{CONSEQUENCES, EscalationError, EscalationRequest, SendingOptions, Switch};
use cabinet_desk::routing::{Reason, Rule, Signals};
use cabinet_escalation::{Endpoint, EndpointKey, PayloadHash, Place};
use cabinet_library::{FolderId, LedgerFilter};
use cabinet_vault::Passphrase;
use tauri::ipc::Channel;
use tauri::{AppHandle, State};

use super::Answer;
use super::assistant::Work;
use super::documents::parse;
use super::lines::{LinesFile, export_lines};
use crate::error::{self, escalation, ui};
use crate::state::App;
use crate::wire::escalation::{
    DeclinedRow, EscalationOffer, EscalationView, KeepLabel, Labelled, LedgerRow, OutsideAnswer,
    PayloadRequest, PayloadRevision, PreparedPayload, SendDecision, SwitchOn,
};

/// Whether anything may be sent, and where to.
#[tauri::command]
#[specta::specta]
pub async fn escalation_view(app: State<'_, App>) -> Answer<EscalationView> {
    let session = app.open()?;
    let desk = session.desk();
    let settings = desk.escalation().await.map_err(ui)?;
    let endpoint = settings.endpoint.as_ref();
    let place = endpoint.map(Endpoint::place);
    Ok(EscalationView {
        on: settings.on,
        courier: desk.courier_state().await.map_err(|e| escalation(&e))?.into(),
        address: endpoint.map(Endpoint::address).unwrap_or_default(),
        host: endpoint.map(Endpoint::authority_line).unwrap_or_default(),
        place: endpoint.map(Endpoint::way).unwrap_or_default(),
        own: matches!(place, Some(Place::Loopback | Place::Private)),
        protocol: endpoint
            .map_or(cabinet_escalation::Protocol::OpenAi, Endpoint::protocol)
            .into(),
        model: endpoint.map(|known| known.model().to_owned()).unwrap_or_default(),
        proxy: endpoint.and_then(Endpoint::proxy_address).unwrap_or_default(),
        authority: endpoint
            .and_then(Endpoint::authority)
            .unwrap_or_default()
            .to_owned(),
        price_in: settings.price_in,
        price_out: settings.price_out,
        folders: settings
            .folders
            .map(|folders| folders.iter().map(ToString::to_string).collect()),
        rule: settings.rule.into(),
        has_key: desk.has_endpoint_key().await.map_err(ui)?,
        consequences: CONSEQUENCES.map(str::to_owned).to_vec(),
        sent: session.library().sent().await.map_err(ui)?,
    })
}

/// Switches sending on or changes where to; a courier for it comes with the next start.
#[tauri::command]
#[specta::specta]
pub async fn switch_escalation_on(app: State<'_, App>, wanted: SwitchOn, passphrase: String) -> Answer<()> {
    let endpoint = Endpoint::parse(
        &wanted.address,
        wanted.protocol.into(),
        &wanted.model,
        wanted.authority.as_deref(),
    )
    .and_then(|endpoint| match &wanted.proxy {
        Some(proxy) => endpoint.through(proxy),
        None => Ok(endpoint),
    })
    .map_err(|e| escalation(&e.into()))?;
    let folders: Option<Vec<FolderId>> = match &wanted.folders {
        Some(ids) => Some(
            ids.iter()
                .map(|id| id.parse().map_err(ui))
                .collect::<Answer<_>>()?,
        ),
        None => None,
    };
    let switch = Switch {
        endpoint,
        folders,
        rule: wanted.rule.into(),
        key: wanted
            .key
            .filter(|key| !key.trim().is_empty())
            .map(EndpointKey::from),
        prices: (wanted.price_in, wanted.price_out),
    };
    app.open()?
        .desk()
        .switch_on(switch, Passphrase::new(passphrase))
        .await
        .map_err(|e| escalation(&e))
}

/// Switches sending off and ends the courier, now.
#[tauri::command]
#[specta::specta]
pub async fn switch_escalation_off(app: State<'_, App>) -> Answer<()> {
    let session = app.open()?;
    session.desk().switch_off().await.map_err(|e| escalation(&e))
}

/// Prepares a payload; nothing is sent.
#[tauri::command]
#[specta::specta]
pub async fn prepare_payload(app: State<'_, App>, request: PayloadRequest) -> Answer<PreparedPayload> {
    let request = EscalationRequest {
        question: request.question,
        documents: parse(&request.document_ids)?,
        folder: request.folder_id.map(|id| id.parse()).transpose().map_err(ui)?,
        note: request.note_id.map(|id| id.parse()).transpose().map_err(ui)?,
    };
    let for_note = request.note.is_some();
    let session = app.open()?;
    let prepared = session
        .desk()
        .prepare(request)
        .await
        .map_err(|e| escalation(&e))?;
    Ok(PreparedPayload::of(prepared, for_note))
}

/// Makes a prepared payload anew with what the user changed.
#[tauri::command]
#[specta::specta]
pub async fn revise_payload(
    app: State<'_, App>,
    hash: String,
    revision: PayloadRevision,
    for_note: bool,
) -> Answer<PreparedPayload> {
    let session = app.open()?;
    let prepared = session
        .desk()
        .revise(&hash, revision.into())
        .await
        .map_err(|e| escalation(&e))?;
    Ok(PreparedPayload::of(prepared, for_note))
}

/// The user will not send a prepared payload: that is written down, and what it said forgotten.
#[tauri::command]
#[specta::specta]
pub async fn decline_payload(app: State<'_, App>, hash: String) -> Answer<()> {
    app.open()?.desk().decline(&hash).await.map_err(ui)
}

/// Sends the payload of this hash, which the user has looked at, once; gives the answer, checked here.
#[tauri::command]
#[specta::specta]
pub async fn send_payload(
    app: State<'_, App>,
    hash: String,
    decision: SendDecision,
    looked_at: u32,
    request: String,
    on_text: Channel<String>,
) -> Answer<OutsideAnswer> {
    let hash: PayloadHash = hash.parse().map_err(|_| error::no_payload())?;
    let session = app.open()?;
    let work = Work::begin(&session, &request);
    let options = SendingOptions {
        decision: decision.into(),
        looked_at: usize::try_from(looked_at).unwrap_or_default(),
    };
    let listen = move |text: &str| {
        // A window that is gone hears nothing; the answer is kept all the same.
        let _ = on_text.send(text.to_owned());
    };
    let answer = session
        .desk()
        .send(hash, options, &work.cancel, &listen)
        .await
        .map_err(|e| escalation(&e))?;
    Ok(answer.into())
}

/// Why a large model is worth asking after this result; none where it is not, or the user wants to hear of none.
#[tauri::command]
#[specta::specta]
pub async fn escalation_offer(
    app: State<'_, App>,
    claims: u32,
    unsupported: u32,
    documents: u32,
) -> Answer<Option<EscalationOffer>> {
    let session = app.open()?;
    let count = |n: u32| usize::try_from(n).unwrap_or(usize::MAX);
    let signals = Signals {
        claims: count(claims),
        unsupported: count(unsupported),
        documents: count(documents),
        ..Signals::default()
    };
    offered(session.desk().offer(&signals).await)
}

/// The same after a search for `question`, whose best finds read like `found`.
#[tauri::command]
#[specta::specta]
pub async fn escalation_offer_after_search(
    app: State<'_, App>,
    question: String,
    found: Vec<String>,
) -> Answer<Option<EscalationOffer>> {
    let session = app.open()?;
    let found: Vec<&str> = found.iter().map(String::as_str).collect();
    offered(session.desk().offer_after_search(&question, &found).await)
}

fn offered(offer: Result<Option<(Rule, Vec<Reason>)>, EscalationError>) -> Answer<Option<EscalationOffer>> {
    let offer = offer.map_err(|e| escalation(&e))?;
    Ok(offer.map(|(rule, reasons)| EscalationOffer {
        rule: rule.into(),
        reasons: reasons.iter().map(Reason::words).collect(),
    }))
}

/// What left this machine, newest first.
#[tauri::command]
#[specta::specta]
pub async fn ledger(app: State<'_, App>, text: Option<String>, limit: u32) -> Answer<Vec<LedgerRow>> {
    let filter = LedgerFilter { text, note: None };
    let session = app.open()?;
    let lines = session
        .library()
        .ledger(&filter, limit.min(1000))
        .await
        .map_err(ui)?;
    Ok(lines.into_iter().map(Into::into).collect())
}

/// Writes the lines of the ledger to a file the user chooses, one JSON object a line, oldest first; none when they
/// thought better of it.
#[tauri::command]
#[specta::specta]
pub async fn export_ledger(
    handle: AppHandle,
    app: State<'_, App>,
    text: Option<String>,
) -> Answer<Option<String>> {
    let session = app.open()?;
    let filter = LedgerFilter { text, note: None };
    let mut sendings = session.library().ledger(&filter, u32::MAX).await.map_err(ui)?;
    sendings.reverse();
    let file = LinesFile {
        title: "Export what left",
        name: "What left this machine.jsonl",
        subject: "ledger",
    };
    export_lines(&handle, &app, file, sendings.into_iter().map(LedgerRow::from)).await
}

/// What was shown and not sent, by the user's decision, newest first.
#[tauri::command]
#[specta::specta]
pub async fn declined_payloads(app: State<'_, App>, limit: u32) -> Answer<Vec<DeclinedRow>> {
    let session = app.open()?;
    let lines = session.library().declined(limit.min(1000)).await.map_err(ui)?;
    Ok(lines.into_iter().map(Into::into).collect())
}

/// Everything that carries a label.
#[tauri::command]
#[specta::specta]
pub async fn labels(app: State<'_, App>) -> Answer<Vec<Labelled>> {
    let labels = app.open()?.library().labels().await.map_err(ui)?;
    let folders = labels
        .folders
        .into_iter()
        .map(|(id, label)| (id.to_string(), label));
    let documents = labels
        .documents
        .into_iter()
        .map(|(id, label)| (id.to_string(), label));
    Ok(folders
        .chain(documents)
        .map(|(id, label)| Labelled {
            id,
            label: label.into(),
        })
        .collect())
}

/// Puts a label on a folder, or takes it off.
#[tauri::command]
#[specta::specta]
pub async fn label_folder(app: State<'_, App>, id: String, label: Option<KeepLabel>) -> Answer<()> {
    let session = app.open()?;
    let id = id.parse().map_err(ui)?;
    session
        .library()
        .label_folder(id, label.map(Into::into))
        .await
        .map_err(ui)
}

/// Puts a label on documents, or takes it off.
#[tauri::command]
#[specta::specta]
pub async fn label_documents(app: State<'_, App>, ids: Vec<String>, label: Option<KeepLabel>) -> Answer<()> {
    let session = app.open()?;
    for id in parse(&ids)? {
        session
            .library()
            .label_document(id, label.map(Into::into))
            .await
            .map_err(ui)?;
    }
    Ok(())
}
