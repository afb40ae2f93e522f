//! Streams that are added, changed and removed while others go on.

use sightline_video::{Health, Source, StreamInfo, VideoError};
use sightline_zones::Counts;

use super::{Engine, EngineError, Slot, unknown};
use crate::step::Step;
use crate::stream::{Stream, StreamSpec};
use crate::worker::Worker;

impl Engine {
    /// Says whether streams can be watched: scenes, trackers and filters, not whether their sources are there.
    ///
    /// # Errors
    /// What is at fault first, with the stream's position.
    pub fn check(specs: &[StreamSpec]) -> Result<(), (usize, EngineError)> {
        for (position, spec) in specs.iter().enumerate() {
            Stream::new(spec, StreamInfo::default()).map_err(|error| (position, error))?;
        }
        Ok(())
    }

    /// Opens one more source, starts its thread, and returns its number. What the other streams are at goes on. A source that
    /// cannot be opened has ended with the reason, which the next batch tells.
    ///
    /// # Errors
    /// When its scene, tracker or filter is at fault; nothing has changed then.
    pub fn add(&mut self, spec: &StreamSpec) -> Result<usize, EngineError> {
        match Source::open(&spec.uri, &spec.open) {
            Ok(source) => self.run(spec, source),
            Err(error) => self.fail(spec, &error),
        }
    }

    /// Starts a stream's thread and returns its number.
    pub(super) fn run(&mut self, spec: &StreamSpec, source: Source) -> Result<usize, EngineError> {
        let stream = Stream::new(spec, source.info().clone())?;
        let (health, live) = (source.health(), source.is_live());
        let tensor = self.spec.tensor.clone();
        self.post.open(self.next);
        let worker = Worker::start(self.next, source, tensor, &self.post, spec)
            .inspect_err(|_| self.post.close(self.next))?;
        let slot = Slot {
            stream,
            health,
            live,
            paced: spec.paced,
            worker: Some(worker),
        };
        Ok(self.insert(slot))
    }

    /// Takes a stream in that has ended already.
    fn fail(&mut self, spec: &StreamSpec, error: &VideoError) -> Result<usize, EngineError> {
        let stream = Stream::new(spec, StreamInfo::default())?;
        self.post.open(self.next);
        let worker = Worker::gone(self.next, &self.post, error.to_string());
        let slot = Slot {
            stream,
            health: Health::default(),
            live: false,
            paced: false,
            worker: Some(worker),
        };
        Ok(self.insert(slot))
    }

    fn insert(&mut self, slot: Slot) -> usize {
        let number = self.next;
        self.next += 1;
        self.slots.insert(number, slot);
        number
    }

    /// Lets batches hold so many images at most from now on.
    pub fn set_batch(&mut self, most: usize) {
        self.spec.batch = most;
    }

    /// Ends a stream and forgets it; its rules close what is open. What the other streams are at goes on, and nobody waits for
    /// a camera that is slow to say goodbye.
    pub fn remove(&mut self, stream: usize) -> Step {
        let mut step = Step::default();
        let Some(mut slot) = self.slots.remove(&stream) else {
            return step;
        };
        self.pending.retain(|frame| frame.tag.stream != stream);
        self.leaving.retain(|worker| !worker.is_finished());
        if let Some(mut worker) = slot.worker.take() {
            worker.stop();
            self.leaving.push(worker);
        }
        step.end(stream, &mut slot.stream);
        step
    }

    /// Watches for something else in a stream from its next frame on: of `spec` what comes behind the detector, so
    /// classes, what is left out, scene, tracker, and whether motions are told. Rules that are unchanged keep their counts and
    /// what they know of people; everybody leaves the others, with facts that number rules as before the change. With
    /// `afresh`, and where the tracker changes, everybody leaves, and unchanged rules keep their counts.
    ///
    /// # Errors
    /// When there is no such stream, or the scene or a setting is at fault; nothing has changed then.
    pub fn change(
        &mut self,
        stream: usize,
        spec: &StreamSpec,
        afresh: bool,
    ) -> Result<Step, EngineError> {
        let (mut step, mut facts) = (Step::default(), Vec::new());
        let slot = self.slots.get_mut(&stream).ok_or_else(|| unknown(stream))?;
        slot.stream.change(spec, afresh, &mut facts)?;
        step.take((stream, None), &slot.stream, &mut facts);
        Ok(step)
    }

    /// Lets a stream's rules count on from what was counted elsewhere; see [`Scene::count_on`](sightline_zones::Scene::count_on).
    ///
    /// # Errors
    /// When there is no such stream.
    pub fn count_on(&mut self, stream: usize, counts: &Counts) -> Result<(), EngineError> {
        let slot = self.slots.get_mut(&stream).ok_or_else(|| unknown(stream))?;
        slot.stream.scene.count_on(counts);
        Ok(())
    }
}
