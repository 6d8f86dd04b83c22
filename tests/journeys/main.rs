//! Whole journeys over the command line, with the real vault, the real vector store and the real models.

mod assistant;
mod bad_input;
mod full_disk;
mod kill;
mod main_job;
mod privacy;
