//! The part of a passage worth showing, and what to mark in it.

use super::Range;

/// Characters of a snippet.
const WIDTH: usize = 240;
/// Characters that either end may move outwards to where a word begins or ends.
const SLACK: usize = 24;

/// Cuts the window with the most marks out of a passage, at word boundaries. Lines run on in one, with a dot between
/// a heading and what stands below it. Returns the snippet and its own marks.
pub(crate) fn cut(passage: &str, marks: &[Range]) -> (String, Vec<Range>) {
    let chars: Vec<char> = passage.chars().collect();
    let (start, end) = window(&chars, marks);
    let (mut snippet, mut shown) = (String::new(), 0);
    // Where each character of the window comes to stand.
    let mut at = Vec::with_capacity(end - start + 1);
    let mut i = start;
    while i < end {
        if !chars[i].is_whitespace() {
            at.push(shown);
            snippet.push(chars[i]);
            (i, shown) = (i + 1, shown + 1);
            continue;
        }
        let next = (i..end).find(|&n| !chars[n].is_whitespace()).unwrap_or(end);
        let breaks = chars[i..next].iter().filter(|c| **c == '\n').count();
        let heading = i > start
            && next < end
            && breaks > 0
            && chars[i - 1].is_alphanumeric()
            && (breaks > 1 || !chars[next].is_lowercase());
        let gap = if heading { " · " } else { " " };
        at.extend((i..next).map(|_| shown));
        snippet.push_str(gap);
        shown += number(gap.chars().count());
        i = next;
    }
    at.push(shown);
    let (from, to) = (number(start), number(end));
    let inside = marks
        .iter()
        .filter(|m| m.start >= from && m.end <= to)
        .map(|m| Range {
            start: at[(m.start - from) as usize],
            end: at[(m.end - from) as usize - 1] + 1,
        })
        .collect();
    (snippet, inside)
}

fn window(chars: &[char], marks: &[Range]) -> (usize, usize) {
    if chars.len() <= WIDTH {
        return (0, chars.len());
    }
    let best = marks
        .iter()
        .max_by_key(|first| {
            let within = marks
                .iter()
                .filter(|m| m.start >= first.start && m.end <= first.start + number(WIDTH * 3 / 4))
                .count();
            // Of equals the earliest.
            (within, std::cmp::Reverse(first.start))
        })
        .map_or(0, |m| m.start as usize);
    let first = best.saturating_sub(WIDTH / 5).min(chars.len() - WIDTH);
    let last = first + WIDTH;
    let (mut start, mut end) = (first, last);
    while start > 0 && !chars[start - 1].is_whitespace() && first - start < SLACK {
        start -= 1;
    }
    while end < chars.len() && !chars[end].is_whitespace() && end - last < SLACK {
        end += 1;
    }
    (start, end)
}

fn number(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_window_holds_the_densest_marks() {
        let passage = format!("needle {}needle needle end", "straw ".repeat(100));
        let at = number(passage.len() - "needle needle end".len());
        let marks = [
            Range { start: 0, end: 6 },
            Range {
                start: at,
                end: at + 6,
            },
            Range {
                start: at + 7,
                end: at + 13,
            },
        ];
        let (snippet, inside) = cut(&passage, &marks);
        assert_eq!(inside.len(), 2, "{snippet}");
    }

    #[test]
    fn headings_are_set_apart_and_wrapped_lines_are_not() {
        let (snippet, marks) = cut(
            "Plan\n\nStart  examplium\nand review.\nAllergies\nNone known.",
            &[Range { start: 13, end: 22 }],
        );
        assert_eq!(
            snippet,
            "Plan · Start examplium and review. Allergies · None known."
        );
        assert_eq!(marks, [Range { start: 13, end: 22 }]);
    }

    proptest! {
        #[test]
        fn snippet_marks_name_the_same_characters_as_passage_marks(
            words in prop::collection::vec("[a-zé]{1,9}", 1..160), pick in any::<prop::sample::Index>()
        ) {
            let passage = words.join(" ");
            let n = pick.index(words.len());
            let start = number(words[..n].iter().map(|w| w.chars().count() + 1).sum());
            let mark = Range { start, end: start + number(words[n].chars().count()) };
            let (snippet, inside) = cut(&passage, &[mark]);
            prop_assert!(snippet.chars().count() <= WIDTH + 2 * SLACK);
            prop_assert!(words.iter().any(|word| snippet.starts_with(word.as_str())), "{}", snippet);
            prop_assert_eq!(inside.len(), 1);
            let found: String = snippet.chars().skip(inside[0].start as usize).take((inside[0].end - inside[0].start) as usize).collect();
            prop_assert_eq!(&found, &words[n]);
        }
    }
}
