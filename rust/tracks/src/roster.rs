//! The living tracks of one tracker and how they move between being seen, lost and gone.

use crate::association::{Candidate, Compared};
use crate::iou::PIXEL;
use crate::kalman::{Kalman, Shape};
use crate::sweep::{Row, Sweep};
use crate::{CameraMotion, LostAfter, Mode, Options};

/// Overlap distance below which a seen and a lost track are taken for the same object.
const DUPLICATE_LIMIT: f64 = 0.15;

/// The frame being worked on.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Now {
    /// Calls of `update` in this epoch; the first is 1.
    pub(crate) frame: u64,
    /// Media time in nanoseconds.
    pub(crate) pts_ns: i64,
}

/// How far the tracks go from one frame to the next.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pace {
    /// Steps of the filter.
    pub(crate) step: f64,
    /// Share of its velocity that a lost track keeps.
    pub(crate) keeps: f64,
}

/// Where a track stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    /// Seen in the newest frame.
    Tracked,
    /// Not seen, may come back.
    Lost,
    /// Given up: a new track at its first miss, and in the parity modes a lost track before it is gone.
    Removed,
}

/// One track.
#[derive(Clone, Debug)]
pub(crate) struct Record {
    pub(crate) id: u64,
    pub(crate) state: State,
    /// Whether it was ever visible: matched once after its start, or started in the first frame.
    pub(crate) is_confirmed: bool,
    /// Parity modes: given up in an earlier frame, so that the list of lost tracks does not take it in any more.
    pub(crate) is_condemned: bool,
    is_duplicate: bool,
    filter: Kalman,
    /// The filter when it was last matched; kept for the observation-centric re-update only.
    seen_filter: Kalman,
    /// The filter's box, x1, y1, x2, y2 in source pixels.
    pub(crate) xyxy: [f64; 4],
    /// The detection that was matched last.
    pub(crate) seen: Candidate,
    pub(crate) seen_at: Now,
    pub(crate) started_at: Now,
}

impl Record {
    pub(crate) fn new(id: u64, shape: Shape, seen: Candidate, now: Now) -> Self {
        let filter = Kalman::new(shape, &seen.xyxy);
        Self {
            id,
            state: State::Tracked,
            is_confirmed: now.frame == 1,
            is_condemned: false,
            is_duplicate: false,
            xyxy: filter.xyxy(),
            filter,
            seen_filter: filter,
            seen,
            seen_at: now,
            started_at: now,
        }
    }

    /// Returns what is compared with detections.
    pub(crate) fn compared(&self, options: &Options) -> Compared {
        Compared {
            xyxy: self.xyxy,
            class_id: self.seen.class_id,
            slack: options.slack(&self.xyxy, &self.filter),
        }
    }

    /// Moves the box on.
    pub(crate) fn predict(&mut self, mode: Mode, pace: Pace) {
        if self.state != State::Tracked {
            self.filter.freeze_size();
            if pace.keeps < 1.0 {
                self.filter.slow_down(pace.keeps);
            }
        }
        self.filter.predict(pace.step);
        if mode.compares_predicted_boxes() {
            self.xyxy = self.filter.xyxy();
        }
    }

    /// Takes the detection that was matched with this track.
    pub(crate) fn see(&mut self, detection: Candidate, now: Now, options: &Options) {
        let missed = now.frame - self.seen_at.frame;
        let spread = options.spread(detection.confidence);
        if options.observation_centric && missed > 1 {
            let passed_ns = now.pts_ns - self.seen_at.pts_ns;
            let step = match options.frame_ns {
                Some(_) => options.step(passed_ns) / missed as f64,
                None => 1.0,
            };
            self.filter = self.seen_filter;
            self.filter
                .walk(&self.seen.xyxy, &detection.xyxy, missed, (step, spread));
        } else {
            self.filter.update(&detection.xyxy, spread);
        }
        if options.observation_centric {
            self.seen_filter = self.filter;
        }
        self.xyxy = self.filter.xyxy();
        self.state = State::Tracked;
        self.is_confirmed = true;
        self.seen = detection;
        self.seen_at = now;
    }

    /// Follows the picture where the camera moved it.
    pub(crate) fn move_by(&mut self, motion: &CameraMotion) {
        self.filter.move_by(motion);
        self.seen_filter.move_by(motion);
        self.seen.xyxy = motion.moved(self.seen.xyxy);
        self.xyxy = motion.moved(self.xyxy);
    }

