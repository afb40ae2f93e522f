//! The published tracker written down plainly: full matrices, all pairs, lists that only grow.
//!
//! It shares no code and no shortcut with the crate, so that agreement means something.

mod matching;
mod matrix;

use matching::cheapest_matching;
use matrix::{Matrix, diagonal, identity, inverse, minus, plus, times, transposed};

/// A detection: x1, y1, x2, y2 in pixels and its confidence.
pub(crate) type Detection = ([f64; 4], f32);

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Tracked,
    Lost,
    Removed,
}

struct Track {
    mean: Matrix,
    covariance: Matrix,
    state: State,
    activated: bool,
    frame: u32,
    start: u32,
}

/// What happened to tracks in one frame.
#[derive(Default)]
struct Moved {
    activated: Vec<usize>,
    refound: Vec<usize>,
    newly_lost: Vec<usize>,
    removed: Vec<usize>,
}

/// The tracker; tracks are numbered from 0 inside and from 1 outside.
pub(crate) struct Reference {
    pub(crate) track_thresh: f32,
    pub(crate) det_thresh: f32,
    pub(crate) match_thresh: f64,
    pub(crate) max_time_lost: u32,
    pub(crate) fuse_score: bool,
    frame: u32,
    all: Vec<Track>,
    tracked: Vec<usize>,
    lost: Vec<usize>,
    removed: Vec<usize>,
}

impl Reference {
    pub(crate) fn new(
        track_thresh: f32,
        det_thresh: f32,
        match_thresh: f64,
        max_time_lost: u32,
        fuse_score: bool,
    ) -> Self {
        Self {
            track_thresh,
            det_thresh,
            match_thresh,
            max_time_lost,
            fuse_score,
            frame: 0,
            all: Vec::new(),
            tracked: Vec::new(),
            lost: Vec::new(),
            removed: Vec::new(),
        }
    }

    /// Takes one frame and returns the visible tracks: id from 1 and box.
    pub(crate) fn update(&mut self, detections: &[Detection]) -> Vec<(u64, [f64; 4])> {
        self.frame += 1;
        let mut moved = Moved::default();
        let is_high = |d: &&Detection| d.1 > self.track_thresh;
        let is_low = |d: &&Detection| d.1 > 0.1 && d.1 < self.track_thresh;
        let high: Vec<Detection> = detections.iter().filter(is_high).copied().collect();
        let low: Vec<Detection> = detections.iter().filter(is_low).copied().collect();
        let (confirmed, unconfirmed): (Vec<usize>, Vec<usize>) =
            self.tracked.iter().partition(|&&t| self.all[t].activated);
        let pool = [confirmed, self.lost.clone()].concat();
        for &t in &pool {
            self.all[t].predict();
        }
        let (rest, left) = self.first_stage(&pool, &high, &mut moved);
        self.second_stage(&rest, &low, &mut moved);
        let left = self.third_stage(&unconfirmed, &left, &mut moved);
        for detection in left {
            if detection.1 >= self.det_thresh {
                self.all.push(Track::start(&detection.0, self.frame));
                moved.activated.push(self.all.len() - 1);
            }
        }
        self.update_lists(moved);
        self.drop_duplicates();
        let visible = self.tracked.iter().filter(|&&t| self.all[t].activated);
        visible
            .map(|&t| (t as u64 + 1, self.all[t].xyxy()))
            .collect()
    }

    /// Returns the seen tracks and the detections that are left over.
    fn first_stage(
        &mut self,
        pool: &[usize],
        high: &[Detection],
        moved: &mut Moved,
    ) -> (Vec<usize>, Vec<Detection>) {
        let matches = self.assign(pool, high, self.match_thresh, self.fuse_score);
        let mut rest = vec![];
        for (row, &t) in pool.iter().enumerate() {
            let was_tracked = self.all[t].state == State::Tracked;
            if let Some(column) = matches[row] {
                self.see(t, high[column]);
                let list = if was_tracked {
                    &mut moved.activated
                } else {
                    &mut moved.refound
                };
                list.push(t);
            } else if was_tracked {
                rest.push(t);
            }
        }
        (rest, left_over(&matches, high))
    }

    fn second_stage(&mut self, rest: &[usize], low: &[Detection], moved: &mut Moved) {
        let matches = self.assign(rest, low, 0.5, false);
        for (row, &t) in rest.iter().enumerate() {
            if let Some(column) = matches[row] {
                self.see(t, low[column]);
                moved.activated.push(t);
            } else {
                self.all[t].state = State::Lost;
                moved.newly_lost.push(t);
            }
        }
    }

    fn third_stage(
        &mut self,
        unconfirmed: &[usize],
        left: &[Detection],
        moved: &mut Moved,
    ) -> Vec<Detection> {
        let matches = self.assign(unconfirmed, left, 0.7, self.fuse_score);
        for (row, &t) in unconfirmed.iter().enumerate() {
            if let Some(column) = matches[row] {
                self.see(t, left[column]);
                moved.activated.push(t);
            } else {
                self.all[t].state = State::Removed;
                moved.removed.push(t);
            }
        }
        left_over(&matches, left)
    }

