//! The embedder: texts in, vectors out, for models of the BERT kind with mean pooling (all-MiniLM-L6-v2).
//!
//! Owns the model's files, vocabulary and arithmetic. Does not own threads or queues ([`crate::engine`]).

pub(crate) mod config;
mod encoder;
#[cfg(test)]
mod tests;
mod tokens;

pub(crate) use encoder::{Encoder, Scratch};
pub use tokens::EmbedderText;

use crate::{SlmError, VerifiedModel};
use config::Config;

/// Packs the weights of a verified model.
pub(crate) fn load(
    compute: &mut crate::kernels::Compute,
    model: &VerifiedModel,
) -> Result<Encoder, SlmError> {
    let config = Config::parse(&model.content("config.json")?)?;
    Encoder::load(compute, &model.content(".safetensors")?, &config)
}
