//! One file in, pages of text with positions out.
//!
//! This crate owns the way from a path to text: which files there are ([`walk`]), what a file is, its
//! bytes and their hash ([`Source`]), and the reader child in which alone files are parsed
//! ([`Reader`], [`reader_main`]). It knows no database, no model and no folder of the cabinet, stores
//! nothing, and writes nothing to disk.
//!
//! What must always hold:
//! - Every file ends with text or with exactly one [`IntakeError`], which says what is wrong and what
//!   to do, and holds nothing of the document nor its path.
//! - A file is parsed in a process that can open neither file nor socket; a crash, a hang or a bomb
//!   costs that file and nothing else.
//! - Page texts are NFC with `\n` line ends and no control characters; pages count from 1 without gaps;
//!   offsets are Unicode scalar values within a page's text.
//!
//! ```no_run
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! use cabinet_intake::{DEFAULT_FILE_LIMIT, Reader, ReaderLimits, Source};
//!
//! // The program calls `reader_main` when started with this argument.
//! let reader = Reader::new(std::env::current_exe()?, vec!["--reader".into()], ReaderLimits::default());
//! let source = Source::open("letter.pdf".as_ref(), DEFAULT_FILE_LIMIT)?;
//! let read = reader.read(&source, "letter.pdf", None).await?;
//! assert_eq!(read.pages[0].number, 1);
//! # Ok(())
//! # }
//! ```
//!
//! To add a format: give it a [`Kind`], teach `sniff` its content, and add its module to `parse`.

mod archive;
mod asides;
mod biff;
mod charset;
mod clean;
mod decode;
mod details;
mod doc;
mod document;
mod docx;
mod error;
#[cfg(feature = "fixtures")]
#[doc(hidden)]
pub mod fixtures;
mod flow;
#[cfg(feature = "fuzzing")]
#[doc(hidden)]
pub mod fuzzing;
mod guess;
mod headings;
mod html;
mod limits;
mod mail;
mod members;
mod odf;
mod ole;
mod package;
mod paginate;
mod parse;
mod pdf;
mod pptx;
mod reader;
mod rtf;
mod scan;
mod sheets;
mod sniff;
mod source;
mod text;
mod title;
mod walk;
mod xml;

pub use cabinet_ocr::ModelFiles;
pub use details::{Day, Details, Genre};
pub use document::{Deletion, Extracted, Heading, Kind, Member, Method, Page, PageProblem, PageWarning};
pub use error::{Excess, Foreign, IntakeError, Lock, Refusal, Special};
pub use reader::{Document, Drawing, Models, Progress, Reader, ReaderLimits, reader_main};
pub use scan::{LEAST_CONFIDENCE, Scan, ScanWord};
pub use source::{DEFAULT_FILE_LIMIT, Source};
pub use walk::{Found, walk};
