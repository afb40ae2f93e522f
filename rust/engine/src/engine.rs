//! The calls: next batch, advance, stop, and what the streams look like now.

mod changes;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use sightline_detections::{DecodeError, Decoder, Detections, OutputView, StationaryError};
use sightline_frames::TensorSpec;
use sightline_ground::GroundPlane;
use sightline_tracks::TrackError;
use sightline_video::{Health, Source, StreamInfo, VideoError};
use sightline_zones::{Scene, SceneError};

use crate::batch::{Batch, Prepared};
use crate::post::{Post, Queues};
use crate::step::Step;
use crate::stream::{Stream, StreamEnd, StreamSpec};
use crate::worker::{News, Worker};

/// What the model wants, and how far decoding may run ahead.
#[derive(Clone, Debug)]
pub struct EngineSpec {
    /// The model's input for one image.
    pub tensor: TensorSpec,
    /// Most images in a batch, at least 1.
    pub batch: usize,
    /// Frames of one stream that may wait, converted, for their turn; at least 1.
    pub queue: usize,
}

/// Why the engine could not go on. A stream's own failure ends that stream only and comes as [`StreamEnd::error`](crate::StreamEnd::error).
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// A source could not be opened.
    #[error("{0}")]
    Source(#[from] VideoError),
    /// A scene is at fault.
    #[error("the scene has {} fault(s)", .0.len())]
    Scene(Vec<SceneError>),
    /// The tracker's settings are at fault.
    #[error("{0}")]
    Track(#[from] TrackError),
    /// The stationary filter's settings are at fault.
    #[error("{0}")]
    Stationary(#[from] StationaryError),
    /// The model's output could not be read.
    #[error("{0}")]
    Decode(#[from] DecodeError),
    /// The operating system refused a thread.
    #[error("the operating system refused a thread: {0}")]
    Thread(std::io::Error),
    /// The output does not belong to the batch that is due.
    #[error("{0}")]
    Order(String),
}

/// What the detector made of a batch.
#[derive(Debug)]
pub enum Output<'a> {
    /// Raw model output, to be decoded.
    Raw {
        /// The outputs, each with the batch as its first axis.
        outputs: &'a [OutputView<'a>],
        /// How to read them.
        decoder: &'a mut Decoder,
    },
    /// Detections, one set an image.
    Detections(Vec<Detections>),
}

/// Several sources on their way from frames to facts. Each has a number that is never given to another one.
#[derive(Debug)]
pub struct Engine {
    spec: EngineSpec,
    slots: BTreeMap<usize, Slot>,
    /// The number that the next stream gets.
    next: usize,
    post: Arc<Post>,
    /// Of streams that were removed, until their threads are gone.
    leaving: Vec<Worker>,
    /// Whose turn it is.
    turn: usize,
    /// What was collected before a wait ran out.
    pending: Vec<Prepared>,
    handed_out: u64,
    advanced: u64,
}

/// A stream from its source to its rules.
#[derive(Debug)]
struct Slot {
    stream: Stream,
    health: Health,
    /// Whether it is a camera, so that frames are taken as they come.
    live: bool,
    /// Whether its frames come no faster than they were filmed.
    paced: bool,
    /// `None` once it has ended.
    worker: Option<Worker>,
}

impl Engine {
    /// Opens every source and starts its thread. A camera is reached by its thread, now or later; until its first frame, its
    /// size is not known.
    ///
    /// # Errors
    /// When a source cannot be opened or a scene or tracker is at fault, with the stream's position.
    pub fn start(spec: EngineSpec, specs: &[StreamSpec]) -> Result<Self, (usize, EngineError)> {
        let mut engine = Self {
            post: Arc::new(Post::new(spec.queue)),
            spec,
            slots: BTreeMap::new(),
            next: 0,
            leaving: Vec::new(),
            turn: 0,
            pending: Vec::new(),
            handed_out: 0,
            advanced: 0,
        };
        for (position, stream) in specs.iter().enumerate() {
            let opened = Source::open(&stream.uri, &stream.open).map_err(EngineError::from);
            opened
                .and_then(|source| engine.run(stream, source))
                .map_err(|error| (position, error))?;
        }
        Ok(engine)
    }

    /// Returns what is known of a stream's video.
    pub fn info(&self, stream: usize) -> Option<&StreamInfo> {
        self.slots.get(&stream).map(|slot| &slot.stream.info)
    }

    /// Returns what shows how a stream's connection is, also while the engine is busy.
    pub fn health(&self, stream: usize) -> Option<Health> {
        self.slots.get(&stream).map(|slot| slot.health.clone())
    }

    /// Returns the numbers of the streams that were not removed, in order.
    pub fn streams(&self) -> impl Iterator<Item = usize> {
        self.slots.keys().copied()
    }

    /// Returns what shows how many frames of each stream wait, also while the engine is busy.
    pub fn queues(&self) -> Queues {
        Queues(Arc::clone(&self.post))
    }

    /// Returns a stream's rules with their counts.
    pub fn scene(&self, stream: usize) -> Option<&Scene> {
        self.slots.get(&stream).map(|slot| &slot.stream.scene)
    }

    /// Says where the ground of a stream's scene is that was to be found later; see [`Scene::set_ground`].
    ///
    /// # Errors
    /// When there is no such stream, or its scene's ground is not to be found later.
    pub fn set_ground(&mut self, stream: usize, plane: GroundPlane) -> Result<(), EngineError> {
        let slot = self.slots.get_mut(&stream).ok_or_else(|| unknown(stream))?;
        let set = slot.stream.scene.set_ground(plane);
        set.map_err(|fault| EngineError::Scene(vec![fault]))
    }

    /// Returns whether every stream has ended.
    pub fn is_finished(&self) -> bool {
        self.pending.is_empty() && self.slots.values().all(|slot| slot.worker.is_none())
    }

    /// Returns the next batch, or `None` when `timeout` passed before it was full.
    ///
    /// Files take turns, one frame each, so that the order never depends on which thread was faster. Where there is a
    /// camera, whoever has a frame comes next, beginning with the one whose turn it is. Where there is a camera or a paced file,
    /// a batch is what is there. Of several streams it holds one image each at most, so that what is learned from an image holds
    /// for the stream's next, however large batches are.
    pub fn next_batch(&mut self, timeout: Duration) -> Option<Batch> {
        let mut ended = Vec::new();
        let (live, paced) = self.pace();
        while self.pending.len() < self.spec.batch.max(1) {
            let streams = self.next_turns(live);
            if streams.is_empty() {
                break;
            }
            let enough = paced && !self.pending.is_empty();
            let timeout = if enough { Duration::ZERO } else { timeout };
            match self.post.take(&streams, timeout) {
                Some((stream, News::Frame(frame))) => {
                    self.pending.push(*frame);
                    self.turn = stream + 1;
                }
                Some((stream, News::End(end))) => {
                    if let Some(slot) = self.slots.get_mut(&stream) {
                        slot.worker = None;
                    }
                    ended.push(*end);
                    break;
                }
                None if enough => break,
                None => return None,
            }
        }
        let frames = std::mem::take(&mut self.pending);
        Some(self.batch(frames, ended))
    }

    /// Returns a batch without a frame, for a caller that waits for none now.
    pub fn empty_batch(&mut self) -> Batch {
        self.batch(Vec::new(), Vec::new())
    }

    fn batch(&mut self, frames: Vec<Prepared>, ended: Vec<StreamEnd>) -> Batch {
        self.handed_out += 1;
        Batch::new(frames, ended, self.handed_out)
    }

    /// Takes a batch's model output through decoding, tracking and rules.
    ///
    /// # Errors
    /// When the output does not fit the model family, or the batches come out of order.
    pub fn advance(&mut self, batch: &Batch, mut output: Output<'_>) -> Result<Step, EngineError> {
        self.check_order(batch, &output)?;
        let mut step = Step::default();
        for (image, tag) in batch.tags().enumerate() {
            let Some(Slot { stream, .. }) = self.slots.get_mut(&tag.stream) else {
                // It was removed meanwhile.
                step.tracks.push(Vec::new());
                step.motions.push(None);
                step.detections.push(None);
                continue;
            };
            match &mut output {
                Output::Raw { outputs, decoder } => {
                    stream.detections.clear();
                    decoder.decode(outputs, image, &tag.placement, &mut stream.detections)?;
                }
                Output::Detections(all) => stream.detections = std::mem::take(&mut all[image]),
            }
            step.see(image, tag, stream)?;
        }
        for end in &batch.ended {
            if let Some(slot) = self.slots.get_mut(&end.stream) {
                step.end(end.stream, &mut slot.stream);
            }
        }
        self.advanced = batch.number;
        Ok(step)
    }

    /// Ends every stream; what is on its way is dropped, and rules close what is open.
    pub fn stop(&mut self) -> Step {
        self.pending.clear();
        self.leaving.clear();
        for slot in self.slots.values_mut() {
            if let Some(worker) = &mut slot.worker {
                worker.stop();
            }
        }
        let mut step = Step::default();
        for (&number, slot) in &mut self.slots {
            if slot.worker.take().is_some() {
                step.end(number, &mut slot.stream);
            }
        }
        step
    }

    /// Returns whether there is a camera, so that frames are taken as they come; and whether frames come at the pace of life, so
    /// that a batch does not wait for more of them.
    fn pace(&self) -> (bool, bool) {
        let live = self.slots.values().any(|slot| slot.live);
        (live, live || self.slots.values().any(|slot| slot.paced))
    }

    /// Returns whose turn it is: of files one, of streams with a camera among them all, in turn; nobody who has an image in the
    /// batch already.
    fn next_turns(&self, live: bool) -> Vec<usize> {
        let most = if live { self.slots.len() } else { 1 };
        let alone = self.slots.len() == 1;
        let is_in = |stream| self.pending.iter().any(|frame| frame.tag.stream == stream);
        let from_here = self.slots.range(self.turn..);
        from_here
            .chain(self.slots.range(..self.turn))
            .filter(|(_, slot)| slot.worker.is_some())
            .map(|(&number, _)| number)
            .take(most)
            .filter(|&stream| alone || !is_in(stream))
            .collect()
    }

    fn check_order(&self, batch: &Batch, output: &Output<'_>) -> Result<(), EngineError> {
        if batch.number != self.advanced + 1 {
            return Err(EngineError::Order(format!(
                "batch {} is due, found batch {}: advance every batch once, in the order of next_batch",
                self.advanced + 1,
                batch.number
            )));
        }
        if let Output::Detections(all) = output
            && all.len() != batch.len()
        {
            return Err(EngineError::Order(format!(
                "the batch has {} images, found detections for {}",
                batch.len(),
                all.len()
            )));
        }
        Ok(())
    }
}

fn unknown(stream: usize) -> EngineError {
    EngineError::Order(format!("there is no stream {stream}"))
}
