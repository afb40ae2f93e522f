//! A file that starts again at its end.

use super::Source;
use crate::error::VideoError;
use crate::open::{open_address, open_file};

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
        let opened = match &self.live {
            Some(live) => open_address(&live.address, &self.options, &self.interrupter),
            None => open_file(&self.uri, &self.options, &self.interrupter),
        };
        let opened = opened.map_err(|error| match error {
            VideoError::Interrupted => error,
            error => VideoError::Restart {
                plays,
                source: Box::new(error),
            },
        })?;
        self.timeline.restart(opened.ticks);
        self.go_on_with(opened);
        self.stats.restarts = plays;
        self.delivered_before = self.stats.frames_delivered;
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
