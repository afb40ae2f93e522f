//! The stages tied together: several sources become one series of batches, and model output becomes facts.
//!
//! [`Engine`] is the type to know. [`Engine::start`] opens every source and starts one decoding thread for each;
//! [`Engine::next_batch`] hands over input tensors; [`Engine::advance`] takes what the model made of them through
//! decoding, tracking and rules. Of files, the order of frames, and so of facts, depends on the sources alone: never on
//! how the threads were scheduled. Cameras are served as their frames come, so that one that stalls holds up no other, and where
//! the model is too slow the oldest frame that waits is dropped and counted.
//!
//! [`Replay`] takes detections that were recorded through the same tracker and rules, without sources.

mod batch;
mod engine;
mod pace;
mod post;
mod replay;
mod step;
mod stream;
mod worker;

pub use batch::{Batch, FrameTag, TensorBuffer};
pub use engine::{Engine, EngineError, EngineSpec, Output};
pub use post::Queues;
pub use replay::{RecordedFrame, Replay};
pub use step::{Step, StreamFact};
pub use stream::{StreamEnd, StreamSpec};
