use std::sync::Mutex;

use cabinet_assistant::models::ModelError;
use cabinet_assistant::summary::{Models, Style, Wanted, summarize};
use cabinet_assistant::{AssistantError, AssistantEvent, Claim, Grounded, SourceDocument, Verdict};
use cabinet_text::{Offsets, Span};
use tokio_util::sync::CancellationToken;

use crate::keypoints::{LETTER, WordEmbedder, document};
use crate::writer::{Manner, Writer};

/// A lease whose sentences can do without a part.
pub const LEASE: &[&str] = &[
    "LEASE\n\n1. Rent\nThe Tenant (the “Tenant”) shall pay a yearly rent of £24,000 by twelve instalments of £2,000. \
     Interest at 4 % a year is due on rent paid late.\n\n2. Deposit\nThe Tenant has paid a deposit of £6,000, which is held \
     by the agents of the Landlord in a separate account.\n\n3. Use\nThe premises, which are on the ground floor, shall be \
     used as a bakery.",
    "4. Repair\nThe Landlord shall keep the roof in repair, including the gutters and the chimney. The Tenant shall keep \
     the windows clean.\n\n5. Ending\nEither party may end this lease by giving six months' notice in writing. The notice \
     must reach the other party by 1 March.\n\n6. Insurance\nThe Landlord shall insure the building and the Tenant shall \
     pay one third of the premium.",
];

async fn summary(
    document: &SourceDocument,
    wanted: Wanted,
    writer: &Writer,
) -> Result<Grounded, AssistantError> {
    let embedder = WordEmbedder::default();
    let models = Models {
        embedder: Some(&embedder),
        writer,
    };
    summarize(document, wanted, models, &CancellationToken::new(), &|_| {}).await
}

/// Whatever the model does, this holds.
pub fn assert_sound(documents: &[SourceDocument], claims: &[Claim]) {
    assert!(!claims.is_empty());
    for claim in claims {
        assert_eq!(
            claim.citations.is_empty(),
            claim.verdict == Verdict::Unsupported,
            "{claim:?}"
        );
        for citation in &claim.citations {
            let pages = documents
                .iter()
                .filter(|document| document.id == citation.document_id)
                .flat_map(|document| &document.pages);
            let page = pages
                .into_iter()
                .find(|page| page.number == citation.page)
                .unwrap();
            let span = Span::new(citation.start as usize, citation.end as usize);
            assert_eq!(
                Offsets::new(&page.text).slice(span),
                citation.quote,
                "to the letter"
            );
        }
        if claim.quoted {
            let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
            let quotes: Vec<String> = claim
                .citations
                .iter()
                .flat_map(|citation| words(&citation.quote))
                .collect();
            assert_eq!(words(&claim.text), quotes, "word for word");
        }
    }
    for (at, claim) in claims.iter().enumerate() {
        let again = claims[at + 1..].iter().any(|other| other.text == claim.text);
        assert!(!again, "said twice: {}", claim.text);
    }
}

#[tokio::test]
async fn the_model_shortens_and_what_it_leaves_out_is_harmless() {
    let lease = document(LEASE);
    let writer = Writer::new(Manner::Obedient);
    let wanted = Wanted {
        style: Style::Legal,
        max_words: Some(120),
        ..Wanted::default()
    };
    let made = summary(&lease, wanted, &writer).await.unwrap();
    assert_sound(&[lease], &made.claims);
    let rent = made
        .claims
        .iter()
        .find(|claim| claim.text.contains("£24,000"))
        .unwrap();
    assert_eq!(
        (rent.text.as_str(), rent.quoted, rent.verdict),
        (
            "The Tenant shall pay a yearly rent of £24,000 by twelve instalments of £2,000.",
            false,
            Verdict::Supported
        )
    );
    assert_eq!(made.model.as_deref(), Some("Test writer"));
    assert_eq!(made.removed, 0);
    assert_eq!((made.coverage.pages_read, made.coverage.pages_total), (2, 2));
}

#[tokio::test]
async fn a_lie_is_left_out_and_the_source_speaks_instead() {
    let lease = document(LEASE);
    let writer = Writer::new(Manner::Lying);
    let wanted = Wanted {
        max_words: Some(120),
        ..Wanted::default()
    };
    let made = summary(&lease, wanted, &writer).await.unwrap();
    assert!(made.removed > 0);
    let text: String = made.claims.iter().map(|claim| claim.text.as_str()).collect();
    assert!(!text.contains("77"), "{text}");
    assert!(text.contains("£24,000"), "the true rent is there: {text}");
    assert_sound(&[lease], &made.claims);
}

