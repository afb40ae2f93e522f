//! The three calls: next batch, advance, and what the streams look like now.

use std::sync::Arc;
use std::time::Duration;

use sightline_detections::{DecodeError, Decoder, Detections, OutputView, StationaryError};
use sightline_frames::TensorSpec;
use sightline_ground::GroundPlane;
use sightline_tracks::{Track, TrackError};
use sightline_video::{Health, Source, StreamInfo, VideoError};
use sightline_zones::{Fact, Scene, SceneError, TrackMotion};

use crate::batch::{Batch, Prepared};
use crate::post::Post;
use crate::stream::{Stream, StreamSpec};
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

/// A fact with the stream that it happened on.
#[derive(Clone, Debug, PartialEq)]
pub struct StreamFact {
    /// Position of the stream in the engine.
    pub stream: usize,
    /// Position in the batch of the frame in which it was concluded; `None` for what a stream's end concluded.
    pub image: Option<usize>,
    /// Time of day at which it happened, nanoseconds since 1970; `None` of a file.
    pub time_ns: Option<i64>,
    /// What happened.
    pub fact: Fact,
}

/// What came of one batch.
#[derive(Debug, Default)]
pub struct Step {
    /// Everything concluded, in order of frames.
    pub facts: Vec<StreamFact>,
    /// The visible tracks of each image.
    pub tracks: Vec<Vec<Track>>,
    /// How each of these moves, of the images whose stream keeps that.
    pub motions: Vec<Option<Vec<TrackMotion>>>,
}

/// Several sources on their way from frames to facts.
#[derive(Debug)]
pub struct Engine {
    spec: EngineSpec,
    streams: Vec<Stream>,
    healths: Vec<Health>,
    /// Whether there is a camera, so that frames are taken as they come.
    live: bool,
    post: Arc<Post>,
    /// One a stream; `None` once it has ended.
    workers: Vec<Option<Worker>>,
    /// Whose turn it is.
    turn: usize,
    /// What was collected before a wait ran out.
    pending: Vec<Prepared>,
    handed_out: u64,
    advanced: u64,
}

impl Engine {
    /// Opens every source and starts its thread. A camera is reached by its thread, now or later; until its first frame, its
    /// size is not known.
    ///
    /// # Errors
    /// When a source cannot be opened or a scene or tracker is at fault, with the stream's position.
    pub fn start(spec: EngineSpec, specs: &[StreamSpec]) -> Result<Self, (usize, EngineError)> {
        let mut streams = Vec::with_capacity(specs.len());
        let mut sources = Vec::with_capacity(specs.len());
        for (position, stream) in specs.iter().enumerate() {
            let at = |error| (position, error);
            let source =
                Source::open(&stream.uri, &stream.open).map_err(|error| at(error.into()))?;
            streams.push(Stream::new(stream, source.info().clone()).map_err(at)?);
            sources.push(source);
        }
        let live = sources.iter().any(Source::is_live);
        let healths = sources.iter().map(Source::health).collect();
        let post = Arc::new(Post::new(specs.len(), spec.queue));
        let mut workers = Vec::with_capacity(specs.len());
        for (position, (source, stream)) in sources.into_iter().zip(specs).enumerate() {
            let tensor = spec.tensor.clone();
            let worker = Worker::start(position, source, tensor, &post, stream)
                .map_err(|error| (position, error))?;
            workers.push(Some(worker));
        }
        Ok(Self {
            spec,
            streams,
            healths,
            live,
            post,
            workers,
            turn: 0,
            pending: Vec::new(),
            handed_out: 0,
            advanced: 0,
        })
    }

    /// Returns what is known of a stream's video.
    pub fn info(&self, stream: usize) -> Option<&StreamInfo> {
        self.streams.get(stream).map(|stream| &stream.info)
    }

    /// Returns what shows how each stream's connection is, also while the engine is busy.
    pub fn healths(&self) -> &[Health] {
        &self.healths
    }

    /// Returns a stream's rules with their counts.
    pub fn scene(&self, stream: usize) -> Option<&Scene> {
        self.streams.get(stream).map(|stream| &stream.scene)
    }

