use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use cabinet_assistant::keypoints::key_points;
use cabinet_assistant::models::{Embed, ModelError};
use cabinet_assistant::{AssistantError, AssistantEvent, SourceDocument, SourcePage, Verdict};
use cabinet_text::{Offsets, Span};
use tokio_util::sync::CancellationToken;

/// Words hashed into a vector: near enough to a real embedder for order and bounds.
#[derive(Default)]
pub struct WordEmbedder {
    pub texts: AtomicUsize,
    pub stop_after: Option<(usize, CancellationToken)>,
}

#[async_trait]
impl Embed for WordEmbedder {
    async fn embed(&self, texts: Vec<String>) -> Result<Vec<Vec<f32>>, ModelError> {
        let done = self.texts.fetch_add(texts.len(), Ordering::SeqCst) + texts.len();
        if let Some((after, token)) = &self.stop_after
            && done >= *after
        {
            token.cancel();
        }
        Ok(texts
            .iter()
            .map(|text| {
                let mut vector = vec![0.0f32; 64];
                for word in text
                    .to_lowercase()
                    .split(|c: char| !c.is_alphanumeric())
                    .filter(|word| word.len() > 3)
                {
                    let hash = word.bytes().fold(7usize, |hash, byte| {
                        hash.wrapping_mul(31).wrapping_add(usize::from(byte))
                    });
                    vector[hash % 64] += 1.0;
                }
                let length = vector.iter().map(|x| x * x).sum::<f32>().sqrt().max(1e-6);
                vector.iter().map(|x| x / length).collect()
            })
            .collect())
    }
}

pub fn document(pages: &[&str]) -> SourceDocument {
    SourceDocument {
        id: "d1".to_owned(),
        title: "Invented paper".to_owned(),
        pages: (1..)
            .zip(pages)
            .map(|(number, text)| SourcePage {
                number,
                text: (*text).to_owned(),
            })
            .collect(),
        pages_without_text: Vec::new(),
    }
}

pub const LETTER: &[&str] = &[
    "DISCHARGE SUMMARY\n\nPatient: Maria Okafor\n\nDiagnosis\nAcute pancreatitis caused by gallstones was diagnosed on 3 March 2021.\n\n\
     History\nMrs Okafor was admitted with severe abdominal pain that had begun the night before. The pain moved to the back. It was\n\
     worse after meals. She had no fever. The lipase was 1,840 U/L and the ultrasound showed gallstones.\n\nPage 1 of 2",
    "DISCHARGE SUMMARY\n\nTreatment\nShe received intravenous fluids and morphine 5 mg as needed for three days. The gall bladder was\n\
     removed by keyhole surgery on 9 March 2021 without complications. The wound is clean and dry.\n\nPlan\nParacetamol 1 g up to \
     four times daily for one week. The surgical clinic will see her on 24 March 2021. She should avoid fatty meals.\n\n\
     Yours sincerely\nDr Jane Ellis\n\nPage 2 of 2",
];

fn silent(_: AssistantEvent) {}

#[tokio::test]
async fn what_the_end_of_a_page_cuts_in_two_is_no_point() {
    let documents = [document(&[
        "The Distributor shall pay each invoice of the Supplier within thirty days of its date.\n\nThe Distributor shall \
         give the Supplier a forecast of the units that the Distributor shall order from the Supplier during each month in such",
        "quarter, and the Supplier shall deliver the units that the Distributor shall order.\n\nThe Supplier shall replace \
         defective units at its own cost within ten days.",
    ])];
    let result = key_points(
        &documents,
        Some(&WordEmbedder::default()),
        &CancellationToken::new(),
        &silent,
    )
    .await
    .unwrap();
    let points: Vec<&str> = result.claims.iter().map(|claim| claim.text.as_str()).collect();
    assert!(
        points.iter().any(|point| point.contains("thirty days")),
        "{points:?}"
    );
    for torn in ["in such", "quarter, and"] {
        assert!(!points.iter().any(|point| point.contains(torn)), "{points:?}");
    }
}

