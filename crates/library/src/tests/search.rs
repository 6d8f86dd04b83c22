//! What search promises: the letter first, operators and fields, slips in names, walls, the copy in memory.

use super::*;
use crate::Hit;
use crate::vectors::{PassageVector, Within};
use proptest::prelude::*;

impl Bench {
    async fn hits(&self, query: &str) -> Vec<Hit> {
        let request = SearchRequest {
            query: query.to_string(),
            limit: 20,
            ..Default::default()
        };
        self.library.search(&request).await.unwrap().hits
    }

    async fn found(&self, query: &str) -> Vec<String> {
        let mut names = self.names(Mode::Hybrid, None, query).await;
        names.sort();
        names.dedup();
        names
    }

    /// Searches until the vectors are in memory.
    pub(super) async fn warm(&self) {
        for _ in 0..5 {
            self.names(Mode::Vector, None, "warm").await;
        }
        let _loaded = self.library.inner.vector_writes.lock().await;
    }
}

/// Papers that share every word but the planted ones.
#[tokio::test(flavor = "multi_thread")]
async fn planted_names_and_numbers_come_first() {
    let b = bench().await;
    let folder = b.library.first_folder().await.unwrap();
    let surnames = ["Ortega", "Núñez", "Okonkwo", "O'Brien", "Müller", "Szabó"];
    let mut planted = Vec::new();
    for n in 0..60 {
        let name = format!("{} {}", ["José", "Ada", "Zoë"][n % 3], surnames[n % 6]);
        let person = format!(
            "{name} {}",
            [
                "Anders", "Birk", "Cole", "Dunn", "Ek", "Foss", "Gray", "Holm", "Ives", "Juul"
            ][n / 6]
        );
        let plain = person
            .replace(['é'], "e")
            .replace('ë', "E")
            .replace(['ú'], "u")
            .replace('ñ', "n");
        let (written, asked) = match n % 6 {
            0 => (
                format!("MRN: 44{n:02}-8{n:02}1"),
                format!("mrn 44{n:02}-8{n:02}1"),
            ),
            1 => (
                format!("Docket 2:19-cv-0{n:02}34-ABC"),
                format!("2:19-CV-0{n:02}34-abc"),
            ),
            2 => (
                format!("42 U.S.C. § 13{n:02}dd(b)"),
                format!("42 U.S.C. § 13{n:02}dd(b)"),
            ),
            3 => (
                format!("call (555) 8{n:02}-41{n:02}"),
                format!("555-8{n:02}-41{n:02}"),
            ),
            4 => (
                format!("examplium 3{n:02}mg daily"),
                format!("examplium 3{n:02} mg"),
            ),
            _ => (format!("seen with {person}"), plain.to_uppercase()),
        };
        let text = format!(
            "The patient record and the docket were read. A call about examplium 5 mg daily came from José Ada Zoë \
             Anders. MRN and U.S.C. noted, 42 times. {written}. The record of the patient was read again."
        );
        b.add(folder, &format!("{n}.txt"), &[&text]).await;
        planted.push((format!("{n}.txt"), asked));
    }
    b.embed().await;
    for (name, asked) in &planted {
        let hits = b.hits(asked).await;
        assert_eq!(
            (hits[0].source_name.as_str(), hits[0].why),
            (name.as_str(), Why::Exact),
            "{asked}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn operators_and_fields_choose_documents() {
    let b = bench().await;
    let first = b.library.first_folder().await.unwrap();
    let second = b.library.create_folder("Smith v Jones").await.unwrap();
    b.add(
        first,
        "lease.txt",
        &["The rent is due.", "A service charge is due."],
    )
    .await;
    b.add(first, "draft.txt", &["The rent is due. This is a draft."])
        .await;
    b.add(second, "letter.txt", &["The rent was paid."]).await;
    b.embed().await;
    for (query, expected) in [
        ("rent AND charge", vec!["lease.txt"]),
        ("rent NOT draft", vec!["lease.txt", "letter.txt"]),
        ("rent -draft", vec!["lease.txt", "letter.txt"]),
        ("(paid OR draft) AND rent", vec!["draft.txt", "letter.txt"]),
        ("folder:\"smith v jones\" rent", vec!["letter.txt"]),
        ("title:draft rent", vec!["draft.txt"]),
        ("type:pdf rent", vec![]),
        ("before:2001 rent", vec![]),
        ("after:2001 paid AND rent", vec!["letter.txt"]),
    ] {
        assert_eq!(b.found(query).await, expected, "{query}");
    }
    let nowhere = SearchRequest {
        query: "folder:Elsewhere rent".into(),
        limit: 5,
        ..Default::default()
    };
    let results = b.library.search(&nowhere).await.unwrap();
    assert!(results.hits.is_empty());
    assert!(results.missing[0].contains("Elsewhere"), "{:?}", results.missing);
    let across = b
        .names(Mode::Hybrid, Some(first), "folder:\"Smith v Jones\" rent")
        .await;
    assert!(
        across.is_empty(),
        "a field does not lead out of the chosen folder"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slip_in_a_name_is_found_and_said_to_be_approximate() {
    let b = bench().await;
    let folder = b.library.first_folder().await.unwrap();
    b.add(folder, "a.txt", &["Seen by Dr Gutierrez on the ward."])
        .await;
    b.add(folder, "b.txt", &["Seen by Dr Kennedy on the ward."]).await;
    b.add(folder, "c.txt", &["Seen by nobody on the ward."]).await;
    b.embed().await;
    for (query, name) in [
        ("Gutierez", "a.txt"),
        ("dr kenendy", "b.txt"),
        ("Guiterrez ward", "a.txt"),
    ] {
        let hits = b.hits(query).await;
        assert_eq!(
            (hits[0].source_name.as_str(), hits[0].why),
            (name, Why::Approximate),
            "{query}"
        );
        assert!(!hits[0].marks.is_empty());
    }
    assert_eq!(b.hits("Gutierrez").await[0].why, Why::Exact);
    // Of several words one that stands nowhere is not the name: what holds the others comes first.
    b.add(folder, "d.txt", &["The tenant repairs the gutter."]).await;
    b.add(folder, "e.txt", &["A room."]).await;
    assert_eq!(
        b.names(Mode::Text, None, "tenant repairs gutter roof").await[0],
        "d.txt"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_term_that_stands_everywhere_does_not_push_an_answer_away() {
    let b = bench().await;
    let folder = b.library.first_folder().await.unwrap();
    for n in 0..6 {
        let page = format!("The Managing Agent sends letter {n}.");
        b.add(folder, &format!("term{n}.txt"), &[&page]).await;
    }
    b.add(
        folder,
        "answer.txt",
        &["The agent who is managing inspects boilers and flues each spring."],
    )
    .await;
    b.add(folder, "name.txt", &["Hilde Brandt signed."]).await;

    let question =
        "how often during spring inspects the Managing Agent boilers or flues that tenants use daily";
    assert_eq!(b.names(Mode::Text, None, question).await[0], "answer.txt");
    // A few words mean the name, and a name that hardly stands anywhere says which papers are meant.
    assert!(
        b.names(Mode::Text, None, "flues the Managing Agent looks at")
            .await[0]
            .starts_with("term")
    );
    // What a slip may have meant makes a few words no question.
    b.add(
        folder,
        "slip.txt",
        &["A gutter, a getter, a garter, a gaiter, a gather."],
    )
    .await;
    for slip in ["gatter", "gutter"] {
        assert!(
            b.names(Mode::Text, None, &format!("{slip} the Managing Agent looks at"))
                .await[0]
                .starts_with("term"),
            "{slip}"
        );
    }
    let question = "did Hilde Brandt ever say that the agent inspects boilers or flues each spring";
    assert_eq!(b.names(Mode::Text, None, question).await[0], "name.txt");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_holds_more_of_a_question_comes_before_what_says_one_word_of_it_often() {
    let b = bench().await;
    let folder = b.library.first_folder().await.unwrap();
    for n in 0..30 {
        let page = format!("Visit {n}: the wound was clean, the knee was moved, the drain was out.");
        b.add(folder, &format!("{n}.txt"), &[&page]).await;
    }
    b.add(folder, "often.txt", &["Heparin, heparin, heparin, heparin."])
        .await;
    b.add(
        folder,
        "answer.txt",
        &["On heparin the wound of the knee bled for two days, so that the drain stayed where it was until Friday."],
    )
    .await;
    let question = "has the wound of the knee bled on heparin";
    assert_eq!(b.names(Mode::Hybrid, None, question).await[0], "answer.txt");
}

/// What everybody writes says nothing of what a text is about, however much of it there is.
#[tokio::test(flavor = "multi_thread")]
async fn a_whole_text_finds_its_like_by_what_tells_most_and_says_so() {
    let b = bench().await;
    let folder = b.library.first_folder().await.unwrap();
    let words = |word: &str, count| (0..count).map(|n| format!("{word}{n} ")).collect::<String>();
    let usual = words("usual", 90);
    for n in 0..12 {
        b.add(folder, &format!("{n}.txt"), &[&format!("Day {n}. {usual}")])
            .await;
    }
    b.add(
        folder,
        "like.txt",
        &["A gutter overflowed and the parapet gave way."],
    )
    .await;
    b.add(folder, "docket.txt", &["Filed under 2019-4471."]).await;
    let search = async |query: String| {
        let request = SearchRequest {
            query,
            mode: Mode::Text,
            limit: 20,
            ..Default::default()
        };
        b.library.search(&request).await.unwrap()
    };
    // Words that stand nowhere are no help, and none of the sixty-four.
    let usual = usual + &words("nowhere", 60);
    let found = search(format!(
        "{usual} the parapet above the gutter {usual} gutter and parapet"
    ))
    .await;
    assert_eq!(found.hits[0].source_name, "like.txt");
    assert_eq!(
        found.missing,
        [
            "The query is a long text: only its 64 most telling words were looked for, and none of it to the letter"
        ]
    );
    let found = search(format!("{usual} parapet and gutter, docket 2019-4471, {usual}")).await;
    let mut first = [0, 1].map(|at| found.hits[at].source_name.as_str());
    first.sort_unstable();
    assert_eq!(
        first,
        ["docket.txt", "like.txt"],
        "a number counts as other rare words do"
    );
    assert!(
        found.hits.iter().all(|hit| hit.why == Why::Words),
        "to the letter is nothing"
    );
    let found = search("the parapet above the gutter".into()).await;
    assert_eq!((found.hits.len(), found.missing.len()), (1, 0));

    // Three passages that say some of it are more like it than one that says it more briefly.
    let pages = [
        "On the north side the parapet of the house stands above a gutter of lead.",
        "Water from the gutter had run down behind the parapet for years.",
        "Who owns the wall owns its parapet too, and must keep the gutter clear.",
    ];
    b.add(folder, "more.txt", &pages).await;
    b.add(folder, "brief.txt", &["Parapet, gutter."]).await;
    let first = async |query: &str| search(query.into()).await.hits[0].source_name.clone();
    assert_eq!(first("parapet and gutter").await, "brief.txt");
    let text = format!("{usual} the parapet above the gutter {usual} gutter and parapet");
    assert_eq!(first(&text).await, "more.txt");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_whole_text_is_compared_by_meaning_in_all_its_parts() {
    let b = bench().await;
    let folder = b.library.first_folder().await.unwrap();
    for word in ["opening", "closing", "lantern", "harbour", "lease", "tenant"] {
        b.add(folder, &format!("{word}.txt"), &[&format!("{word} ").repeat(80)])
            .await;
    }
    b.embed().await;
    let parts = [("opening ", 80), ("whatever ", 30 * 80), ("closing ", 160)].map(|(word, n)| word.repeat(n));
    let request = SearchRequest {
        query: parts.concat(),
        mode: Mode::Vector,
        limit: 10,
        ..Default::default()
    };
    let found = b.library.search(&request).await.unwrap();
    let mut first = [0, 1].map(|at| found.hits[at].source_name.as_str());
    first.sort_unstable();
    assert_eq!(first, ["closing.txt", "opening.txt"]);
    assert_eq!(
        found.missing,
        ["24 parts from all over the long query were compared by meaning, of 33"]
    );
    b.add(folder, "later.txt", &["What has no vector yet."]).await;
    let found = b.library.search(&request).await.unwrap();
    assert_eq!(
        found.missing.len(),
        2,
        "what hides nothing else: {:?}",
        found.missing
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_title_is_found_though_no_page_holds_it() {
    let b = bench().await;
    let folder = b.library.first_folder().await.unwrap();
    b.add(folder, "harbour-lights-tender.txt", &["Nothing of that here."])
        .await;
    b.add(folder, "other.txt", &["The harbour has lights."]).await;
    assert_eq!(
        b.names(Mode::Text, None, "harbour lights tender").await[0],
        "harbour-lights-tender.txt"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_for_all_documents_leaves_none_out() {
    let b = bench().await;
    let folder = b.library.first_folder().await.unwrap();
    let other = b.library.create_folder("Other").await.unwrap();
    for n in 0..30 {
        let drug = if n % 3 == 0 { "examplium" } else { "nothing" };
        b.add(
            folder,
            &format!("{n:02}.txt"),
            &["The ward round.", &format!("Day {n}: {drug} was given.")],
        )
        .await;
    }
    b.add(folder, "scan.pdf", &["", ""]).await;
    b.add(other, "elsewhere.txt", &["Here examplium was given too."])
        .await;
    let request = SearchRequest {
        query: "Which documents mention examplium?".into(),
        folder: Some(folder),
        limit: 3,
        ..Default::default()
    };
    let results = b.library.search(&request).await.unwrap();
    let mut names: Vec<String> = results.hits.into_iter().map(|hit| hit.source_name).collect();
    names.sort();
    let expected: Vec<String> = (0..30).step_by(3).map(|n| format!("{n:02}.txt")).collect();
    assert_eq!(names, expected);
    let checked = results.checked.unwrap();
    assert_eq!((checked.checked, checked.of), (30, 31), "the scan has no text");
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_words_that_were_asked_for_are_marked() {
    let b = bench().await;
    let folder = b.library.first_folder().await.unwrap();
    let page = "Within twenty-one days on foot he paid for it on the spot.";
    b.add(folder, "a.txt", &[page]).await;
    let hit = b.hits("twenty-one days").await.remove(0);
    let marked: Vec<String> = hit
        .page_marks
        .iter()
        .map(|m| {
            page.chars()
                .skip(m.start as usize)
                .take((m.end - m.start) as usize)
                .collect()
        })
        .collect();
    assert_eq!(marked.join(" "), "twenty-one days");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_copy_in_memory_follows_every_change() {
    let b = bench().await;
    let first = b.library.first_folder().await.unwrap();
    let second = b.library.create_folder("Second").await.unwrap();
    let gone = b.add(first, "gone.txt", &["The heron keeps a ledger."]).await;
    let moved = b
        .add(first, "moved.txt", &["The heron keeps another ledger."])
        .await;
    b.embed().await;
    b.warm().await;
    b.add(first, "new.txt", &["The heron keeps a third ledger."])
        .await;
    b.embed().await;
    b.library.move_documents(&[moved], second).await.unwrap();
    b.library.delete_documents(&[gone]).await.unwrap();
    assert_eq!(
        b.names(Mode::Vector, Some(first), "heron ledger").await,
        ["new.txt"]
    );
    assert_eq!(
        b.names(Mode::Vector, Some(second), "heron ledger").await,
        ["moved.txt"]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn vectors_that_come_into_memory_in_parts_are_all_there() {
    let b = bench().await;
    let vectors = b.library.inner.vectors.as_ref().unwrap();
    let row = |passage: i64| PassageVector {
        passage,
        document: passage / 4,
        folder: 1,
        vector: vector(&format!("heron {passage}")),
    };
    // Two files, of one of which rows are gone.
    vectors.add(&(0..30).map(row).collect::<Vec<_>>()).await.unwrap();
    vectors.remove_documents(&[2, 5]).await.unwrap();
    vectors.add(&(30..53).map(row).collect::<Vec<_>>()).await.unwrap();
    vectors.load_by(7, || true).await.unwrap();
    let near = vectors.nearest(&vector("heron"), Within::default(), 99).await;
    let mut found: Vec<i64> = near.unwrap().into_iter().map(|near| near.passage).collect();
    found.sort_unstable();
    let left = (0..53).filter(|passage| ![2, 5].contains(&(passage / 4)));
    assert_eq!(found, left.collect::<Vec<_>>());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2))]

    /// Folders that share all their words: whatever is asked in one, nothing of another comes back, from the table
    /// and from memory, by words, phrases, slips, operators and fields.
    #[test]
    fn a_folder_is_a_wall(seed in any::<u64>()) {
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
        runtime.block_on(async move {
            let b = bench().await;
            let words = ["heron", "ledger", "stair", "lamp", "harbour", "violet", "ninth", "walnut"];
            let mut state = seed | 1;
            let mut pick = move || {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                words[usize::try_from(state >> 61).expect("three bits")]
            };
            let mut folders = Vec::new();
            for f in 0..3 {
                let folder = b.library.create_folder(&format!("Matter {f}")).await.unwrap();
                for d in 0..4 {
                    let text = (0..12).map(|_| pick()).collect::<Vec<_>>().join(" ") + &format!(" {f} {d}.");
                    b.add(folder, &format!("{f}-{d}.txt"), &[&text]).await;
                }
                folders.push(folder);
            }
            b.embed().await;
            let mut found = 0;
            for n in 0..500 {
                let (f, mode) = (n % 3, [Mode::Hybrid, Mode::Text, Mode::Vector][n / 3 % 3]);
                let query = match n % 5 {
                    0 => format!("{} {} \"{}\"", pick(), pick(), pick()),
                    1 => format!("{} OR {} NOT {}", pick(), pick(), pick()),
                    2 => format!("{}x {}", pick(), pick()),
                    3 => format!("folder:\"Matter {}\" {}", n % 4, pick()),
                    _ => format!("title:{} {} AND {}", n % 3, pick(), pick()),
                };
                for name in b.names(mode, Some(folders[f]), &query).await {
                    found += 1;
                    assert!(name.starts_with(&format!("{f}-")), "{name} came through the wall of {f}");
                }
            }
            assert!(found > 500, "{found} hits say little about walls");
        });
    }
}
