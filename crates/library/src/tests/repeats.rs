//! Hits that say what a better one says.

use super::*;
use crate::Hit;

#[tokio::test(flavor = "multi_thread")]
async fn a_hit_that_repeats_a_better_one_says_so_and_leaves_room_for_others() {
    let b = bench().await;
    let folder = b.library.first_folder().await.unwrap();
    let other = b.library.create_folder("Other").await.unwrap();
    let clause = "The heron clause: either party may end this agreement by written notice of thirty days to the other.";
    b.add(folder, "draft-1.txt", &[clause]).await;
    b.add(
        folder,
        "draft-2.txt",
        &[&format!("> {}", clause.replace("the other", "\n> the  other"))],
    )
    .await;
    b.add(folder, "draft-3.txt", &[&clause.replace("thirty", "sixty")])
        .await;
    b.add(other, "draft-4.txt", &[&format!("{clause} ")]).await;
    b.add(folder, "letter.txt", &["Which heron clause do you mean?"])
        .await;
    b.embed().await;
    let ask = |limit, distinct, folder| SearchRequest {
        query: "heron clause either party may end this agreement".to_string(),
        limit,
        distinct,
        folder,
        ..Default::default()
    };
    let list = async |request: SearchRequest| {
        let hits = b.library.search(&request).await.unwrap().hits;
        let better: Vec<Option<String>> = hits
            .iter()
            .map(|hit| hit.repeats.map(|better| hits[better].source_name.clone()))
            .collect();
        hits.into_iter()
            .map(|hit| hit.source_name)
            .zip(better)
            .collect::<Vec<_>>()
    };
    let all = list(ask(20, false, None)).await;
    assert_eq!(all.len(), 5);
    for (name, better) in &all {
        let repeats = better.is_some();
        assert_eq!(
            repeats,
            all[0].0 != *name && name != "draft-3.txt" && name != "letter.txt",
            "{all:?}"
        );
    }
    assert_eq!(all.iter().flat_map(|(_, better)| better).count(), 2);

    // As many as were asked for, or as many that differ.
    assert_eq!(list(ask(2, false, None)).await.len(), 2);
    let distinct = list(ask(3, true, None)).await;
    assert_eq!(distinct, all, "the list is long enough to hold three that differ");
    let two = list(ask(2, true, None)).await;
    assert_eq!(two, all[..two.len()]);
    assert_eq!(two.iter().filter(|(_, better)| better.is_none()).count(), 2);

    // What lies behind a wall takes nothing away and adds nothing.
    let inside = list(ask(20, false, Some(other))).await;
    assert_eq!(inside, [("draft-4.txt".to_string(), None)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_draft_that_is_cut_at_other_sentences_is_a_repeat_too() {
    let b = bench().await;
    let folder = b.library.first_folder().await.unwrap();
    let sentence = |n: usize| {
        format!(
            "Clause {n} says that the tenant keeps the {n} gutters and the {n} drains of the house clear of leaves. "
        )
    };
    let text: String = (1..60).map(sentence).collect();
    let opening = "These are the terms that were talked about in the meeting at the harbour, as each side remembers them. ";
    b.add(folder, "draft-1.txt", &[&text]).await;
    b.add(folder, "draft-2.txt", &[&format!("{}{text}", opening.repeat(3))])
        .await;
    b.embed().await;
    let (passages,): (i64,) = sqlx::query_as("SELECT count(*) FROM passages")
        .fetch_one(b.library.db())
        .await
        .unwrap();
    assert!(passages >= 8, "{passages}");
    let request = SearchRequest {
        query: "clause gutters drains".to_string(),
        limit: 60,
        ..Default::default()
    };
    let hits = b.library.search(&request).await.unwrap().hits;
    assert_eq!(hits.len(), usize::try_from(passages).unwrap());
    let (again, alone): (Vec<&Hit>, Vec<&Hit>) = hits.iter().partition(|hit| hit.repeats.is_some());
    // Nearly all stands in both; whichever comes first is shown, the other stands behind it.
    assert!(
        again.len() + 2 >= alone.len(),
        "{} again, {} alone",
        again.len(),
        alone.len()
    );
    for hit in again {
        let better = &hits[hit.repeats.unwrap()];
        assert_ne!(
            hit.document, better.document,
            "what stands beside it is not the same"
        );
        let (said, stands) = (b.passage(hit).await, b.passage(better).await);
        let shared = said
            .split(". ")
            .filter(|sentence| stands.contains(sentence))
            .count();
        assert!(shared * 4 >= said.split(". ").count(), "{said}\n{stands}");
    }
    assert!(alone.iter().any(|hit| hit.snippet.contains("harbour")));
}

impl Bench {
    async fn passage(&self, hit: &Hit) -> String {
        let page = self.library.page(hit.document, hit.page).await.unwrap().text;
        let (start, end) = (hit.range.start as usize, hit.range.end as usize);
        page.chars().skip(start).take(end - start).collect()
    }
}
