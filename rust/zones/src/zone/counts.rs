//! What a zone says after a frame: how many are in it, whether that is a crowd, and how many wait.

use super::Zone;
use crate::fact::FactKind;
use crate::notes::Notes;
use crate::queue::Queue;
use crate::summary::Crowd;

impl Zone {
    /// Hands out the count if it is another one than last time.
    pub(crate) fn report_count(&mut self, notes: &mut Notes) {
        let previous = std::mem::replace(&mut self.reported, self.tally.inside);
        let (count, now_ns, rule) = (self.reported, notes.now_ns, self.rule);
        if previous != count {
            let kind = FactKind::ZoneCountChanged { count, previous };
            notes.add_of_rule(kind, rule, now_ns);
            self.interval.count(count, now_ns);
        }
        match self
            .crowding
            .as_mut()
            .and_then(|crowding| crowding.judge(count, now_ns))
        {
            Some(Crowd::Formed(pts_ns)) => {
                notes.add_of_rule(FactKind::ZoneOvercrowded { count }, rule, pts_ns);
            }
            Some(Crowd::Gone(peak, lasted_ns)) => {
                let kind = FactKind::ZoneRelieved { peak, lasted_ns };
                notes.add_of_rule(kind, rule, now_ns);
            }
            None => {}
        }
        if let Some(queue) = self.queue_mut() {
            queue.report(rule, notes);
        }
    }

    pub(crate) fn queue(&self) -> Option<&Queue> {
        self.watch.as_ref().and_then(|watch| watch.queue.as_ref())
    }

    pub(crate) fn queue_mut(&mut self) -> Option<&mut Queue> {
        self.watch.as_mut().and_then(|watch| watch.queue.as_mut())
    }
}