#[tokio::test]
async fn a_lie_is_marked_where_that_was_asked_for() {
    let lease = document(LEASE);
    let writer = Writer::new(Manner::Lying);
    let wanted = Wanted {
        max_words: Some(120),
        keep_unsupported: true,
        ..Wanted::default()
    };
    let made = summary(&lease, wanted, &writer).await.unwrap();
    let lie = made
        .claims
        .iter()
        .position(|claim| claim.verdict != Verdict::Supported)
        .unwrap();
    assert!(made.claims[lie].reason.is_some());
    assert!(made.claims[lie + 1].quoted, "the source's own words follow");
    assert_eq!(made.removed, 0);
    assert_sound(&[lease], &made.claims);
}

#[tokio::test]
async fn a_model_that_repeats_halts_or_fails_does_not_spoil_the_summary() {
    let lease = document(LEASE);
    let whole = summary(&lease, Wanted::default(), &Writer::new(Manner::Cramped))
        .await
        .unwrap();
    assert!(whole.claims.iter().all(|claim| claim.quoted) && whole.model.is_none());
    for manner in [Manner::Repeating, Manner::Halting, Manner::Failing] {
        let made = summary(&lease, Wanted::default(), &Writer::new(manner))
            .await
            .unwrap();
        assert_sound(std::slice::from_ref(&lease), &made.claims);
        assert_eq!(
            made.claims.len(),
            whole.claims.len(),
            "{manner:?}: as much is said"
        );
        let said = made
            .coverage
            .left_out
            .iter()
            .any(|left_out| left_out.contains("quoted"));
        assert_eq!(said, manner != Manner::Repeating, "{manner:?}: a failure is said");
    }
}

#[tokio::test]
async fn a_missing_model_is_said_before_anything_is_done() {
    let made = summary(&document(LEASE), Wanted::default(), &Writer::new(Manner::Absent)).await;
    let missing = ModelError::Missing { task: "writing" };
    assert_eq!(made.unwrap_err(), AssistantError::Model(missing));
}

#[tokio::test]
async fn cancelling_ends_it() {
    let mut writer = Writer::new(Manner::Obedient);
    writer.cancels = true;
    let cancel = CancellationToken::new();
    let claims = Mutex::new(0);
    let listen = |event: AssistantEvent| {
        if matches!(event, AssistantEvent::Claim { .. }) {
            *claims.lock().unwrap() += 1;
        }
    };
    let models = Models {
        embedder: None,
        writer: &writer,
    };
    let made = summarize(&document(LEASE), Wanted::default(), models, &cancel, &listen).await;
    assert_eq!(made.unwrap_err(), AssistantError::Cancelled);
    assert_eq!(
        writer.asked.lock().unwrap().len(),
        1,
        "nothing more is asked of the model"
    );
}

#[tokio::test]
async fn what_is_streamed_is_replaced_by_a_claim() {
    let events = Mutex::new(Vec::new());
    let listen = |event: AssistantEvent| events.lock().unwrap().push(event);
    let writer = Writer::new(Manner::Obedient);
    let models = Models {
        embedder: None,
        writer: &writer,
    };
    let made = summarize(
        &document(LEASE),
        Wanted::default(),
        models,
        &CancellationToken::new(),
        &listen,
    )
    .await;
    let (mut text, mut claims) = (String::new(), Vec::new());
    for event in events.into_inner().unwrap() {
        match event {
            AssistantEvent::Text { piece } => text.push_str(&piece),
            AssistantEvent::Claim { claim } => {
                assert!(
                    text.is_empty() || claim.text.starts_with(&text[..10]),
                    "{text} / {}",
                    claim.text
                );
                text.clear();
                claims.push(claim);
            }
            AssistantEvent::Progress { .. } => {}
        }
    }
    assert_eq!(
        claims,
        made.unwrap().claims,
        "the same in the stream as in the end"
    );
    assert!(text.is_empty(), "nothing unchecked is left standing");
}

#[tokio::test]
async fn empty_papers_and_scans_have_nothing_to_read() {
    let mut scan = document(&[]);
    scan.pages_without_text = vec![1, 2];
    for nothing in [document(&[]), document(&["", " \n "]), scan] {
        let made = summary(&nothing, Wanted::default(), &Writer::new(Manner::Obedient)).await;
        assert_eq!(made.unwrap_err(), AssistantError::NothingToRead);
    }
}

#[tokio::test]
async fn a_scanned_page_is_counted() {
    let mut lease = document(LEASE);
    lease.pages_without_text = vec![3];
    let made = summary(&lease, Wanted::default(), &Writer::new(Manner::Obedient))
        .await
        .unwrap();
    let coverage = &made.coverage;
    assert_eq!(
        (
            coverage.pages_read,
            coverage.pages_total,
            coverage.pages_without_text
        ),
        (2, 3, 1)
    );
}

