use proptest::prelude::*;

use super::*;

const WIDTH: usize = 96;

/// Numbers that look random and are the same every time.
fn random(seed: u64) -> impl FnMut() -> f32 {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 40) as f32 / (1u64 << 23) as f32 - 1.0
    }
}

fn unit(mut vector: Vec<f32>) -> Vec<f32> {
    let length = vector.iter().map(|x| x * x).sum::<f32>().sqrt();
    vector.iter_mut().for_each(|x| *x /= length);
    vector
}

/// Vectors in clusters, as those of real passages are.
fn clustered(count: usize, seed: u64) -> Vec<Vec<f32>> {
    let mut next = random(seed);
    let centres: Vec<Vec<f32>> = (0..40).map(|_| (0..WIDTH).map(|_| next()).collect()).collect();
    (0..count)
        .map(|n| unit(centres[n % 40].iter().map(|x| x + next()).collect()))
        .collect()
}

fn owner(passage: i64) -> Owner {
    let document = passage / 10;
    Owner {
        document,
        folder: document % 3,
    }
}

fn filled(vectors: &[Vec<f32>]) -> Vectors {
    let mut all = Vectors::new(WIDTH);
    for (passage, vector) in (0..).zip(vectors) {
        all.push(passage, owner(passage), vector);
    }
    all
}

/// The truth: every cosine in full.
fn flat(vectors: &[Vec<f32>], query: &[f32], limit: usize) -> Vec<i64> {
    let mut all: Vec<(f32, i64)> = vectors
        .iter()
        .zip(0..)
        .map(|(v, n)| (v.iter().zip(query).map(|(a, b)| a * b).sum(), n))
        .collect();
    all.sort_by(|a, b| b.0.total_cmp(&a.0));
    all.into_iter().take(limit).map(|(_, n)| n).collect()
}

fn recall(count: usize) -> f64 {
    let vectors = clustered(count, 7);
    let all = filled(&vectors);
    let mut hits = 0;
    let queries = clustered(40, 99);
    for query in &queries {
        let found = all.nearest(query, 200, 2, |_| true);
        let truth = flat(&vectors, query, 10);
        hits += truth
            .iter()
            .filter(|n| found[..10].iter().any(|near| near.passage == **n))
            .count();
    }
    hits as f64 / (10 * queries.len()) as f64
}

#[test]
fn bytes_find_what_a_flat_scan_finds() {
    let recall = recall(5_000);
    assert!(recall >= 0.97, "{recall}");
}

#[test]
fn signs_first_find_what_a_flat_scan_finds() {
    let recall = recall(SIGNS_FROM + 5_000);
    assert!(recall >= 0.97, "{recall}");
}

#[test]
fn the_cosine_is_that_of_the_vectors() {
    let vectors = clustered(50, 3);
    let near = filled(&vectors).nearest(&vectors[20], 1, 1, |_| true);
    assert_eq!(near[0].passage, 20);
    assert!((near[0].cosine - 1.0).abs() < 0.01, "{}", near[0].cosine);
    let back = filled(&vectors).of(&[20, 999]);
    assert_eq!(back.len(), 1);
    assert!(
        back[0]
            .iter()
            .zip(&vectors[20])
            .all(|(a, b)| (a - b).abs() < 0.005)
    );
}

#[test]
fn both_kernels_agree() {
    let mut next = random(5);
    let mut bytes = || -> Vec<i8> { (0..384).map(|_| (next() * 127.0) as i8).collect() };
    let (a, b) = (bytes(), bytes());
    let plain: i32 = a.iter().zip(&b).map(|(a, b)| i32::from(*a) * i32::from(*b)).sum();
    assert_eq!(kernels::dot(&a, &b), plain);
    assert_eq!(kernels::dot(&[-128; 384], &[-128; 384]), 384 * 128 * 128);
    let differing = |signs: &[u64], query: &[u64]| {
        let mut apart = [0; 2];
        kernels::differing(signs, query, &mut apart);
        apart
    };
    assert_eq!(differing(&[5, 0, 0, u64::MAX], &[4, 0]), [1, 65]);
    let six = [[0, 1, 0, 2, 0, 3], [u64::MAX; 6]];
    assert_eq!(differing(six.as_flattened(), &[0, 0, 0, 2, 0, 0]), [3, 383]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    /// Whatever was added, wiped and moved, only what is admitted comes back, and all of it where there is room.
    #[test]
    fn only_what_is_admitted_comes_back(
        count in 0usize..200, gone in 0i64..20, moved in 0i64..20, folder in 0i64..3
    ) {
        let vectors = clustered(count, 11);
        let mut all = filled(&vectors);
        all.retain(|owner| owner.document != gone);
        all.move_to(2, |owner| owner.document == moved);
        let query = clustered(1, 12).remove(0);
        let mut found: Vec<i64> = all
            .nearest(&query, 500, 3, |owner| owner.folder == folder)
            .into_iter()
            .map(|near| near.passage)
            .collect();
        found.sort_unstable();
        let expected: Vec<i64> = (0..)
            .take(count)
            .filter(|passage| {
                let Owner { document, folder: at_first } = owner(*passage);
                let now = if document == moved { 2 } else { at_first };
                document != gone && now == folder
            })
            .collect();
        prop_assert_eq!(found, expected);
    }
}
