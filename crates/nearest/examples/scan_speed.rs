//! How fast, how large and how true the scan of vectors is: what `npm run bench:search` runs.
//!
//! usage: `scan_speed COUNT [VECTORS]`; VECTORS is a file of real ones (f32, little-endian, 384 each), which are
//! perturbed up to COUNT; without it they are made in clusters. Prints each figure as one line of JSON.
#![expect(clippy::print_stdout, reason = "a benchmark prints its results")]

use std::time::Instant;

use cabinet_nearest::{Owner, Vectors};

const WIDTH: usize = 384;
const QUERIES: usize = 200;
/// Queries whose truth is looked up in full.
const CHECKED: usize = 50;
/// What a search asks for; recall is that of the first ten.
const LIMIT: usize = 200;

/// Numbers from -1 to 1 that look random and are the same every time (xorshift64).
fn random(seed: u64) -> impl FnMut() -> f32 {
    let mut state = seed | 1;
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

/// One of the real vectors or of the centres, moved a little.
fn perturbed(base: &[Vec<f32>], at: usize, by: f32, next: &mut impl FnMut() -> f32) -> Vec<f32> {
    unit(base[at % base.len()].iter().map(|x| x + by * next()).collect())
}

fn note(what: &str, unit: &str, value: f64) {
    println!("{{\"what\":\"{what}\",\"value\":{value},\"unit\":\"{unit}\"}}");
}

fn percentile(times: &mut [f64], share: f64) -> f64 {
    times.sort_by(f64::total_cmp);
    times[((times.len() as f64 * share) as usize).min(times.len() - 1)]
}

fn resident() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmRSS:"));
    line.and_then(|line| line.split_whitespace().nth(1)?.parse().ok())
        .unwrap_or(0.0)
        / 1024.0
}

fn main() {
    let mut args = std::env::args().skip(1);
    let count: usize = args.next().and_then(|n| n.parse().ok()).unwrap_or(100_000);
    let mut next = random(7);
    let base: Vec<Vec<f32>> = match args.next().map(std::fs::read) {
        Some(Ok(bytes)) => bytes
            .chunks_exact(4 * WIDTH)
            .map(|row| {
                row.chunks_exact(4)
                    .map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]]))
                    .collect()
            })
            .collect(),
        Some(Err(error)) => panic!("the file of vectors cannot be read: {error}"),
        None => (0..count / 20 + 1)
            .map(|_| unit((0..WIDTH).map(|_| next()).collect()))
            .collect(),
    };
    // Of the size of a coordinate: 1 over the root of the width.
    let by = 0.04;
    let mut vectors = Vectors::new(WIDTH);
    vectors.reserve(count);
    let mut queries = random(99);
    let asked: Vec<Vec<f32>> = (0..QUERIES)
        .map(|n| perturbed(&base, n * 7919, 2.0 * by, &mut queries))
        .collect();
    let mut truth: Vec<Vec<(f32, i64)>> = vec![Vec::new(); CHECKED];
    let mut adding = 0.0;
    for (n, passage) in (0..count).zip(0i64..) {
        let vector = perturbed(&base, n, if n < base.len() { 0.0 } else { by }, &mut next);
        for (best, query) in truth.iter_mut().zip(&asked) {
            best.push((vector.iter().zip(query).map(|(a, b)| a * b).sum(), passage));
            if best.len() == 1000 {
                best.sort_by(|a, b| b.0.total_cmp(&a.0));
                best.truncate(10);
            }
        }
        let start = Instant::now();
        let owner = Owner {
            document: passage / 30,
            folder: passage / 30 % 5,
        };
        vectors.push(passage, owner, &vector);
        adding += start.elapsed().as_secs_f64();
    }
    note("vectors", "", count as f64);
    note("bring into memory", "s", adding);
    note("memory", "MiB", resident());
    for (name, folder) in [("all", None), ("one folder of five", Some(2))] {
        let mut times = Vec::new();
        let mut hits = 0;
        for (n, query) in asked.iter().enumerate() {
            let start = Instant::now();
            let near = vectors.nearest(query, LIMIT, 2, |owner| folder.is_none_or(|f| owner.folder == f));
            times.push(start.elapsed().as_secs_f64() * 1e3);
            if n < CHECKED && folder.is_none() {
                truth[n].sort_by(|a, b| b.0.total_cmp(&a.0));
                truth[n].truncate(10);
                let first: Vec<i64> = near.iter().take(10).map(|near| near.passage).collect();
                hits += truth[n].iter().filter(|(_, p)| first.contains(p)).count();
            }
        }
        note(&format!("{name}, p50"), "ms", percentile(&mut times, 0.5));
        note(&format!("{name}, p95"), "ms", percentile(&mut times, 0.95));
        if folder.is_none() {
            note(
                "recall@10 against a flat scan",
                "",
                hits as f64 / (10 * CHECKED) as f64,
            );
        }
    }
}
