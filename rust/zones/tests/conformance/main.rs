//! The contract of this crate, case by case. Tests are named after the cases' IDs.

mod distances;
mod groups;
mod lines;
mod load;
mod metres;
mod motion;
mod order;
mod properties;
mod recount;
mod stays;
mod summaries;
mod walk;
mod zones;