#[tokio::test]
async fn points_stand_word_for_word_where_they_say() {
    let documents = [document(LETTER)];
    let result = key_points(
        &documents,
        Some(&WordEmbedder::default()),
        &CancellationToken::new(),
        &silent,
    )
    .await
    .unwrap();
    assert!((3..=6).contains(&result.claims.len()), "{:?}", result.claims);
    let mut last = (0, 0);
    for claim in &result.claims {
        assert_eq!(claim.verdict, Verdict::Supported);
        let citation = &claim.citations[0];
        let page = documents[0]
            .pages
            .iter()
            .find(|page| page.number == citation.page)
            .unwrap();
        let there = Offsets::new(&page.text).slice(Span::new(citation.start as usize, citation.end as usize));
        assert_eq!(
            (there, citation.quote.as_str()),
            (claim.text.as_str(), claim.text.as_str())
        );
        assert!((citation.page, citation.start) > last, "in reading order");
        last = (citation.page, citation.start);
    }
    let all: String = result.claims.iter().map(|claim| claim.text.as_str()).collect();
    assert!(
        all.contains("pancreatitis"),
        "the diagnosis is a key point: {all}"
    );
    assert!(
        !all.contains("Page") && !all.contains("sincerely"),
        "page furniture is none: {all}"
    );
    assert_eq!((result.coverage.pages_read, result.coverage.pages_total), (2, 2));
    assert!(result.model.is_none());
}

#[tokio::test]
async fn works_without_an_embedder() {
    let result = key_points(&[document(LETTER)], None, &CancellationToken::new(), &silent)
        .await
        .unwrap();
    assert!(result.claims.len() >= 3);
}

#[tokio::test]
async fn a_book_stays_bounded_and_says_how_far_it_is() {
    let pages: Vec<String> = (0..300)
        .map(|page| {
            (0..15)
                .map(|at| {
                    format!(
                        "Witness {page} told the court about delivery {at} of the goods to warehouse {}. ",
                        page * at
                    )
                })
                .collect()
        })
        .collect();
    let pages: Vec<&str> = pages.iter().map(String::as_str).collect();
    let embedder = WordEmbedder::default();
    let steps = Mutex::new(Vec::new());
    let listen = |event: AssistantEvent| {
        if let AssistantEvent::Progress { done, total, .. } = event {
            steps.lock().unwrap().push((done, total));
        }
    };
    let result = key_points(
        &[document(&pages)],
        Some(&embedder),
        &CancellationToken::new(),
        &listen,
    )
    .await
    .unwrap();
    assert!(
        embedder.texts.load(Ordering::SeqCst) <= 256,
        "only so many sentences are embedded"
    );
    assert_eq!(result.coverage.pages_read, 300);
    assert!(result.claims.len() <= 12);
    let steps = steps.lock().unwrap();
    assert!(
        steps.windows(2).all(|pair| pair[0].0 < pair[1].0)
            && steps.last().unwrap().0 == steps.last().unwrap().1
    );
}

#[tokio::test]
async fn stops_when_told_to() {
    let cancel = CancellationToken::new();
    let embedder = WordEmbedder {
        texts: AtomicUsize::new(0),
        stop_after: Some((1, cancel.clone())),
    };
    let long: String = (0..200)
        .map(|at| format!("Sentence number {at} speaks about subject {}. ", at % 17))
        .collect();
    let result = key_points(&[document(&[&long])], Some(&embedder), &cancel, &silent).await;
    assert_eq!(result.unwrap_err(), AssistantError::Cancelled);
    assert!(
        embedder.texts.load(Ordering::SeqCst) < 100,
        "within a batch or two"
    );
}

#[tokio::test]
async fn nothing_to_read_is_its_own_error() {
    let empty = key_points(
        &[document(&["", "  \n"])],
        None,
        &CancellationToken::new(),
        &silent,
    )
    .await;
    assert_eq!(empty.unwrap_err(), AssistantError::NothingToRead);
}