    fn update_lists(&mut self, mut moved: Moved) {
        for &t in &self.lost {
            if self.frame - self.all[t].frame > self.max_time_lost {
                self.all[t].state = State::Removed;
                moved.removed.push(t);
            }
        }
        self.tracked
            .retain(|&t| self.all[t].state == State::Tracked);
        for t in moved.activated.into_iter().chain(moved.refound) {
            if !self.tracked.contains(&t) {
                self.tracked.push(t);
            }
        }
        self.lost.retain(|t| !self.tracked.contains(t));
        self.lost.extend(moved.newly_lost);
        self.lost.retain(|t| !self.removed.contains(t));
        self.removed.extend(moved.removed);
    }

    fn see(&mut self, track: usize, detection: Detection) {
        let track = &mut self.all[track];
        track.correct(&detection.0);
        track.frame = self.frame;
        track.state = State::Tracked;
        track.activated = true;
    }

    fn assign(
        &self,
        tracks: &[usize],
        detections: &[Detection],
        limit: f64,
        fused: bool,
    ) -> Vec<Option<usize>> {
        let cost = |&track: &usize| {
            let boxed = self.all[track].xyxy();
            let one = |&(xyxy, confidence): &Detection| {
                let distance = 1.0 - iou(&boxed, &xyxy);
                if fused {
                    1.0 - (1.0 - distance) * f64::from(confidence)
                } else {
                    distance
                }
            };
            detections.iter().map(one).collect()
        };
        cheapest_matching(&tracks.iter().map(cost).collect::<Matrix>(), limit)
    }

    fn drop_duplicates(&mut self) {
        let (mut dropped_tracked, mut dropped_lost) = (vec![], vec![]);
        for &t in &self.tracked {
            for &l in &self.lost {
                let (a, b) = (&self.all[t], &self.all[l]);
                if 1.0 - iou(&a.xyxy(), &b.xyxy()) < 0.15 {
                    if a.frame - a.start > b.frame - b.start {
                        dropped_lost.push(l);
                    } else {
                        dropped_tracked.push(t);
                    }
                }
            }
        }
        self.tracked.retain(|t| !dropped_tracked.contains(t));
        self.lost.retain(|l| !dropped_lost.contains(l));
    }
}

impl Track {
    fn start(xyxy: &[f64; 4], frame: u32) -> Self {
        let measured = measure(xyxy);
        let (p, v) = (2.0 * measured[3] / 20.0, 10.0 * measured[3] / 160.0);
        Self {
            mean: transposed(&[[measured, [0.0; 4]].concat()]),
            covariance: diagonal(&[p, p, 1e-2, p, v, v, 1e-5, v].map(|std| std * std)),
            state: State::Tracked,
            activated: frame == 1,
            frame,
            start: frame,
        }
    }

    fn predict(&mut self) {
        if self.state != State::Tracked {
            self.mean[7][0] = 0.0;
        }
        let h = self.mean[3][0];
        let (p, v) = (h / 20.0, h / 160.0);
        let noise = diagonal(&[p, p, 1e-2, p, v, v, 1e-5, v].map(|std| std * std));
        let mut motion = identity(8);
        for axis in 0..4 {
            motion[axis][axis + 4] = 1.0;
        }
        self.mean = times(&motion, &self.mean);
        self.covariance = plus(
            &times(&times(&motion, &self.covariance), &transposed(&motion)),
            &noise,
        );
    }

    fn correct(&mut self, xyxy: &[f64; 4]) {
        let p = self.mean[3][0] / 20.0;
        let noise = diagonal(&[p, p, 1e-1, p].map(|std| std * std));
        let seen: Matrix = identity(8)[..4].to_vec();
        let cross = times(&self.covariance, &transposed(&seen));
        let total = plus(&times(&seen, &cross), &noise);
        let gain = times(&cross, &inverse(&total));
        let error = minus(
            &transposed(&[measure(xyxy).to_vec()]),
            &times(&seen, &self.mean),
        );
        self.mean = plus(&self.mean, &times(&gain, &error));
        self.covariance = minus(
            &self.covariance,
            &times(&times(&gain, &total), &transposed(&gain)),
        );
    }

    fn xyxy(&self) -> [f64; 4] {
        let [x, y, a, h] = [0, 1, 2, 3].map(|axis: usize| self.mean[axis][0]);
        let (left, top) = (x - a * h / 2.0, y - h / 2.0);
        [left, top, a * h + left, h + top]
    }
}

fn measure(xyxy: &[f64; 4]) -> [f64; 4] {
    let (w, h) = (xyxy[2] - xyxy[0], xyxy[3] - xyxy[1]);
    [xyxy[0] + w / 2.0, xyxy[1] + h / 2.0, w / h, h]
}

fn iou(a: &[f64; 4], b: &[f64; 4]) -> f64 {
    let side = |low: usize, high: usize| (a[high].min(b[high]) - a[low].max(b[low]) + 1.0).max(0.0);
    let area = |c: &[f64; 4]| (c[2] - c[0] + 1.0) * (c[3] - c[1] + 1.0);
    let inter = side(0, 2) * side(1, 3);
    if inter > 0.0 {
        inter / (area(a) + area(b) - inter)
    } else {
        0.0
    }
}

fn left_over(matches: &[Option<usize>], detections: &[Detection]) -> Vec<Detection> {
    let is_left = |column: &usize| !matches.contains(&Some(*column));
    (0..detections.len())
        .filter(is_left)
        .map(|column| detections[column])
        .collect()
}
