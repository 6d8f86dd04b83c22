//! Which headings a passage and a page stand under, from storing to showing.

use super::*;

const HEAD: &str = "Harrow Quay v Penhallow Timber";

fn lease() -> Vec<String> {
    let page = |body: &str| format!("{HEAD}\n\n{body}");
    vec![
        page(
            "4. TERMINATION\n\n4.1 Notice\n\nEither party may end this lease by notice in writing of three months to the other.",
        ),
        page("The notice is to be sent by registered letter to the address at the head of this lease."),
        page(
            "5. DEPOSIT\n\nThe deposit is returned within ten days after the end of this lease, without interest.",
        ),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_found_says_what_it_stands_under() {
    let b = bench().await;
    let folder = b.library.first_folder().await.unwrap();
    let pages = lease();
    let pages: Vec<&str> = pages.iter().map(String::as_str).collect();
    let id = b.add(folder, "lease.txt", &pages).await;
    let under = async |query: &str| {
        let request = SearchRequest {
            query: query.to_string(),
            mode: Mode::Text,
            limit: 5,
            ..Default::default()
        };
        let hit = b.library.search(&request).await.unwrap().hits.remove(0);
        hit.headings.join(" › ")
    };
    assert_eq!(under("registered letter").await, "4. TERMINATION › 4.1 Notice");
    assert_eq!(under("without interest").await, "5. DEPOSIT");

    let first = b.library.page(id, 1).await.unwrap();
    let chars: Vec<char> = first.text.chars().collect();
    let said: Vec<(u8, String)> = first
        .headings
        .iter()
        .map(|heading| {
            (
                heading.level,
                chars[heading.start as usize..heading.end as usize]
                    .iter()
                    .collect(),
            )
        })
        .collect();
    let expected = [(1, "4. TERMINATION".to_string()), (2, "4.1 Notice".to_string())];
    assert_eq!(said, expected, "and the line at the head of every page is none");

    // As an older program stored it.
    for sql in [
        "UPDATE passages SET headings = NULL",
        "UPDATE pages SET headings = NULL",
    ] {
        sqlx::query(sql).execute(b.library.db()).await.unwrap();
    }
    assert_eq!(under("registered letter").await, "");
    assert!(b.library.page(id, 1).await.unwrap().headings.is_empty());
}
