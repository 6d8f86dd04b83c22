//! Files of many inputs: one JSON object a line.

use std::path::Path;

use serde_json::Value;

use crate::failure::Failure;

/// Every input of the file, in order; empty lines are passed over.
pub fn read(file: &Path) -> Result<Vec<Value>, Failure> {
    let text = std::fs::read_to_string(file)
        .map_err(|_| Failure::Batch("it cannot be read as UTF-8 text.".to_string()))?;
    text.lines()
        .zip(1..)
        .filter(|(line, _)| !line.trim().is_empty())
        .map(|(line, number)| match serde_json::from_str(line) {
            Ok(value @ Value::Object(_)) => Ok(value),
            _ => Err(Failure::Batch(format!("line {number} is not a JSON object."))),
        })
        .collect()
}
