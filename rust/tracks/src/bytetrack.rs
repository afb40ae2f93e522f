//! The tracker: what happens to the detections of one frame, stage by stage.

mod invariants;

use sightline_detections::Detections;

use crate::association::{Association, Candidate};
use crate::roster::{Now, Pace, Record, Roster, Seat, State};
use crate::shift::{QUORUM, SharedShift, VOTING_AGE};
use crate::{ByteTrackSpec, CameraMotion, Track, TrackError};

/// Follows objects through the frames of one source.
///
/// High-confidence detections are matched first, to all tracks; low-confidence ones then keep the tracks that were
/// left without, which carries people through occlusion. A track is visible from its second match on, or at once in
/// the first frame. A track has the class of its last detection; classes are told apart only with
/// [`Options::per_class`](crate::Options::per_class).
///
/// Memory and time per frame depend on the number of living tracks only, not on how long the tracker has run.
///
/// ```
/// use sightline_detections::Detections;
/// use sightline_tracks::{ByteTrack, ByteTrackSpec};
///
/// let mut tracker = ByteTrack::new(ByteTrackSpec::default())?;
/// let mut detections = Detections::default();
/// for frame in 0_u8..3 {
///     let x = 100.0 + 4.0 * f32::from(frame);
///     detections.clear();
///     detections.push([x, 50.0, x + 40.0, 150.0], 0.9, 0);
///     tracker.update(&detections, i64::from(frame) * 100_000_000)?;
///     assert_eq!(tracker.visible()[0].id, 1);
/// }
/// # Ok::<(), sightline_tracks::TrackError>(())
/// ```
#[derive(Clone, Debug)]
pub struct ByteTrack {
    spec: ByteTrackSpec,
    now: Now,
    /// Id of the last track that was started.
    last_id: u64,
    /// Detections refused since the tracker was made.
    rejected: u64,
    roster: Roster,
    visible: Vec<Track>,
    removed: Vec<u64>,
    // Buffers of one frame, kept for their memory.
    high: Vec<Candidate>,
    low: Vec<Candidate>,
    left: Vec<Candidate>,
    pool: Vec<Seat>,
    rest: Vec<Seat>,
    unconfirmed: Vec<Seat>,
    born: Vec<Record>,
    association: Association,
    shift: SharedShift,
}

impl ByteTrack {
    /// Makes a tracker without tracks.
    ///
    /// # Errors
    /// [`TrackError::Spec`] where a field of the spec is out of range.
    pub fn new(spec: ByteTrackSpec) -> Result<Self, TrackError> {
        spec.validate()?;
        Ok(Self {
            spec,
            now: Now::default(),
            last_id: 0,
            rejected: 0,
            roster: Roster::default(),
            visible: Vec::new(),
            removed: Vec::new(),
            high: Vec::new(),
            low: Vec::new(),
            left: Vec::new(),
            pool: Vec::new(),
            rest: Vec::new(),
            unconfirmed: Vec::new(),
            born: Vec::new(),
            association: Association::new(spec.options),
            shift: SharedShift::default(),
        })
    }

    /// Returns what the tracker was made from.
    pub fn spec(&self) -> &ByteTrackSpec {
        &self.spec
    }

    /// Follows by other settings from now on: all tracks end, as in [`reset`](Self::reset), and ids go on.
    ///
    /// # Errors
    /// [`TrackError::Spec`] where a field of the spec is out of range; the tracker stays as it was then.
    pub fn set_spec(&mut self, spec: ByteTrackSpec) -> Result<(), TrackError> {
        spec.validate()?;
        self.reset();
        self.association = Association::new(spec.options);
        self.shift = SharedShift::default();
        self.spec = spec;
        Ok(())
    }

    /// Takes the detections of the next frame; every frame counts, those without detections too.
    ///
    /// `pts_ns` is the frame's media time in nanoseconds. Boxes that are not finite or have no area, and confidences
    /// that are not finite, are skipped and counted in [`rejected`](Self::rejected).
    ///
    /// # Errors
    /// [`TrackError::Columns`] where the columns differ in length, [`TrackError::TimeWentBack`] where `pts_ns` is
    /// below the last frame's. Either leaves the tracker as it was.
    pub fn update(&mut self, detections: &Detections, pts_ns: i64) -> Result<(), TrackError> {
        self.check(detections, pts_ns)?;
        let pace = self.spec.options.pace(pts_ns - self.now.pts_ns);
        self.now = Now {
            frame: self.now.frame + 1,
            pts_ns,
        };
        self.visible.clear();
        self.removed.clear();
        self.split(detections);
        self.seat(pace);
        self.match_pool_to_high();
        self.match_rest_to_low();
        self.match_unconfirmed_to_left();
        self.start_tracks();
        let (mode, lost_after) = (self.spec.mode, self.spec.lost_after);
        self.roster.settle(
            &mut self.born,
            mode,
            lost_after,
            self.now,
            &mut self.removed,
        );
        if mode.drops_duplicates() {
            self.roster.drop_duplicates(&mut self.removed);
        }
        self.show();
        Ok(())
    }

