//! What must hold between two frames of a tracker; for tests.

use super::ByteTrack;
use crate::roster::State;

impl ByteTrack {
    /// Checks what must hold between two frames; for tests.
    ///
    /// # Errors
    /// A sentence that names the first promise that is broken.
    pub fn check_invariants(&self) -> Result<(), String> {
        let mut ids: Vec<u64> = self
            .roster
            .records()
            .map(|record| record.id)
            .chain(self.removed.iter().copied())
            .collect();
        ids.sort_unstable();
        if let Some((id, _)) = ids.iter().zip(ids.iter().skip(1)).find(|(a, b)| a == b) {
            return Err(format!("id {id} is in two places"));
        }
        if ids.first() == Some(&0) || ids.last().is_some_and(|&id| id > self.last_id) {
            return Err(format!(
                "ids {ids:?} were not given out: the last is {}",
                self.last_id
            ));
        }
        for record in &self.roster.tracked {
            if record.state != State::Tracked || record.seen_at.frame != self.now.frame {
                return Err(format!("track {} is listed as seen, but is not", record.id));
            }
        }
        for record in &self.roster.lost {
            if record.state == State::Tracked
                || !record.is_confirmed
                || record.seen_at.frame >= self.now.frame
            {
                return Err(format!("track {} is listed as lost, but is not", record.id));
            }
        }
        if let Some(record) = self
            .roster
            .records()
            .find(|record| !record.xyxy.iter().all(|x| x.is_finite()))
        {
            return Err(format!("track {} is nowhere: {:?}", record.id, record.xyxy));
        }
        let shown = self.visible.iter().map(|track| track.id);
        if !shown.eq(self
            .roster
            .tracked
            .iter()
            .filter(|record| record.is_confirmed)
            .map(|record| record.id))
        {
            return Err("visible tracks are not the confirmed ones that were seen".to_owned());
        }
        Ok(())
    }
}
