//! Every way reading a file can end without text, each with what is wrong and what to do.
//!
//! Owns the codes, the words and the names of formats Cabinet cannot read. The words never hold a
//! path or anything from the document: the caller, who knows which file it was, adds its name.

use crate::document::Kind;
use serde::{Deserialize, Serialize};

/// Why a file gave no text.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[error("{}", self.message())]
#[serde(rename_all = "snake_case")]
pub enum IntakeError {
    /// The content is in a format Cabinet does not read.
    Unsupported(Foreign),
    /// The file is protected and was not opened.
    Encrypted(Lock),
    /// The password given does not open the file.
    WrongPassword,
    /// The content claims to be of this kind but cannot be understood.
    Corrupt(Kind),
    /// There is no word in the file: no byte, nothing but white space, or nothing but pictures in a format whose pictures
    /// are not read.
    Empty,
    /// The document was understood, and none of its pages holds text.
    NoText {
        /// How many pages were looked at.
        pages: u32,
    },
    /// Reading it would pass one of the limits.
    TooLarge(Excess),
    /// Reading took longer than the deadline.
    Timeout {
        /// The deadline that passed.
        seconds: u64,
    },
    /// The reader process died, or answered something impossible.
    Crashed,
    /// The reader process could not be started, so no file can be read at all.
    ReaderUnavailable,
    /// The system would not let the file be read.
    Unreadable(Refusal),
    /// The path leads to something that is not a file.
    NotAFile(Special),
}

/// How a file is protected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Lock {
    /// By a password, and none was given.
    Password,
    /// By a password, in the way of office programs, which Cabinet cannot open.
    Office,
    /// By a password, with encryption of archives that Cabinet cannot open.
    Archive,
    /// For the holders of certificates, or in another way Cabinet cannot open.
    Certificate,
}

/// Which limit a file passes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Excess {
    /// More bytes than are taken from one file.
    Bytes {
        /// The limit in bytes.
        limit: u64,
    },
    /// It unpacks to more than any real document of its kind.
    Unpacked,
    /// It needs more memory than the reader may use.
    Memory,
    /// More files inside than are taken out of one.
    Members,
    /// More pages than are taken from one file.
    Pages,
    /// More text than is taken from one file.
    Text,
}

/// Why the system refused a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Refusal {
    /// The user has no right to read it.
    NoPermission,
    /// It is not there (any more).
    Missing,
    /// Links that lead back to themselves.
    LinkLoop,
    /// The disk or the network share failed while reading.
    Device,
    /// It was changed again and again while it was read.
    Changing,
}

/// What a path leads to when it is not a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Special {
    /// A folder.
    Folder,
    /// A pipe, socket or device.
    Device,
}

