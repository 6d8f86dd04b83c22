//! Words of any kind: sentences and passages, what points at a person, and what people type into the search.
#![no_main]

mod persons;
mod search;
mod sentences;
mod typed;

use cabinet_fuzz::Target;
use libfuzzer_sys::fuzz_target;
use persons::{PERSONS, deid, marked, marked_seeds, person_seeds, restore};
use sentences::{PAGES, WORDS, fold, page_seeds, pages, split, text_seeds};
use typed::{QUERY, marks, query, query_seeds, snippet_seeds};

/// As the library counts time; the query's source files ask for it here.
type Millis = i64;

const TARGETS: &[Target] = &[
    Target {
        name: "sentences",
        seeds: text_seeds,
        words: WORDS,
        run: split,
    },
    Target {
        name: "pages",
        seeds: page_seeds,
        words: PAGES,
        run: pages,
    },
    Target {
        name: "fold",
        seeds: text_seeds,
        words: WORDS,
        run: fold,
    },
    Target {
        name: "deid",
        seeds: person_seeds,
        words: PERSONS,
        run: deid,
    },
    Target {
        name: "deid-marked",
        seeds: marked_seeds,
        words: PERSONS,
        run: marked,
    },
    Target {
        name: "deid-restore",
        seeds: person_seeds,
        words: PERSONS,
        run: restore,
    },
    Target {
        name: "query",
        seeds: query_seeds,
        words: QUERY,
        run: query,
    },
    Target {
        name: "snippet",
        seeds: snippet_seeds,
        words: &["\u{1}", "\u{2}", "\n\n", "\u{301}"],
        run: marks,
    },
];

fuzz_target!(init: cabinet_fuzz::start(TARGETS), |data: &[u8]| cabinet_fuzz::run(data));

/// The text that an input stands for.
fn text(data: &[u8]) -> String {
    String::from_utf8_lossy(data).into_owned()
}