    /// Tells that the camera has moved since the last frame, before the next one is taken: every living track follows.
    pub fn move_camera(&mut self, motion: &CameraMotion) {
        let Roster { tracked, lost, .. } = &mut self.roster;
        for record in tracked.iter_mut().chain(lost) {
            record.move_by(motion);
        }
    }

    /// Returns the confirmed tracks that were matched in the last frame, in the order of the published tracker:
    /// as in the frame before, with those that are new or found again at the end.
    pub fn visible(&self) -> &[Track] {
        &self.visible
    }

    /// Returns the ids of the confirmed tracks that ended in the last [`update`](Self::update) or
    /// [`reset`](Self::reset), each id once in a tracker's life.
    pub fn removed(&self) -> &[u64] {
        &self.removed
    }

    /// Returns how many detections were refused since the tracker was made.
    pub fn rejected(&self) -> u64 {
        self.rejected
    }

    /// Ends all tracks, for a new epoch: time may start anywhere, and the next frame is a first frame again.
    ///
    /// Ids go on from where they were. The confirmed tracks that end are in [`removed`](Self::removed).
    pub fn reset(&mut self) {
        self.visible.clear();
        self.removed.clear();
        self.removed.extend(
            self.roster
                .records()
                .filter(|record| record.is_confirmed)
                .map(|record| record.id),
        );
        self.roster.tracked.clear();
        self.roster.lost.clear();
        self.now = Now::default();
    }

    fn check(&self, detections: &Detections, pts_ns: i64) -> Result<(), TrackError> {
        let Detections {
            xyxy,
            confidence,
            class_id,
        } = detections;
        if xyxy.len() != confidence.len() || xyxy.len() != class_id.len() {
            return Err(TrackError::Columns {
                xyxy: xyxy.len(),
                confidence: confidence.len(),
                class_id: class_id.len(),
            });
        }
        let previous_ns = self.now.pts_ns;
        if self.now.frame > 0 && pts_ns < previous_ns {
            return Err(TrackError::TimeWentBack {
                pts_ns,
                previous_ns,
            });
        }
        Ok(())
    }

    /// Sorts the detections into high and low, in the order they came, and refuses what would poison the filter.
    fn split(&mut self, detections: &Detections) {
        self.high.clear();
        self.low.clear();
        let threshold = self.spec.track_high_thresh;
        let columns = detections
            .xyxy
            .iter()
            .zip(&detections.confidence)
            .zip(&detections.class_id);
        for (row, ((xyxy, &confidence), &class_id)) in columns.enumerate() {
            let xyxy = xyxy.map(f64::from);
            let is_box =
                xyxy.iter().all(|x| x.is_finite()) && xyxy[2] > xyxy[0] && xyxy[3] > xyxy[1];
            if !is_box || !confidence.is_finite() {
                self.rejected += 1;
                continue;
            }
            let detection = Candidate {
                xyxy,
                confidence,
                class_id,
                row,
            };
            let is_high = if self.spec.mode.takes_equal_as_high() {
                confidence >= threshold
            } else {
                confidence > threshold
            };
            if is_high {
                self.high.push(detection);
            } else if confidence > self.spec.track_low_thresh && confidence < threshold {
                self.low.push(detection);
            }
        }
    }

    /// Lists who takes part in which stage and moves the boxes on: confirmed tracks first, then lost ones.
    fn seat(&mut self, pace: Pace) {
        let mode = self.spec.mode;
        self.pool.clear();
        self.unconfirmed.clear();
        for (index, record) in self.roster.tracked.iter_mut().enumerate() {
            let seats = if record.is_confirmed {
                &mut self.pool
            } else {
                &mut self.unconfirmed
            };
            seats.push(Seat::Tracked(index));
            if record.is_confirmed || mode.predicts_unconfirmed() {
                record.predict(mode, pace);
            }
        }
        for (index, record) in self.roster.lost.iter_mut().enumerate() {
            self.pool.push(Seat::Lost(index));
            record.predict(mode, pace);
        }
    }

