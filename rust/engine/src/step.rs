//! What comes of one batch: facts, tracks, and how these move.

use sightline_detections::Detections;
use sightline_tracks::Track;
use sightline_zones::{Fact, TrackMotion};

use crate::batch::FrameTag;
use crate::engine::EngineError;
use crate::stream::Stream;

/// A fact with the stream that it happened on.
#[derive(Clone, Debug, PartialEq)]
pub struct StreamFact {
    /// Number of the stream.
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
    /// What the detector found in each image, before anything of it is left out, of the images whose stream keeps that.
    pub detections: Vec<Option<Detections>>,
}

impl Step {
    /// Takes the detections that `stream` has of one image through its tracker and rules.
    pub(crate) fn see(
        &mut self,
        image: usize,
        tag: &FrameTag,
        stream: &mut Stream,
    ) -> Result<(), EngineError> {
        let mut facts = Vec::new();
        self.detections.push(stream.kept_detections());
        stream.advance(tag, &mut facts)?;
        self.tracks.push(stream.tracker.visible().to_vec());
        self.motions.push(stream.motions());
        self.take((tag.stream, Some(image)), stream, &mut facts);
        Ok(())
    }

    /// Closes what the rules of a stream have open.
    pub(crate) fn end(&mut self, position: usize, stream: &mut Stream) {
        let mut facts = Vec::new();
        stream.scene.finish(&mut facts);
        self.take((position, None), stream, &mut facts);
    }

    /// Takes the facts of a stream, by its position, that a frame or its end brought.
    pub(crate) fn take(
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
