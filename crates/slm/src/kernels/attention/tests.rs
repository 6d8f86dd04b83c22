use super::*;

/// Attention in 64-bit floats, straight from its definition.
fn plain(size: usize, query: &[f32], keys: &[Vec<f32>], values: &[Vec<f32>]) -> Vec<f64> {
    let scores: Vec<f64> = keys
        .iter()
        .map(|key| {
            key.iter()
                .zip(query)
                .map(|(k, q)| f64::from(*k) * f64::from(*q))
                .sum::<f64>()
                .exp()
        })
        .collect();
    let total: f64 = scores.iter().sum();
    (0..size)
        .map(|d| {
            values
                .iter()
                .zip(&scores)
                .map(|(v, s)| f64::from(v[d]) * s / total)
                .sum()
        })
        .collect()
}

#[test]
fn every_instruction_set_matches_the_definition() {
    let shapes = [(16, 66), (16, 5), (32, 64), (48, 65), (64, 200), (128, 130)];
    // An interpreter has patience for the first, which has two spans, few rows and few windows.
    let (shape_count, rows, window_count) = if cfg!(miri) { (1, 2, 2) } else { (6, 13, 3) };
    for (size, positions) in shapes.into_iter().take(shape_count) {
        let number = |seed: usize| ((seed.wrapping_mul(2_654_435_761) >> 7) % 2_000) as f32 / 1_000.0 - 1.0;
        let row = |seed: usize| (0..size).map(|d| number(seed * 131 + d)).collect::<Vec<f32>>();
        let keys: Vec<_> = (0..positions).map(row).collect();
        let values: Vec<_> = (0..positions).map(|p| row(p + 7_000)).collect();
        let count = positions.div_ceil(SPAN);
        let both: Vec<f32> = keys
            .iter()
            .zip(&values)
            .flat_map(|(k, v)| [&k[..], v].concat())
            .collect();
        let written = |isa| {
            let mut spans = vec![vec![0; span_len(size)]; count];
            for (rows, span) in both.chunks(SPAN * 2 * size).zip(&mut spans) {
                let (stride, value) = (2 * size, size);
                // In two goes, as a text is read.
                let first = rows.len() / stride / 3;
                let heads = |from: usize, count| Heads {
                    rows: &rows[from * stride..],
                    stride,
                    key: 0,
                    value,
                    count,
                };
                remember(isa, size, span, 0, heads(0, first));
                remember(isa, size, span, first, heads(first, rows.len() / stride - first));
            }
            spans
        };
        let limits: Vec<usize> = (0..rows)
            .map(|r| 1 + (r * 17) % positions)
            .chain([positions])
            .collect();
        let queries: Vec<f32> = limits
            .iter()
            .enumerate()
            .flat_map(|(r, _)| row(r + 90_000))
            .collect();
        let windows = &[usize::MAX, 3, 70][..window_count];
        for (isa, window) in Isa::available()
            .into_iter()
            .flat_map(|isa| windows.iter().map(move |window| (isa, *window)))
        {
            let mut out = vec![0.0; queries.len()];
            let spans = written(isa);
            let spans: Vec<&[u16]> = spans.iter().map(Vec::as_slice).collect();
            attend(isa, size, &queries, &limits, window, &spans, &mut out);
            for (r, limit) in limits.iter().enumerate() {
                let from = limit.saturating_sub(window);
                let right = plain(
                    size,
                    &queries[r * size..(r + 1) * size],
                    &keys[from..*limit],
                    &values[from..*limit],
                );
                for (found, right) in out[r * size..(r + 1) * size].iter().zip(right) {
                    assert!(
                        (f64::from(*found) - right).abs() < 2e-3,
                        "{isa:?} size {size} row {r}: {found} {right}"
                    );
                }
                // Alone, the row gives the very same bits.
                let mut alone = vec![0.0; size];
                attend(
                    isa,
                    size,
                    &queries[r * size..(r + 1) * size],
                    &[*limit],
                    window,
                    &spans,
                    &mut alone,
                );
                assert_eq!(
                    alone,
                    out[r * size..(r + 1) * size],
                    "{isa:?} size {size} row {r} alone"
                );
            }
        }
    }
}