macro_rules! foreign {
    ($($(#[$doc:meta])* $name:ident => $label:literal, $way:ident;)*) => {
        /// A format that was recognised and is not read.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum Foreign { $($(#[$doc])* $name,)* }

        impl Foreign {
            /// What it is, as it stands in the middle of a sentence.
            pub fn label(self) -> &'static str {
                match self { $(Foreign::$name => $label,)* }
            }

            fn way_out(self) -> WayOut {
                match self { $(Foreign::$name => WayOut::$way,)* }
            }
        }
    };
}

foreign! {
    /// PowerPoint 97 to 2003.
    OldPresentation => "an old PowerPoint presentation (.ppt)", ExportPdf;
    /// Any other OLE compound file.
    OldOffice => "an old Microsoft Office file", ExportPdf;
    /// A picture.
    Image => "a picture", Ocr;
    /// An archive that is no ZIP, or a compressed file.
    Archive => "an archive", Unpack;
    /// An electronic book.
    Ebook => "an electronic book", ExportPdf;
    /// PostScript.
    PostScript => "a PostScript file", ExportPdf;
    /// Word, saved as one XML file.
    WordXml => "a Word document saved as XML", SaveAsDocx;
    /// Sound.
    Audio => "a sound recording", Nothing;
    /// Moving pictures.
    Video => "a video", Nothing;
    /// A program or library.
    Program => "a program", Nothing;
    /// A font.
    Font => "a font", Nothing;
    /// A database.
    Database => "a database", Nothing;
    /// Something binary that was not recognised.
    Binary => "a kind of file Cabinet does not know", ExportPdf;
}

enum WayOut {
    SaveAsDocx,
    ExportPdf,
    Ocr,
    Unpack,
    Nothing,
}

impl IntakeError {
    /// The stable code: what scripts and the window act on.
    pub fn code(&self) -> &'static str {
        match self {
            IntakeError::Unsupported(_) => "unsupported",
            IntakeError::Encrypted(Lock::Password) => "encrypted",
            // Of its own, so that nobody is asked for a password that cannot help.
            IntakeError::Encrypted(_) => "protected",
            IntakeError::WrongPassword => "wrong_password",
            IntakeError::Corrupt(_) => "corrupt",
            IntakeError::Empty => "empty",
            IntakeError::NoText { .. } => "no_text",
            IntakeError::TooLarge(_) => "too_large",
            IntakeError::Timeout { .. } => "timeout",
            IntakeError::Crashed | IntakeError::ReaderUnavailable => "crashed",
            IntakeError::Unreadable(_) => "unreadable",
            IntakeError::NotAFile(_) => "not_a_file",
        }
    }

    /// What is wrong, in one sentence.
    pub fn message(&self) -> String {
        match self {
            IntakeError::Unsupported(Foreign::Binary) => {
                "Cabinet does not know this kind of file, or it is damaged from its first bytes on.".into()
            }
            IntakeError::Unsupported(what) => {
                format!("This is {}, which Cabinet does not read yet.", what.label())
            }
            IntakeError::Encrypted(Lock::Password) => "This file is protected by a password.".into(),
            IntakeError::Encrypted(Lock::Office) => {
                "This Office file is protected by a password in a way Cabinet cannot open.".into()
            }
            IntakeError::Encrypted(Lock::Archive) => {
                "This archive is protected by a password, in a way Cabinet cannot open.".into()
            }
            IntakeError::Encrypted(Lock::Certificate) => {
                "This file is encrypted for certain people in a way Cabinet cannot open.".into()
            }
            IntakeError::WrongPassword => "The password does not open this file.".into(),
            IntakeError::Corrupt(kind) => match kind {
                Kind::Pdf => "This PDF is damaged and could not be read.".into(),
                Kind::Docx => "This Word document is damaged and could not be read.".into(),
                Kind::Html => "This web page is damaged and could not be read.".into(),
                Kind::Text | Kind::Markdown | Kind::Csv => {
                    "This text is damaged and could not be read.".into()
                }
                Kind::Doc => "This Word document is damaged and could not be read.".into(),
                Kind::Rtf => "This rich text document is damaged and could not be read.".into(),
                Kind::Odt => "This OpenDocument text is damaged and could not be read.".into(),
                Kind::Odp | Kind::Pptx => "This presentation is damaged and could not be read.".into(),
                Kind::Spreadsheet => "This spreadsheet is damaged and could not be read.".into(),
                Kind::Email | Kind::Outlook => "This message is damaged and could not be read.".into(),
                Kind::Mailbox => "This mailbox is damaged and could not be read.".into(),
                Kind::Zip => "This archive is damaged and could not be unpacked.".into(),
                Kind::Image => "This picture is damaged and could not be read.".into(),
            },
            IntakeError::Empty => "There is nothing to read in this file.".into(),
            IntakeError::NoText { pages: 1 } => "No text could be read on this document's one page.".into(),
            IntakeError::NoText { pages } => {
                format!("No text could be read on any of this document's {pages} pages.")
            }
            IntakeError::TooLarge(excess) => match excess {
                Excess::Bytes { limit } => {
                    format!(
                        "This file is larger than {} MB, the most Cabinet takes in one file.",
                        limit >> 20
                    )
                }
                Excess::Unpacked => "This file unpacks to far more than a document holds.".into(),
                Excess::Members => "This file holds more files than Cabinet takes out of one.".into(),
                Excess::Memory => "Reading this file needs more memory than the reader may use.".into(),
                Excess::Pages => "This document has more pages than Cabinet takes in one file.".into(),
                Excess::Text => "This document has more text than Cabinet takes in one file.".into(),
            },
            IntakeError::Timeout { seconds } => {
                format!("Reading this file was stopped after {seconds} seconds.")
            }
            IntakeError::Crashed => "The reader failed on this file. Nothing else was affected.".into(),
            IntakeError::ReaderUnavailable => "Cabinet could not start the process that reads files.".into(),
            IntakeError::Unreadable(refusal) => match refusal {
                Refusal::NoPermission => "You have no permission to read this.".into(),
                Refusal::Missing => "There is no file here any more.".into(),
                Refusal::LinkLoop => "This link leads back to itself.".into(),
                Refusal::Device => "The disk or network share failed while reading.".into(),
                Refusal::Changing => "This file was being changed while it was read.".into(),
            },
            IntakeError::NotAFile(Special::Folder) => "This is a folder, not a file.".into(),
            IntakeError::NotAFile(Special::Device) => "This is a device or a pipe, not a file.".into(),
        }
    }

    /// What the user can do about it, in one sentence.
    pub fn advice(&self) -> &'static str {
        match self {
            IntakeError::Unsupported(what) => match what.way_out() {
                WayOut::SaveAsDocx => "Open it in a word processor, save it as DOCX or PDF and add that.",
                WayOut::ExportPdf => {
                    "If it holds text, open it in its own program, export it as PDF and add that."
                }
                WayOut::Ocr => {
                    "Turn it into a PDF with a text layer, or type out what matters, and add that."
                }
                WayOut::Unpack => "Unpack it and add the files inside.",
                WayOut::Nothing => {
                    "Cabinet keeps documents with text: PDF, office documents, messages, web pages and plain text."
                }
            },
            IntakeError::Encrypted(Lock::Password) => "Give its password and it is read.",
            IntakeError::Encrypted(Lock::Office | Lock::Archive | Lock::Certificate) => {
                "Open it in its own program, save a copy without the protection and add that."
            }
            IntakeError::WrongPassword => "Check the password with whoever sent the file and try again.",
            IntakeError::Corrupt(_) => {
                "Open it in its own program, save it anew and add that, or ask for a fresh copy."
            }
            IntakeError::Empty => {
                "Check that it is the file you meant. If it holds only pictures, save it as PDF and add that: pictures are read in PDFs and image files."
            }
            IntakeError::NoText { .. } => {
                "If it shows text, scan it again, upright and at 300 dots an inch, and add that. The list of models says \
                 whether scans can be read here."
            }
            IntakeError::TooLarge(excess) => match excess {
                Excess::Unpacked => {
                    "If you trust its source, open it in its own program, export it as PDF and add that."
                }
                Excess::Bytes { .. } | Excess::Members | Excess::Memory | Excess::Pages | Excess::Text => {
                    "Split it into smaller files and add those."
                }
            },
            IntakeError::Timeout { .. } => "Export it anew from its own program, or split it, and add that.",
            IntakeError::Crashed => "Open it in its own program, export it as PDF and add that.",
            IntakeError::ReaderUnavailable => {
                "Quit Cabinet and start it again; if this stays, install it anew."
            }
            IntakeError::Unreadable(refusal) => match refusal {
                Refusal::NoPermission => {
                    "Ask its owner for access, or copy it to a folder of yours, and try again."
                }
                Refusal::Missing => "Check where the file is now and add it from there.",
                Refusal::LinkLoop => "Add the file that the link was meant for.",
                Refusal::Device => "Check the disk or the connection and try again.",
                Refusal::Changing => {
                    "Save and close it where it is open, or wait for its copying to end, and try again."
                }
            },
            IntakeError::NotAFile(Special::Folder) => "Add the folder as a whole, or the files inside.",
            IntakeError::NotAFile(Special::Device) => "Choose a document instead.",
        }
    }
}
