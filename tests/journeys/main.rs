//! Whole journeys over the command line, with the real vault, the real vector store and the real models.

mod assistant;
mod backup;
mod bad_input;
mod beside;
mod deidentify;
mod escalation;
mod faults;
mod follow;
mod full_at_each_write;
mod full_disk;
mod inside;
mod keychain;
mod kill;
mod main_job;
mod migration;
mod privacy;
mod scans;