#[tokio::test]
async fn the_number_of_words_is_kept() {
    let lease = document(LEASE);
    for most in [1, 15, 40, 80] {
        let wanted = Wanted {
            max_words: Some(most),
            ..Wanted::default()
        };
        let made = summary(&lease, wanted, &Writer::new(Manner::Obedient))
            .await
            .unwrap();
        let words: usize = made
            .claims
            .iter()
            .map(|claim| claim.text.split_whitespace().count())
            .sum();
        assert!(words <= most || made.claims.len() == 1, "{words} words of {most}");
    }
}

#[tokio::test]
async fn styles_look_for_their_own_matters() {
    let letter = document(LETTER);
    let wanted = Wanted {
        style: Style::Clinical,
        max_words: Some(70),
        ..Wanted::default()
    };
    let made = summary(&letter, wanted, &Writer::new(Manner::Obedient))
        .await
        .unwrap();
    let text: String = made.claims.iter().map(|claim| claim.text.as_str()).collect();
    for matter in ["pancreatitis", "Paracetamol", "24 March 2021"] {
        assert!(text.contains(matter), "{matter}: {text}");
    }
    assert!(
        "verbose"
            .parse::<Style>()
            .unwrap_err()
            .to_string()
            .contains("brief, clinical and legal")
    );
}

/// The complaint behind this: 300 pages, of which only the first few are ever spoken of.
#[tokio::test]
async fn a_long_document_is_spoken_of_to_its_end() {
    let planted = |part: usize| {
        format!(
            "On {} March 2020 the surveyor measured a crack of {} mm in pier {part}.",
            part % 28 + 1,
            part + 3
        )
    };
    let filler = [
        "The harbour office keeps a list of visitors.",
        "Boats come and go with the tide as they always did.",
        "Some of the lamps along the quay were painted again.",
        "The weather was noted in the usual book.",
        "Nobody asked for the keys of the store that day.",
    ];
    let pages: Vec<String> = (0..300)
        .map(|page| {
            let mut sentences: Vec<String> =
                (0..40).map(|at| filler[(page * 7 + at) % 5].to_owned()).collect();
            if page % 10 == 6 {
                sentences.insert(20, planted(page / 10));
            }
            sentences.join(" ")
        })
        .collect();
    let book = document(&pages.iter().map(String::as_str).collect::<Vec<_>>());
    let made = summary(&book, Wanted::default(), &Writer::new(Manner::Obedient))
        .await
        .unwrap();
    assert_eq!(made.coverage.pages_read, 300);
    let found = (0..30)
        .filter(|&part| made.claims.iter().any(|claim| claim.text == planted(part)))
        .count();
    assert!(found >= 28, "{found} of 30 planted facts");
    assert!(
        made.claims.iter().any(|claim| claim.citations[0].page > 290),
        "the end is spoken of"
    );
}

#[tokio::test]
async fn a_list_of_medicines_is_whole() {
    let letter = document(&[
        "Discharge letter\n\nMr Fenn was treated for a chest infection. He went home on 3 May 2021.\n\n\
         Medicines on discharge\n\nAmoxicillin 500 mg three times daily\nRamipril 5 mg once daily\nParacetamol 1 g up to \
         four times daily\n\nFollow-up\n\nHe will be seen in the chest clinic on 24 May 2021.",
    ]);
    let wanted = Wanted {
        style: Style::Clinical,
        max_words: Some(60),
        ..Wanted::default()
    };
    let made = summary(&letter, wanted, &Writer::new(Manner::Obedient))
        .await
        .unwrap();
    let text: Vec<&str> = made.claims.iter().map(|claim| claim.text.as_str()).collect();
    for medicine in ["Amoxicillin 500 mg", "Ramipril 5 mg", "Paracetamol 1 g"] {
        assert!(
            text.iter().any(|line| line.contains(medicine)),
            "{medicine}: {text:?}"
        );
    }
}

/// "The lease ends: if the rent is not paid" may not become "The rent is not paid".
#[tokio::test]
async fn a_case_of_a_list_keeps_its_lead_in() {
    let paper = document(&[
        "1. Ending\n\nThe Landlord may end this lease at once where any of these things happens:\n\
         (a) the Tenant fails to pay a rent of £2,000 for two months;\n(b) the Tenant becomes insolvent;\n\
         (c) the premises are closed for three months.\n",
    ]);
    let made = summary(&paper, Wanted::default(), &Writer::new(Manner::Obedient))
        .await
        .unwrap();
    assert_sound(&[paper], &made.claims);
    for claim in &made.claims {
        assert!(
            claim.text.starts_with("The Landlord may end this lease"),
            "{}",
            claim.text
        );
    }
}