    fn match_pool_to_high(&mut self) {
        self.pair_pool_with_high();
        if self.spec.options.shared_shift
            && let Some(shift) = self.find_shift()
        {
            self.move_camera(&CameraMotion::shift(shift));
            self.pair_pool_with_high();
        }
        self.rest.clear();
        for (row, &seat) in self.pool.iter().enumerate() {
            if let Some(index) = self.association.detection_of(row) {
                self.roster
                    .get_mut(seat)
                    .see(self.high[index], self.now, &self.spec.options);
            } else if matches!(seat, Seat::Tracked(_)) || self.spec.mode.finds_lost_by_low() {
                self.rest.push(seat);
            }
        }
        keep_left(&self.association, &self.high, &mut self.left);
    }

    fn pair_pool_with_high(&mut self) {
        let options = &self.spec.options;
        let tracks = self
            .pool
            .iter()
            .map(|&seat| self.roster.get(seat).compared(options));
        self.association.solve(
            tracks,
            &self.high,
            self.spec.match_thresh,
            self.spec.fuse_score,
        );
    }

    /// Returns the step that most tracks took together beside their own ways, by the first stage's pairs.
    fn find_shift(&mut self) -> Option<[f64; 2]> {
        let tracked = self.roster.tracked.len();
        if tracked < QUORUM {
            return None;
        }
        self.shift.begin(tracked);
        for (row, &seat) in self.pool.iter().enumerate() {
            // Tracks seen in the frame before come first.
            let Seat::Tracked(index) = seat else { break };
            let record = &self.roster.tracked[index];
            if record.age() < VOTING_AGE {
                continue;
            }
            if let Some(index) = self.association.detection_of(row) {
                self.shift.hear(&record.xyxy, &self.high[index].xyxy);
                if !self.shift.is_open() {
                    break;
                }
            }
        }
        self.shift.shared()
    }

    fn match_rest_to_low(&mut self) {
        let options = &self.spec.options;
        let tracks = self
            .rest
            .iter()
            .map(|&seat| self.roster.get(seat).compared(options));
        self.association
            .solve(tracks, &self.low, self.spec.mode.low_limit(), false);
        for (row, &seat) in self.rest.iter().enumerate() {
            let record = self.roster.get_mut(seat);
            match self.association.detection_of(row) {
                Some(index) => record.see(self.low[index], self.now, &self.spec.options),
                None => record.state = State::Lost,
            }
        }
    }

    /// Matches the tracks that started in the frame before; one miss ends them.
    fn match_unconfirmed_to_left(&mut self) {
        let options = &self.spec.options;
        let tracks = self
            .unconfirmed
            .iter()
            .map(|&seat| self.roster.get(seat).compared(options));
        self.association.solve(
            tracks,
            &self.left,
            self.spec.mode.unconfirmed_limit(),
            self.spec.fuse_score || options.fuse_new,
        );
        for (row, &seat) in self.unconfirmed.iter().enumerate() {
            let record = self.roster.get_mut(seat);
            match self.association.detection_of(row) {
                Some(index) => record.see(self.left[index], self.now, &self.spec.options),
                None => record.state = State::Removed,
            }
        }
        // `high` has done its part in this frame and takes what is left of `left`.
        keep_left(&self.association, &self.left, &mut self.high);
    }

    fn start_tracks(&mut self) {
        for &detection in &self.high {
            if detection.confidence >= self.spec.new_track_thresh {
                self.last_id += 1;
                self.born.push(Record::new(
                    self.last_id,
                    self.spec.mode.shape(),
                    detection,
                    self.now,
                ));
            }
        }
    }

    fn show(&mut self) {
        let (frame, options) = (self.now.frame, &self.spec.options);
        self.visible.extend(
            self.roster
                .tracked
                .iter()
                .filter(|record| record.is_confirmed)
                .map(|record| Track {
                    id: record.id,
                    xyxy: options.shown(&record.xyxy, &record.seen),
                    confidence: record.seen.confidence,
                    class_id: record.seen.class_id,
                    detection: u32::try_from(record.seen.row).unwrap_or(u32::MAX),
                    age: u32::try_from(frame - record.started_at.frame).unwrap_or(u32::MAX),
                }),
        );
    }
}

/// Copies the detections that the last stage left over.
fn keep_left(association: &Association, detections: &[Candidate], left: &mut Vec<Candidate>) {
    left.clear();
    let over = detections
        .iter()
        .enumerate()
        .filter(|&(index, _)| association.is_left(index));
    left.extend(over.map(|(_, &detection)| detection));
}
