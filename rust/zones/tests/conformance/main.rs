//! The contract of this crate, case by case. Tests are named after the cases' IDs.

mod distances;
mod lines;
mod load;
mod loitering;
mod motion;
mod moving;
mod order;
mod properties;
mod queues;
mod speeds;
mod stays;
mod summaries;
mod walk;
mod ways;
mod zones;
