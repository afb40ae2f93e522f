//! The contract of this crate, case by case. Tests are named after the cases' IDs.

mod counting_on;
mod distances;
mod groups;
mod later;
mod lines;
mod load;
mod loitering;
mod metres;
mod motion;
mod moving;
mod order;
mod properties;
mod queues;
mod recount;
mod sides;
mod speeds;
mod stays;
mod summaries;
mod walk;
mod walker;
mod ways;
mod zones;
