//! A file that starts again at its end.

use super::{Phase, Source};
use crate::error::VideoError;
use crate::open::open;

impl Source {
    /// Opens the file anew, behind what was played: it may have been replaced, and then a container that was left open
    /// would go on giving what is there no more.
    pub(super) fn restart(&mut self) -> Result<(), VideoError> {
        if !self.gave_its_frames() {
            return Err(VideoError::NoFrames {
                path: self.uri.clone(),
            });
        }
        let plays = self.stats.restarts + 1;
        let opened = open(&self.uri, &self.options, &self.interrupter);
        let opened = opened.map_err(|error| match error {
            VideoError::Interrupted => error,
            error => VideoError::Restart {
                plays,
                source: Box::new(error),
            },
        })?;
        self.timeline.restart(opened.ticks);
        if let Some(gate) = &mut self.gate {
            gate.go_on(self.timeline.epoch());
        }
        self.pictures.turn(opened.quarter_turns);
        self.input = opened.input;
        self.decoder = opened.decoder;
        self.stream = opened.stream;
        self.info = opened.info;
        self.warn(&opened.warnings);
        self.stats.restarts = plays;
        self.delivered_before = self.stats.frames_delivered;
        self.packet_ns = None;
        self.failures = 0;
        self.phase = Phase::Reading;
        Ok(())
    }

    /// Returns whether the play that ended gave a frame, or was too short for one to be due: without either, a file that
    /// starts again would do so for ever and give nothing.
    fn gave_its_frames(&self) -> bool {
        let nothing_due = || {
            let last = self.timeline.last_ns().zip(self.gate.as_ref());
            last.is_some_and(|(last_ns, gate)| gate.is_served(self.timeline.epoch(), last_ns))
        };
        self.stats.frames_delivered > self.delivered_before || nothing_due()
    }
}
