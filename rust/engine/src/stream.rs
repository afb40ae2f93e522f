//! One source on its way through the stages: what it was asked for and what it remembers.

use sightline_detections::{Detections, StationaryFilter, StationarySpec};
use sightline_tracks::{ByteTrack, ByteTrackSpec};
use sightline_video::{Connection, OpenOptions, Stats, StreamInfo};
use sightline_zones::{Fact, Scene, SceneSpec, TrackMotion};

use crate::EngineError;
use crate::batch::FrameTag;

/// Size that a scene is made for before a camera's first frame says the real one.
const USUAL_SIZE: (u32, u32) = (1920, 1080);

/// What to watch, and how.
#[allow(
    clippy::struct_excessive_bools,
    reason = "switches that have nothing to do with each other"
)]
#[derive(Clone, Debug)]
pub struct StreamSpec {
    /// File or address.
    pub uri: String,
    /// Frame rate, threads, whether it is looped.
    pub open: OpenOptions,
    /// Classes that tracker and rules see of what the detector finds; `None` for all.
    pub classes: Option<Vec<i32>>,
    /// What is taken for mannequins and posters, and left out before the tracker; `None` leaves nothing out.
    pub stationary: Option<StationarySpec>,
    /// Lines, zones and distances.
    pub scene: SceneSpec,
    /// The tracker's settings.
    pub tracker: ByteTrackSpec,
    /// Whether to keep each analyzed picture as packed RGB, for drawing.
    pub keep_pictures: bool,
    /// Whether frames come no faster than they were filmed.
    pub paced: bool,
    /// Whether to say how each visible track moves.
    pub keep_motions: bool,
    /// Whether to say what the detector found, before classes and what never moves are left out, for recording.
    pub keep_detections: bool,
}

/// How a stream ended.
#[derive(Clone, Debug)]
pub struct StreamEnd {
    /// Number of the stream in the engine.
    pub stream: usize,
    /// What was read, and the warnings.
    pub stats: Stats,
    /// How the connection was, and how many frames were dropped.
    pub connection: Connection,
    /// Why it ended early; `None` at the end of the source.
    pub error: Option<String>,
}

impl StreamEnd {
    /// Returns the end of a stream of which nothing else is known.
    pub(crate) fn failed(stream: usize, why: String) -> Self {
        Self {
            stream,
            stats: Stats::default(),
            connection: Connection::default(),
            error: Some(why),
        }
    }
}

/// The state of one stream behind the detector.
#[derive(Debug)]
pub(crate) struct Stream {
    pub(crate) info: StreamInfo,
    pub(crate) detections: Detections,
    pub(crate) tracker: ByteTrack,
    pub(crate) scene: Scene,
    classes: Option<Vec<i32>>,
    stationary: Option<StationaryFilter>,
    stationary_spec: Option<StationarySpec>,
    epoch: u32,
    /// Time of the latest frame.
    last_ns: i64,
    keep_motions: bool,
    keep_detections: bool,
    size: (u32, u32),
    /// What has to be added to a `pts_ns` for the time of day, of a camera, as it was at the latest frame.
    wall_clock_ns: Option<i64>,
}

impl Stream {
    pub(crate) fn new(spec: &StreamSpec, info: StreamInfo) -> Result<Self, EngineError> {
        let size = if info.width == 0 {
            USUAL_SIZE
        } else {
            (info.width, info.height)
        };
        Ok(Self {
            scene: Scene::new(&spec.scene, size.0, size.1).map_err(EngineError::Scene)?,
            tracker: ByteTrack::new(spec.tracker)?,
            detections: Detections::default(),
            classes: spec.classes.clone(),
            stationary: spec
                .stationary
                .as_ref()
                .map(StationaryFilter::new)
                .transpose()?,
            stationary_spec: spec.stationary,
            epoch: 0,
            last_ns: i64::MIN,
            keep_motions: spec.keep_motions,
            keep_detections: spec.keep_detections,
            size,
            wall_clock_ns: None,
            info,
        })
    }

    /// Takes what comes behind the detector from `spec` from now on; see [`Engine::change`](crate::Engine::change).
    pub(crate) fn change(
        &mut self,
        spec: &StreamSpec,
        afresh: bool,
        facts: &mut Vec<Fact>,
    ) -> Result<(), EngineError> {
        let fresh = Self::new(spec, self.info.clone())?;
        let other_tracker = spec.tracker != *self.tracker.spec();
        if afresh || other_tracker {
            self.scene.finish(facts);
        }
        self.scene
            .reload(&spec.scene, facts)
            .map_err(EngineError::Scene)?;
        if other_tracker {
            self.tracker.set_spec(spec.tracker)?;
        }
        if spec.stationary != self.stationary_spec {
            self.stationary = fresh.stationary;
            self.stationary_spec = spec.stationary;
        }
        self.classes.clone_from(&spec.classes);
        self.keep_motions = spec.keep_motions;
        Ok(())
    }

    /// Returns the time of day of a moment near the latest frame, nanoseconds since 1970, of a camera.
    pub(crate) fn time_of_day_ns(&self, pts_ns: i64) -> Option<i64> {
        Some(pts_ns.saturating_add(self.wall_clock_ns?))
    }

    /// Returns how the visible tracks move after a frame, if that is kept.
    pub(crate) fn motions(&self) -> Option<Vec<TrackMotion>> {
        self.keep_motions.then(|| {
            let mut motions = Vec::new();
            self.scene.motions(self.tracker.visible(), &mut motions);
            motions
        })
    }

    /// Returns what the detector found, if that is kept.
    pub(crate) fn kept_detections(&self) -> Option<Detections> {
        self.keep_detections.then(|| self.detections.clone())
    }

    /// Takes the frame's detections through tracker and rules.
    pub(crate) fn advance(
        &mut self,
        tag: &FrameTag,
        facts: &mut Vec<Fact>,
    ) -> Result<(), EngineError> {
        (self.info.width, self.info.height) = (tag.width, tag.height);
        let captured_at_ns = tag.captured_at_ns;
        self.wall_clock_ns = captured_at_ns.map(|at_ns| at_ns.saturating_sub(tag.pts_ns));
        if (tag.width, tag.height) != self.size {
            // Tracks are in pixels of the old size: only counts can be carried over.
            let size = (tag.width, tag.height);
            let scene = Scene::new(self.scene.spec(), size.0, size.1);
            let mut scene = scene.map_err(EngineError::Scene)?;
            self.scene.finish(facts);
            scene.count_on(&self.scene.counts());
            self.scene = scene;
            self.tracker.reset();
            if let Some(stationary) = &mut self.stationary {
                stationary.reset();
            }
            self.size = size;
        }
        // A source's times grow within an epoch; what a recording says of them may be anything.
        if tag.epoch != self.epoch || tag.pts_ns < self.last_ns {
            self.epoch = tag.epoch;
            self.tracker.reset();
        }
        self.last_ns = tag.pts_ns;
        self.leave_out(tag.pts_ns);
        self.tracker.update(&self.detections, tag.pts_ns)?;
        self.scene.update(
            tag.epoch,
            tag.pts_ns,
            self.tracker.visible(),
            self.tracker.removed(),
            facts,
        );
        Ok(())
    }

    /// Removes the detections that this stream's tracker is not to see.
    fn leave_out(&mut self, pts_ns: i64) {
        if let Some(classes) = &self.classes {
            self.detections.retain(|_, class| classes.contains(&class));
        }
        if let Some(stationary) = &mut self.stationary {
            stationary.apply(pts_ns, &mut self.detections);
        }
    }
}
