//! A linear-chain conditional random field (Lafferty, McCallum, Pereira 2001): how likely each tag is at each token.

use crate::Kind;

/// What the classifier tells apart, besides nothing.
pub const CLASSES: [Kind; 8] = [
    Kind::Person,
    Kind::Place,
    Kind::Organisation,
    Kind::Date,
    Kind::Age,
    Kind::Address,
    Kind::Identifier,
    Kind::Other,
];
/// Tags: 0 for nothing, then for each class one that begins it and one that goes on with it.
pub const TAGS: usize = 1 + 2 * CLASSES.len();

/// One number a tag.
pub type Row = [f32; TAGS];

/// The tag that begins a class.
pub const fn begins(class: usize) -> usize {
    1 + 2 * class
}

/// The tag that goes on with a class.
pub const fn goes_on(class: usize) -> usize {
    2 + 2 * class
}

/// Whether one tag may follow another: a class goes on only after itself.
pub fn may_follow(before: usize, after: usize) -> bool {
    after == 0 || after % 2 == 1 || before == after || before + 1 == after
}

/// What is known of the chain for given scores: the likelihood of each tag at each token, and the log of the sum over
/// all ways to tag it.
pub struct Chain {
    /// Likelihood of each tag, token by token.
    pub marginals: Vec<Row>,
    /// Expected number of each step from tag to tag; only where asked for.
    pub steps: Vec<Row>,
    /// The log of the sum.
    pub log_sum: f64,
}

/// Forward and backward over one chain. `transitions[a][b]` is the score of b after a; `allowed` limits the tags of a
/// token to the bits set.
pub fn forward_backward(
    scores: &[Row],
    transitions: &[Row; TAGS],
    allowed: Option<&[u32]>,
    count_steps: bool,
) -> Chain {
    let length = scores.len();
    let mut factor = [[0f32; TAGS]; TAGS];
    for (before, row) in factor.iter_mut().enumerate() {
        for (after, value) in row.iter_mut().enumerate() {
            if may_follow(before, after) {
                *value = transitions[before][after].exp();
            }
        }
    }
    let mut log_sum = 0f64;
    let mut emitted: Vec<Row> = Vec::with_capacity(length);
    for (at, row) in scores.iter().enumerate() {
        let open = allowed.map_or(u32::MAX, |allowed| allowed[at]);
        let is_open = |tag: usize| open >> tag & 1 == 1;
        let most = (0..TAGS)
            .filter(|&tag| is_open(tag))
            .map(|tag| row[tag])
            .fold(f32::MIN, f32::max);
        log_sum += f64::from(most);
        emitted.push(std::array::from_fn(|tag| {
            if is_open(tag) {
                (row[tag] - most).exp()
            } else {
                0.0
            }
        }));
    }
    let mut forward: Vec<Row> = Vec::with_capacity(length);
    for at in 0..length {
        let mut row: Row = if at == 0 {
            // A chain begins as if after nothing.
            std::array::from_fn(|tag| factor[0][tag] * emitted[0][tag])
        } else {
            let before = &forward[at - 1];
            let mut row = [0f32; TAGS];
            for (tag, weights) in factor.iter().enumerate() {
                let own = before[tag];
                for (value, weight) in row.iter_mut().zip(weights) {
                    *value += own * weight;
                }
            }
            std::array::from_fn(|tag| row[tag] * emitted[at][tag])
        };
        let sum: f32 = row.iter().sum::<f32>().max(f32::MIN_POSITIVE);
        log_sum += f64::from(sum).ln();
        row.iter_mut().for_each(|value| *value /= sum);
        forward.push(row);
    }
    let mut marginals = forward;
    let mut steps = if count_steps {
        vec![[0f32; TAGS]; TAGS]
    } else {
        Vec::new()
    };
    let mut backward = [1f32; TAGS];
    for at in (0..length).rev() {
        let before = at.checked_sub(1).map(|before| marginals[before]);
        let row = &mut marginals[at];
        let sum: f32 = row
            .iter()
            .zip(&backward)
            .map(|(f, b)| f * b)
            .sum::<f32>()
            .max(f32::MIN_POSITIVE);
        for (value, b) in row.iter_mut().zip(&backward) {
            *value = *value * b / sum;
        }
        let Some(before) = before else {
            if count_steps {
                for (count, likely) in steps[0].iter_mut().zip(row.iter()) {
                    *count += likely;
                }
            }
            break;
        };
        let ahead: Row = std::array::from_fn(|tag| emitted[at][tag] * backward[tag]);
        let mut next = [0f32; TAGS];
        for tag in 0..TAGS {
            next[tag] = factor[tag].iter().zip(&ahead).map(|(weight, a)| weight * a).sum();
        }
        if count_steps {
            let total: f32 = before
                .iter()
                .zip(&next)
                .map(|(f, n)| f * n)
                .sum::<f32>()
                .max(f32::MIN_POSITIVE);
            for tag in 0..TAGS {
                for after in 0..TAGS {
                    steps[tag][after] += before[tag] * factor[tag][after] * ahead[after] / total;
                }
            }
        }
        let scale = next.iter().copied().fold(f32::MIN_POSITIVE, f32::max);
        backward = next.map(|value| value / scale);
    }
    Chain {
        marginals,
        steps,
        log_sum,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn likelihoods_equal_the_sum_over_all_ways() {
        let scores: Vec<Row> = (0..3)
            .map(|at| std::array::from_fn(|tag| ((at * 7 + tag * 5) % 11) as f32 * 0.3 - 1.0))
            .collect();
        let transitions: [Row; TAGS] =
            std::array::from_fn(|a| std::array::from_fn(|b| ((a * 3 + b) % 5) as f32 * 0.2 - 0.4));
        let mut sum = 0f64;
        let mut second_is_person = 0f64;
        for way in 0..TAGS * TAGS * TAGS {
            let tags = [way % TAGS, way / TAGS % TAGS, way / TAGS / TAGS];
            let mut before = 0;
            let mut score = 0f32;
            let mut possible = true;
            for (at, &tag) in tags.iter().enumerate() {
                possible &= may_follow(before, tag);
                score += scores[at][tag] + transitions[before][tag];
                before = tag;
            }
            if possible {
                sum += f64::from(score).exp();
                if tags[1] == begins(0) {
                    second_is_person += f64::from(score).exp();
                }
            }
        }
        let chain = forward_backward(&scores, &transitions, None, true);
        assert!((chain.log_sum - sum.ln()).abs() < 1e-4);
        assert!((f64::from(chain.marginals[1][begins(0)]) - second_is_person / sum).abs() < 1e-5);
        let counted: f32 = chain.steps.iter().flatten().sum();
        assert!((counted - 3.0).abs() < 1e-4, "one step a token");
    }
}
