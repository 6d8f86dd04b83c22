//! Words at scale: a look into the text counts as the index does, below the budget nothing changes, and above it what
//! must be exact still is.

use std::sync::atomic::Ordering;

use super::*;
use crate::{Hit, Look, Range, SearchResults, Why};
use proptest::prelude::*;

/// Words as text has them: the first are frequent, the last rare, and many share a stem.
fn word(n: usize) -> String {
    const STEMS: [&str; 24] = [
        "operat",
        "relat",
        "condition",
        "hope",
        "ration",
        "control",
        "happ",
        "fil",
        "hopp",
        "agre",
        "str",
        "vision",
        "general",
        "sensibl",
        "triplic",
        "electr",
        "form",
        "good",
        "reviv",
        "allow",
        "infer",
        "adjust",
        "homolog",
        "probat",
    ];
    const ENDINGS: [&str; 16] = [
        "", "s", "e", "ed", "ing", "ational", "ization", "fulness", "iveness", "y", "ies", "ement", "ll",
        "ousli", "ability", "ive",
    ];
    format!("{}{}", STEMS[n % 24], ENDINGS[n / 24 % 16])
}

/// Numbers that look random and are the same for a seed (Knuth's MMIX generator).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).expect("31 bits") % end
    }

    /// One of the words, low numbers far more often than high ones.
    fn word(&mut self) -> String {
        let most = 1 + self.below(384);
        let most = 1 + self.below(most);
        word(self.below(most))
    }

    fn words(&mut self, count: usize) -> String {
        (0..count).map(|_| self.word()).collect::<Vec<_>>().join(" ")
    }
}

/// Two folders of papers that share their words, some in the trash.
async fn library(seed: u64) -> (Bench, Vec<FolderId>) {
    let b = bench().await;
    let mut numbers = Numbers(seed | 1);
    let mut folders = vec![b.library.first_folder().await.unwrap()];
    folders.push(b.library.create_folder("Other").await.unwrap());
    for n in 0..80 {
        let pages: Vec<String> = (0..3)
            .map(|page| {
                let planted = format!("Record MRN 77{n:02}-4{page}1 of Zarnikow Quelle{n}. ");
                let length = 8 + numbers.below(60);
                planted + &numbers.words(length)
            })
            .collect();
        let pages: Vec<&str> = pages.iter().map(String::as_str).collect();
        let id = b.add(folders[n % 2], &format!("{n}.txt"), &pages).await;
        if n % 13 == 12 {
            b.library.trash_documents(&[id]).await.unwrap();
        }
    }
    b.embed().await;
    // Cosines differ a little between the table and memory.
    b.warm().await;
    (b, folders)
}