    /// Says where the ground of a stream's scene is that was to be found later; see [`Scene::set_ground`].
    ///
    /// # Errors
    /// When there is no such stream, or its scene's ground is not to be found later.
    pub fn set_ground(&mut self, stream: usize, plane: GroundPlane) -> Result<(), EngineError> {
        let Some(stream) = self.streams.get_mut(stream) else {
            return Err(EngineError::Order(format!("there is no stream {stream}")));
        };
        let set = stream.scene.set_ground(plane);
        set.map_err(|fault| EngineError::Scene(vec![fault]))
    }

    /// Returns whether every stream has ended.
    pub fn is_finished(&self) -> bool {
        self.pending.is_empty() && self.workers.iter().all(Option::is_none)
    }

    /// Returns the next batch, or `None` when `timeout` passed before it was full.
    ///
    /// Files take turns, one frame each, so that the order never depends on which thread was faster. Where there is a
    /// camera, whoever has a frame comes next, beginning with the one whose turn it is, and a batch is what is there.
    pub fn next_batch(&mut self, timeout: Duration) -> Option<Batch> {
        let mut ended = Vec::new();
        while self.pending.len() < self.spec.batch.max(1) {
            let streams = self.next_turns();
            if streams.is_empty() {
                break;
            }
            let enough = self.live && !self.pending.is_empty();
            let timeout = if enough { Duration::ZERO } else { timeout };
            match self.post.take(&streams, timeout) {
                Some((stream, News::Frame(frame))) => {
                    self.pending.push(*frame);
                    self.turn = stream + 1;
                }
                Some((stream, News::End(end))) => {
                    self.workers[stream] = None;
                    ended.push(*end);
                    break;
                }
                None if enough => break,
                None => return None,
            }
        }
        let frames = std::mem::take(&mut self.pending);
        self.handed_out += 1;
        Some(Batch::new(frames, ended, self.handed_out))
    }

    /// Takes a batch's model output through decoding, tracking and rules.
    ///
    /// # Errors
    /// When the output does not fit the model family, or the batches come out of order.
    pub fn advance(&mut self, batch: &Batch, mut output: Output<'_>) -> Result<Step, EngineError> {
        self.check_order(batch, &output)?;
        let mut step = Step::default();
        let mut facts = Vec::new();
        for (image, tag) in batch.tags().enumerate() {
            let Some(stream) = self.streams.get_mut(tag.stream) else {
                continue;
            };
            match &mut output {
                Output::Raw { outputs, decoder } => {
                    stream.detections.clear();
                    decoder.decode(outputs, image, &tag.placement, &mut stream.detections)?;
                }
                Output::Detections(all) => stream.detections = std::mem::take(&mut all[image]),
            }
            stream.advance(tag, &mut facts)?;
            step.tracks.push(stream.tracker.visible().to_vec());
            step.motions.push(stream.motions());
            step.take((tag.stream, Some(image)), stream, &mut facts);
        }
        for end in &batch.ended {
            if let Some(stream) = self.streams.get_mut(end.stream) {
                stream.scene.finish(&mut facts);
                step.take((end.stream, None), stream, &mut facts);
            }
        }
        self.advanced = batch.number;
        Ok(step)
    }

    /// Ends every stream; what is on its way is dropped, and rules close what is open.
    pub fn stop(&mut self) -> Step {
        self.pending.clear();
        for worker in self.workers.iter_mut().flatten() {
            worker.stop();
        }
        let mut step = Step::default();
        let mut facts = Vec::new();
        for (position, worker) in self.workers.iter_mut().enumerate() {
            if worker.take().is_some() {
                let stream = &mut self.streams[position];
                stream.scene.finish(&mut facts);
                step.take((position, None), stream, &mut facts);
            }
        }
        step
    }

    /// Returns whose turn it is: of files one, of streams with a camera among them all, in turn.
    fn next_turns(&self) -> Vec<usize> {
        let count = self.workers.len();
        let most = if self.live { count } else { 1 };
        (0..count)
            .map(|step| (self.turn + step) % count)
            .filter(|&stream| self.workers[stream].is_some())
            .take(most)
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

impl Step {
    /// Takes the facts of a stream, by its position, that a frame or its end brought.
    fn take(
        &mut self,
        (position, image): (usize, Option<usize>),
        stream: &Stream,
        facts: &mut Vec<Fact>,
    ) {
        self.facts.extend(facts.drain(..).map(|fact| StreamFact {
            stream: position,
            image,
            time_ns: stream.time_of_day_ns(fact.pts_ns),
            fact,
        }));
    }
}
