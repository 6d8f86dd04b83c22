//! A second look by meaning, from nearer: the query's vector is pulled towards what was found first.
//!
//! Pseudo-relevance feedback over vectors (Rocchio's rule; Li and others, "Pseudo relevance feedback with deep language
//! models and dense retrievers", 2023). The first find is a merge of words and meaning, so that words correct meaning.

use super::merge::Found;
use super::scope::Scope;
use crate::{Library, LibraryError};

/// Passages that pull.
const PULLING: usize = 3;
/// How strongly, beside the query itself.
const PULL: f32 = 0.6;

impl Library {
    /// Replaces what was found by meaning with what is near the pulled query.
    pub(super) async fn feed_back(
        &self,
        query: &[f32],
        found: &mut Found,
        scope: &Scope,
        missing: &mut Vec<String>,
    ) -> Result<(), LibraryError> {
        let Some(vectors) = &self.inner.vectors else {
            return Ok(());
        };
        let first: Vec<i64> = found
            .merge()
            .into_iter()
            .take(PULLING)
            .map(|(passage, _)| passage)
            .collect();
        // Where they cannot be read, the first look stands.
        let pulling = vectors.of(&first).await.unwrap_or_default();
        if let Some(pulled) = pulled(query, &pulling) {
            found.meaning = self.near(&pulled, scope, missing).await?;
        }
        Ok(())
    }
}

/// The query with a part of the mean of `towards`, brought back to length 1; `None` where nothing pulls.
fn pulled(query: &[f32], towards: &[Vec<f32>]) -> Option<Vec<f32>> {
    if towards.is_empty() {
        return None;
    }
    let share = PULL / towards.len() as f32;
    let mut pulled = query.to_vec();
    for vector in towards {
        pulled.iter_mut().zip(vector).for_each(|(x, v)| *x += share * v);
    }
    let length = pulled.iter().map(|x| x * x).sum::<f32>().sqrt();
    (length > 0.0).then(|| {
        pulled.iter_mut().for_each(|x| *x /= length);
        pulled
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_moves_part_of_the_way() {
        let moved = pulled(&[1.0, 0.0], &[vec![0.0, 1.0], vec![0.0, 1.0]]).unwrap();
        assert!((moved[0] * moved[0] + moved[1] * moved[1] - 1.0).abs() < 1e-6);
        assert!((moved[1] / moved[0] - PULL).abs() < 1e-6);
        assert!(pulled(&[1.0, 0.0], &[]).is_none());
    }
}