async fn force(b: &Bench, budget: usize) {
    b.library.inner.lexicon.forced.store(budget, Ordering::Relaxed);
    // The list of words is read in the background.
    while budget > 0 && !b.library.has_words().await {
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
}

async fn hits(b: &Bench, request: &SearchRequest) -> Vec<Hit> {
    b.library.search(request).await.unwrap().hits
}

fn request(query: String, folder: Option<FolderId>, as_typed: bool) -> SearchRequest {
    SearchRequest {
        query,
        folder,
        as_typed,
        limit: 30,
        ..Default::default()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn words_are_cut_as_the_index_cuts_them() {
    let b = bench().await;
    let folder = b.library.first_folder().await.unwrap();
    let mut words: Vec<String> = (0..384).map(word).collect();
    words.extend(
        "Núñez Müller's naïve ÉCOLE 50mg 1395dd µg don't aed bed skies dying sky cease controlled abilities oscillate \
         probate rate rolling parallel happy Zoë's ŁÓDŹ smørrebrød Ευρώπη Москва 東京"
            .split(' ')
            .map(str::to_string),
    );
    b.add(folder, "words.txt", &[&words.join(" ")]).await;
    let mut kept: Vec<String> = words.iter().flat_map(|word| cabinet_text::stems(word)).collect();
    kept.sort();
    kept.dedup();
    let terms: Vec<(String,)> = sqlx::query_as("SELECT term FROM passages_vocabulary ORDER BY term")
        .fetch_all(b.library.db())
        .await
        .unwrap();
    let terms: Vec<String> = terms.into_iter().map(|(term,)| term).collect();
    assert_eq!(kept, terms);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2))]

    #[test]
    fn a_look_into_the_text_scores_as_the_index_does(seed in any::<u64>()) {
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
        runtime.block_on(async move {
            let (b, _) = library(seed).await;
            // The trash counts in the index's figures, but is not found.
            let trash = b.library.documents_in_trash().await;
            b.library.restore_documents(&trash).await.unwrap();
            let mut numbers = Numbers(seed ^ 0xffff);
            let mut scored = 0;
            for n in 0..40 {
                let [by_index, by_text] = b.library.scored_twice(&numbers.words(1 + n % 7)).await;
                assert_eq!(by_index.len(), by_text.len());
                for ((_, a), (_, b)) in by_index.iter().zip(&by_text) {
                    assert!((a - b).abs() < 1e-9, "{a} {b}");
                }
                scored += by_index.len();
            }
            assert!(scored > 500, "{scored} passages say little");
        });
    }

    /// Where a question's words fit into the budget, a large cabinet answers as a small one does, within walls too.
    #[test]
    fn below_the_budget_nothing_changes(seed in any::<u64>()) {
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
        runtime.block_on(async move {
            let (b, folders) = library(seed).await;
            let mut numbers = Numbers(seed ^ 0xaaaa);
            for n in 0..60 {
                let mut query = numbers.words(1 + n % 6);
                match n % 6 {
                    // As it is typed, with a slip, as a phrase.
                    0 => query.truncate(query.len() - query.len().min(2)),
                    1 => query.insert(2, 'q'),
                    2 => query = format!("\"{query}\""),
                    _ => {}
                }
                let request = request(query, folders.get(n % 3).copied(), n % 6 == 0);
                let key = |hit: &Hit| (hit.document, hit.page, hit.range.start, hit.why, hit.score);
                force(&b, 0).await;
                let small: Vec<_> = hits(&b, &request).await.iter().map(key).collect();
                let asked_at_once = SearchRequest { look: Look::First, ..request.clone() };
                let at_once = b.library.search(&asked_at_once).await.unwrap();
                assert!(!at_once.first_look, "a small cabinet is looked at closely");
                assert_eq!(at_once.hits.iter().map(key).collect::<Vec<_>>(), small);
                force(&b, 1_000_000).await;
                let large: Vec<_> = hits(&b, &request).await.iter().map(key).collect();
                assert_eq!(small, large, "{request:?}");
            }
        });
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn above_the_budget_what_must_be_exact_is_and_walls_hold() {
    let (b, folders) = library(20_261_128).await;
    force(&b, 40).await;
    for n in (0..80).filter(|n| n % 13 != 12) {
        for query in [
            format!("mrn 77{n:02}-421"),
            format!("zarnikow quelle{n}"),
            format!("\"record MRN 77{n:02}-411\""),
        ] {
            for look in [Look::Close, Look::First] {
                let asked = SearchRequest {
                    look,
                    ..request(query.clone(), None, false)
                };
                let first = hits(&b, &asked).await.remove(0);
                assert_eq!(
                    (first.source_name, first.why),
                    (format!("{n}.txt"), Why::Exact),
                    "{query}, {look:?}"
                );
            }
        }
    }
    let mut numbers = Numbers(5);
    let (mut same, mut asked, mut shown) = (0, 0, 0);
    for n in 0..120 {
        let folder = folders[n % 2];
        let query = numbers.words(1 + n % 8);
        let mut text = request(query, Some(folder), n % 4 == 0);
        text.mode = Mode::Text;
        force(&b, 40).await;
        let first_look = SearchRequest {
            look: Look::First,
            ..text.clone()
        };
        let quick = b.library.search(&first_look).await.unwrap();
        assert!(quick.first_look && quick.hits.iter().all(|hit| hit.folder == folder));
        let bounded = hits(&b, &text).await;
        shown += bounded.len();
        assert!(bounded.iter().all(|hit| hit.folder == folder));
        assert!(
            bounded
                .iter()
                .all(|hit| !hit.marks.is_empty() || hit.why != Why::Words)
        );
        force(&b, 0).await;
        let whole = hits(&b, &text).await;
        let place = |hit: &Hit| (hit.document, hit.page);
        asked += whole.len().min(5);
        same += whole
            .iter()
            .take(5)
            .filter(|hit| bounded.iter().any(|other| place(other) == place(hit)))
            .count();
    }
    assert!(shown > 500, "{shown} hits say little about walls");
    assert!(
        same * 10 > asked * 7,
        "{same} of {asked} first finds are found on the budget"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_came_since_the_last_search_is_found_and_what_went_is_not() {
    let (b, folders) = library(7).await;
    force(&b, 40).await;
    let names = async |query: &str| -> Vec<String> {
        let hits = hits(&b, &request(query.to_string(), None, false)).await;
        hits.into_iter().map(|hit| hit.source_name).collect()
    };
    let query = "gutter zarnikow";
    assert!(!names(query).await.is_empty(), "one of the two stands everywhere");
    // The numbers of what went are given to what comes.
    for (n, text) in ["Zarnikow saw the gutter.", "A gutter, says Zarnikow."]
        .iter()
        .enumerate()
    {
        let name = format!("gutter-{n}.txt");
        let id = b.add(folders[0], &name, &[text]).await;
        assert_eq!(names(query).await[0], name);
        b.library.delete_documents(&[id]).await.unwrap();
        assert!(!names(query).await.contains(&name));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn until_the_list_of_words_is_read_a_search_says_that_slips_are_not_found() {
    let (b, _) = library(5).await;
    b.library.inner.lexicon.forced.store(10, Ordering::Relaxed);
    let slip = request("Zarnikov Quelle3".to_string(), None, false);
    let says_so = |results: &SearchResults| results.missing.iter().any(|line| line.contains("slip"));

    let early = b.library.search(&slip).await.unwrap();
    assert!(says_so(&early), "{:?}", early.missing);
    let known = request("Zarnikow".to_string(), None, false);
    assert!(!says_so(&b.library.search(&known).await.unwrap()));

    force(&b, 10).await;
    let late = b.library.search(&slip).await.unwrap();
    assert!(!says_so(&late), "{:?}", late.missing);
    assert!(late.hits.iter().any(|hit| hit.why == Why::Approximate));
}

#[tokio::test(flavor = "multi_thread")]
async fn two_letters_complete_words_before_and_after_a_middling_cabinet_is_large_to_type_in() {
    let b = bench().await;
    let folder = b.library.first_folder().await.unwrap();
    let pages: Vec<String> = (0..2_100)
        .map(|n| {
            format!("Page {n} is about the inventory of item{n}.").replace("item77.", "item77 and a zither.")
        })
        .collect();
    let pages: Vec<&str> = pages.iter().map(String::as_str).collect();
    b.add(folder, "inventory.txt", &pages).await;
    let typed = request("inventory zi".to_string(), None, true);
    let best = async || hits(&b, &typed).await.swap_remove(0);
    // The list of words is not there yet, and this has it read.
    let before = best().await;
    while !b.library.has_words().await {
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    let after = best().await;
    assert_eq!((before.page, after.page), (78, 78));
    assert_eq!(before.page_marks, after.page_marks);
}

/// The index keeps stems, so that a word's last letters may stand nowhere in it.
#[tokio::test(flavor = "multi_thread")]
async fn every_beginning_of_a_word_finds_it_marked_in_small_and_large_cabinets() {
    const WORDS: [&str; 16] = [
        "information",
        "anticoagulation",
        "lease",
        "disease",
        "payment",
        "layer",
        "controlling",
        "filing",
        "happiness",
        "hospitalizations",
        "contingency",
        "pharmacy",
        "indemnification",
        "employer",
        "participation",
        "Núñez",
    ];
    let b = bench().await;
    let folder = b.library.first_folder().await.unwrap();
    for (n, word) in WORDS.iter().enumerate() {
        b.add(
            folder,
            &format!("{word}.txt"),
            &[&format!("The confidential {word} is of {n}.")],
        )
        .await;
    }
    // Words that begin alike or share a stem, each often enough to be over the budget.
    let others = "informatics informal informed leashes diseased paying layman controls file happy hospitable contingent \
                  pharmacies indemnity employees part parting partial";
    for n in 0..30 {
        b.add(
            folder,
            &format!("other-{n}.txt"),
            &[&format!("Of {n}: {others}.")],
        )
        .await;
    }
    for (budget, look) in [(0, Look::Close), (40, Look::Close), (40, Look::First)] {
        force(&b, budget).await;
        for word in WORDS {
            for end in word.char_indices().map(|(at, _)| at).skip(2).chain([word.len()]) {
                let begun = &word[..end];
                for query in [
                    begun.to_string(),
                    format!("confidential {begun}"),
                    format!("confidential AND {begun}"),
                ] {
                    let asked = SearchRequest {
                        mode: Mode::Text,
                        look,
                        limit: 100,
                        ..request(query.clone(), None, true)
                    };
                    let found = hits(&b, &asked).await;
                    let name = format!("{word}.txt");
                    let hit = found.iter().find(|hit| hit.source_name == name);
                    let hit = hit.unwrap_or_else(|| panic!("{query} of {word}, {budget}, {look:?}"));
                    let marks: Vec<&Range> = hit.page_marks.iter().collect();
                    let whole = |mark: &&Range| (mark.end - mark.start) as usize == word.chars().count();
                    assert!(marks.iter().any(whole), "{query}: {marks:?}");
                    assert!(found.iter().all(|hit| !hit.marks.is_empty()), "{query}");
                }
            }
        }
        let mut typed = request("partic".to_string(), None, true);
        typed.mode = Mode::Text;
        let found = hits(&b, &typed).await;
        assert_eq!(found.len(), 1, "nothing else begins so");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_title_is_found_while_its_last_word_is_typed() {
    let b = bench().await;
    let folder = b.library.first_folder().await.unwrap();
    for name in ["Zarnikow anticoagulation.txt", "Zarnikow anticoagulants.txt"] {
        let text = format!("Seen in ward {}.", name.len());
        b.add(folder, name, &[&text]).await;
    }
    for budget in [0, 40] {
        force(&b, budget).await;
        let mut typed = request("zarnikow anticoagulati".to_string(), None, true);
        typed.mode = Mode::Text;
        let found = hits(&b, &typed).await;
        let names: Vec<&str> = found.iter().map(|hit| hit.source_name.as_str()).collect();
        assert_eq!(names, ["Zarnikow anticoagulation.txt"], "{budget}");
    }
}