    /// Returns the frames from its start to its last match.
    pub(crate) fn age(&self) -> u64 {
        self.seen_at.frame - self.started_at.frame
    }

    fn is_expired(&self, lost_after: LostAfter, now: Now) -> bool {
        match lost_after {
            LostAfter::Frames(frames) => now.frame - self.seen_at.frame > u64::from(frames),
            LostAfter::Time(ns) => now.pts_ns.saturating_sub(self.seen_at.pts_ns) > ns,
        }
    }
}

/// A track's place in the roster while a frame's stages run.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Seat {
    Tracked(usize),
    Lost(usize),
}

/// The two lists of living tracks. Their order shows in the output and decides between equal costs.
#[derive(Clone, Debug, Default)]
pub(crate) struct Roster {
    pub(crate) tracked: Vec<Record>,
    pub(crate) lost: Vec<Record>,
    newly_lost: Vec<Record>,
    tracked_boxes: Vec<Row>,
    lost_boxes: Vec<[f64; 4]>,
    sweep: Sweep,
}

impl Roster {
    pub(crate) fn get(&self, seat: Seat) -> &Record {
        match seat {
            Seat::Tracked(index) => &self.tracked[index],
            Seat::Lost(index) => &self.lost[index],
        }
    }

    pub(crate) fn get_mut(&mut self, seat: Seat) -> &mut Record {
        match seat {
            Seat::Tracked(index) => &mut self.tracked[index],
            Seat::Lost(index) => &mut self.lost[index],
        }
    }

    pub(crate) fn records(&self) -> impl Iterator<Item = &Record> {
        self.tracked.iter().chain(&self.lost)
    }

    /// Moves every track to the list of its state after the stages, takes in the new ones, and ends the expired.
    ///
    /// Appends the ids of the confirmed tracks that are gone to `removed`.
    pub(crate) fn settle(
        &mut self,
        born: &mut Vec<Record>,
        mode: Mode,
        lost_after: LostAfter,
        now: Now,
        removed: &mut Vec<u64>,
    ) {
        if mode.keeps_expired_for_a_frame() {
            for record in &mut self.lost {
                if record.is_expired(lost_after, now) {
                    record.state = State::Removed;
                }
            }
        }
        self.newly_lost.extend(
            self.tracked
                .extract_if(.., |record| record.state == State::Lost),
        );
        self.tracked.retain(|record| record.state == State::Tracked);
        self.tracked.append(born);
        self.tracked.extend(
            self.lost
                .extract_if(.., |record| record.state == State::Tracked),
        );
        self.lost.append(&mut self.newly_lost);
        self.lost.retain_mut(|record| {
            let is_gone = if mode.keeps_expired_for_a_frame() {
                std::mem::replace(&mut record.is_condemned, record.state == State::Removed)
            } else {
                record.is_expired(lost_after, now)
            };
            if is_gone {
                removed.push(record.id);
            }
            !is_gone
        });
        if mode.sorts_lost_by_id() {
            self.lost.sort_unstable_by_key(|record| record.id);
        }
    }

    /// Drops, of each seen and lost track in the same place, the one that was followed for less long; the seen one if
    /// equal. All pairs are judged before any is dropped.
    pub(crate) fn drop_duplicates(&mut self, removed: &mut Vec<u64>) {
        let Self {
            tracked,
            lost,
            tracked_boxes,
            lost_boxes,
            sweep,
            ..
        } = self;
        if lost.is_empty() {
            return;
        }
        tracked_boxes.clear();
        tracked_boxes.extend(tracked.iter().map(|record| Row {
            xyxy: record.xyxy,
            slack: PIXEL,
        }));
        lost_boxes.clear();
        lost_boxes.extend(lost.iter().map(|record| record.xyxy));
        sweep.overlaps(tracked_boxes, lost_boxes, |row, column, overlap| {
            if 1.0 - overlap < DUPLICATE_LIMIT {
                let (seen, lost) = (&mut tracked[row], &mut lost[column]);
                let younger = if seen.age() > lost.age() { lost } else { seen };
                younger.is_duplicate = true;
            }
        });
        for list in [tracked, lost] {
            let gone = list.extract_if(.., |record| record.is_duplicate);
            removed.extend(
                gone.filter(|record| record.is_confirmed)
                    .map(|record| record.id),
            );
        }
    }
}
