//! A queue: who has been in a zone for long enough to wait there, and how long those waited who left.

use crate::fact::{ExitReason, FactKind};
use crate::notes::Notes;
use crate::sighting::Moment;
use crate::summary::QueueSummary;
use crate::tally::QueueTally;
use crate::watch::Part;

/// The queue of a zone.
#[derive(Debug)]
pub(crate) struct Queue {
    /// Time inside after which somebody waits.
    after_ns: i64,
    /// Wait that is too long.
    limit_ns: Option<i64>,
    /// When those entered who wait now, with their identity, in this order.
    waiting: Vec<(i64, u64)>,
    /// The length that was last handed out.
    reported: u32,
    /// Waits of those who left, all and in this interval.
    all: Waits,
    interval: Waits,
    /// Greatest length after a frame in this interval.
    longest: u32,
}

/// What is known of one track.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Waiting {
    /// Whether it counts as waiting.
    waits: bool,
    /// Whether it was handed out that it waits for too long.
    exceeded: bool,
}

/// Waits that are over.
#[derive(Clone, Copy, Debug, Default)]
struct Waits {
    left: u64,
    sum_ns: i128,
    max_ns: i64,
}

impl Waits {
    fn add(&mut self, wait_ns: i64) {
        self.left += 1;
        self.sum_ns += i128::from(wait_ns);
        self.max_ns = self.max_ns.max(wait_ns);
    }

    /// Returns the mean, 0 for none.
    #[expect(
        clippy::cast_possible_truncation,
        reason = "a mean of numbers of 64 bits"
    )]
    fn mean_ns(&self) -> i64 {
        (self.sum_ns / i128::from(self.left.max(1))) as i64
    }
}

impl Queue {
    pub(crate) fn new(after_ns: i64, limit_ns: Option<i64>) -> Self {
        Self {
            after_ns,
            limit_ns,
            waiting: Vec::new(),
            reported: 0,
            all: Waits::default(),
            interval: Waits::default(),
            longest: 0,
        }
    }

    /// Lets somebody wait who has been inside for long enough, and reports, once a stay, a wait that is too long.
    pub(crate) fn follow(&mut self, known: &mut Waiting, part: &Part, notes: &mut Notes) {
        if !known.waits && part.after(self.after_ns).is_some() {
            known.waits = true;
            let entry = part.entry();
            let place = self.waiting.partition_point(|&other| other < entry);
            self.waiting.insert(place, entry);
        }
        let Some(wait_ns) = self.limit_ns.filter(|_| !known.exceeded) else {
            return;
        };
        if let Some(moment) = part.after(wait_ns) {
            known.exceeded = true;
            let bridged_ns = part.unseen_until(&moment, wait_ns);
            let kind = FactKind::QueueWaitExceeded {
                wait_ns,
                bridged_ns,
            };
            part.note(kind, &moment, notes);
        }
    }

    /// Lets somebody go who waited.
    pub(crate) fn exit(
        &mut self,
        known: &mut Waiting,
        part: &Part,
        (moment, reason): (&Moment, ExitReason),
        notes: &mut Notes,
    ) {
        if !std::mem::take(known).waits {
            return;
        }
        if let Ok(place) = self.waiting.binary_search(&part.entry()) {
            self.waiting.remove(place);
        }
        let wait_ns = moment.pts_ns - part.entered_ns;
        self.all.add(wait_ns);
        self.interval.add(wait_ns);
        let kind = FactKind::QueueLeft {
            reason,
            wait_ns,
            bridged_ns: part.unseen_until(moment, wait_ns),
        };
        part.note(kind, moment, notes);
    }

    /// Hands out the length after a frame if it is another one than last time.
    pub(crate) fn report(&mut self, rule: u32, notes: &mut Notes) {
        let length = self.length();
        self.longest = self.longest.max(length);
        let previous = std::mem::replace(&mut self.reported, length);
        if previous != length {
            let kind = FactKind::QueueChanged {
                length,
                previous,
                longest_wait_ns: self.longest_wait_ns(notes.now_ns),
            };
            notes.add_of_rule(kind, rule, notes.now_ns);
        }
    }

    /// Starts counting up for the next summary.
    pub(crate) fn begin_interval(&mut self) {
        self.interval = Waits::default();
        self.longest = self.length();
    }

    pub(crate) fn summary(&self) -> QueueSummary {
        QueueSummary {
            longest: self.longest,
            left: self.interval.left,
            wait_mean_ns: self.interval.mean_ns(),
            wait_max_ns: self.interval.max_ns,
        }
    }

    pub(crate) fn tally(&self, now_ns: i64) -> QueueTally {
        QueueTally {
            length: self.length(),
            longest_wait_ns: self.longest_wait_ns(now_ns),
            left: self.all.left,
            wait_mean_ns: self.all.mean_ns(),
            wait_max_ns: self.all.max_ns,
        }
    }

    /// Adds the waits of those who left elsewhere.
    pub(crate) fn count_on(&mut self, other: &QueueTally) {
        self.all.left = self.all.left.saturating_add(other.left);
        let waited_ns = i128::from(other.wait_mean_ns).saturating_mul(i128::from(other.left));
        self.all.sum_ns = self.all.sum_ns.saturating_add(waited_ns);
        self.all.max_ns = self.all.max_ns.max(other.wait_max_ns);
    }

    /// Returns what is wrong with the queue of which the tracks say that so many wait, if anything is.
    pub(crate) fn fault(&self, waiting: u32) -> Option<String> {
        let (length, reported) = (self.length(), self.reported);
        if length != waiting || reported != waiting {
            return Some(format!(
                "{waiting} wait, {length} are in the queue, {reported} reported"
            ));
        }
        let in_order = self.waiting.is_sorted();
        (!in_order).then(|| "those who wait are out of order".to_owned())
    }

    #[expect(clippy::cast_possible_truncation, reason = "people in a zone")]
    fn length(&self) -> u32 {
        self.waiting.len() as u32
    }

    /// Returns how long the first one has waited, 0 when nobody waits.
    fn longest_wait_ns(&self, now_ns: i64) -> i64 {
        self.waiting
            .first()
            .map_or(0, |&(entered_ns, _)| now_ns - entered_ns)
    }
}

impl Waiting {
    pub(crate) fn is_in_queue(self) -> bool {
        self.waits
    }
}
