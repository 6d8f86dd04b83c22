//! Passages' vectors as rows of the table.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{Float32Type, Int64Type};
use arrow_array::{FixedSizeListArray, Int64Array, RecordBatch};
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use cabinet_nearest::{Owner, Vectors};

use crate::LibraryError;

/// One passage's vector with the numbers that say whose it is.
pub(crate) struct PassageVector {
    pub passage: i64,
    pub document: i64,
    pub folder: i64,
    pub vector: Vec<f32>,
}

impl PassageVector {
    pub(super) fn owner(&self) -> Owner {
        Owner {
            document: self.document,
            folder: self.folder,
        }
    }
}

/// Lays rows out as the table takes them.
pub(super) fn batch(rows: &[PassageVector], schema: &SchemaRef) -> Result<RecordBatch, LibraryError> {
    let numbers = |f: fn(&PassageVector) -> i64| Arc::new(Int64Array::from_iter_values(rows.iter().map(f)));
    let width = width(schema).unwrap_or_default();
    let vectors = FixedSizeListArray::from_iter_primitive::<Float32Type, _, _>(
        rows.iter().map(|r| Some(r.vector.iter().copied().map(Some))),
        i32::try_from(width).expect("embedding dimensions are small"),
    );
    RecordBatch::try_new(
        schema.clone(),
        vec![
            numbers(|r| r.passage),
            numbers(|r| r.document),
            numbers(|r| r.folder),
            Arc::new(vectors),
        ],
    )
    .map_err(LibraryError::vectors("laying out a batch"))
}

/// Adds the vectors of a batch of the table; rows without one are left out.
pub(super) fn push(vectors: &mut Vectors, batch: &RecordBatch) {
    let numbers = |name| {
        batch
            .column_by_name(name)
            .and_then(|column| column.as_primitive_opt::<Int64Type>())
    };
    let (Some(passages), Some(documents), Some(folders), Some(lists)) = (
        numbers("passage"),
        numbers("document"),
        numbers("folder"),
        batch
            .column_by_name("vector")
            .and_then(|column| column.as_fixed_size_list_opt()),
    ) else {
        return;
    };
    for row in 0..batch.num_rows() {
        let list = lists.value(row);
        if let Some(vector) = list.as_primitive_opt::<Float32Type>() {
            let owner = Owner {
                document: documents.value(row),
                folder: folders.value(row),
            };
            vectors.push(passages.value(row), owner, vector.values());
        }
    }
}

pub(super) fn schema(dimension: usize) -> SchemaRef {
    let item = Arc::new(Field::new("item", DataType::Float32, true));
    let width = i32::try_from(dimension).expect("embedding dimensions are small");
    Arc::new(Schema::new(vec![
        Field::new("passage", DataType::Int64, false),
        Field::new("document", DataType::Int64, false),
        Field::new("folder", DataType::Int64, false),
        Field::new("vector", DataType::FixedSizeList(item, width), false),
    ]))
}

/// How many numbers a vector of a table has.
pub(super) fn width(schema: &Schema) -> Option<usize> {
    match schema.field_with_name("vector").ok()?.data_type() {
        DataType::FixedSizeList(_, width) => usize::try_from(*width).ok(),
        _ => None,
    }
}
