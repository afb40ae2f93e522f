//! Streams without sources: frames that were recorded go through tracker and rules again.

use sightline_detections::Detections;
use sightline_frames::Placement;
use sightline_ground::GroundPlane;
use sightline_video::StreamInfo;
use sightline_zones::Scene;

use crate::EngineError;
use crate::batch::FrameTag;
use crate::step::Step;
use crate::stream::{Stream, StreamSpec};

/// A frame as it was recorded.
#[derive(Clone, Debug)]
pub struct RecordedFrame {
    /// Position of the stream in the replay.
    pub stream: usize,
    /// Number of the frame in its source.
    pub index: u64,
    /// Increases at each discontinuity of the source's clock.
    pub epoch: u32,
    /// Presentation time within the epoch, nanoseconds.
    pub pts_ns: i64,
    /// Time of day at which a camera took the picture, nanoseconds since 1970; `None` of a file.
    pub captured_at_ns: Option<i64>,
    /// Upright width in pixels.
    pub width: u32,
    /// Upright height in pixels.
    pub height: u32,
    /// What the detector found.
    pub detections: Detections,
}

impl RecordedFrame {
    fn tag(&self) -> FrameTag {
        FrameTag {
            stream: self.stream,
            index: self.index,
            epoch: self.epoch,
            pts_ns: self.pts_ns,
            captured_at_ns: self.captured_at_ns,
            width: self.width,
            height: self.height,
            // Boxes are in source pixels already, and there is no picture.
            placement: Placement {
                scale: [1.0; 2],
                offset: [0.0; 2],
                source: [self.width, self.height],
            },
        }
    }
}

/// Several streams on their way from recorded detections to facts: what [`Engine`](crate::Engine) is to sources.
#[derive(Debug)]
pub struct Replay {
    /// Each with whether it goes on.
    streams: Vec<(Stream, bool)>,
}

impl Replay {
    /// Prepares the streams; of each spec the source is not used, and nothing is opened.
    ///
    /// # Errors
    /// When a scene or tracker is at fault, with the stream's position.
    pub fn new(specs: &[(StreamSpec, StreamInfo)]) -> Result<Self, (usize, EngineError)> {
        let made = |(position, (spec, info)): (usize, &(StreamSpec, StreamInfo))| {
            let stream = Stream::new(spec, info.clone());
            Ok((stream.map_err(|error| (position, error))?, true))
        };
        let streams = specs.iter().enumerate().map(made);
        Ok(Self {
            streams: streams.collect::<Result<_, _>>()?,
        })
    }

    /// Returns what was known of a stream's video.
    pub fn info(&self, stream: usize) -> Option<&StreamInfo> {
        self.streams.get(stream).map(|(stream, _)| &stream.info)
    }

    /// Returns a stream's rules with their counts.
    pub fn scene(&self, stream: usize) -> Option<&Scene> {
        self.streams.get(stream).map(|(stream, _)| &stream.scene)
    }

    /// Says where the ground of a stream's scene is that was to be found later; see [`Scene::set_ground`].
    ///
    /// # Errors
    /// When there is no such stream, or its scene's ground is not to be found later.
    pub fn set_ground(&mut self, stream: usize, plane: GroundPlane) -> Result<(), EngineError> {
        let (stream, _) = self.stream(stream)?;
        let set = stream.scene.set_ground(plane);
        set.map_err(|fault| EngineError::Scene(vec![fault]))
    }

    /// Takes frames through tracking and rules, then ends the streams of `ended`, as they were recorded.
    ///
    /// # Errors
    /// When there is no such stream, or a frame's size or time is none.
    pub fn advance(
        &mut self,
        frames: Vec<RecordedFrame>,
        ended: &[usize],
    ) -> Result<Step, EngineError> {
        let mut step = Step::default();
        for (image, frame) in frames.into_iter().enumerate() {
            let tag = frame.tag();
            let (stream, _) = self.stream(frame.stream)?;
            stream.detections = frame.detections;
            step.see(image, &tag, stream)?;
        }
        for &position in ended {
            let (stream, goes_on) = self.stream(position)?;
            *goes_on = false;
            step.end(position, stream);
        }
        Ok(step)
    }

    /// Ends every stream that goes on; rules close what is open.
    pub fn stop(&mut self) -> Step {
        let mut step = Step::default();
        for (position, (stream, goes_on)) in self.streams.iter_mut().enumerate() {
            if std::mem::take(goes_on) {
                step.end(position, stream);
            }
        }
        step
    }

    fn stream(&mut self, position: usize) -> Result<(&mut Stream, &mut bool), EngineError> {
        match self.streams.get_mut(position) {
            Some((stream, goes_on)) => Ok((stream, goes_on)),
            None => Err(EngineError::Order(format!("there is no stream {position}"))),
        }
    }
}
