//! From a camera's luma planes to boxes of what moves.

use sightline_detections::Detections;
use sightline_frames::Placement;

use crate::background::Background;
use crate::blobs::{Blob, Grouping, Scene};
use crate::cells::{self, Grid};
use crate::{MotionError, MotionSpec, mask};

/// Class of every detection: what moves is taken for a person.
const CLASS_ID: i32 = 0;
/// Parts considered in one frame; more is snow, and comparing each with each would take long.
const MAX_PARTS: usize = 256;
/// A part this many times smaller than the least area may still be a head.
const PART_OF_AREA: f64 = 8.0;

/// Finds moving things in the frames of one fixed camera. See the [crate's page](crate) for what it can't do.
///
/// Its memory is fixed when it is made; the same frames give the same boxes.
#[derive(Debug)]
pub struct MotionDetector {
    spec: MotionSpec,
    grid: Grid,
    /// Bytes in a frame.
    length: usize,
    /// Frames of learning that a new scene takes, and those that are left.
    learn_frames: u32,
    learning: u32,
    started: bool,
    background: Background,
    grouping: Grouping,
    values: Vec<i16>,
    mask: Vec<u8>,
    marked: Vec<u8>,
    joined: Vec<u8>,
    pixel_sums: Vec<u16>,
    mark_sums: Vec<u8>,
}

impl MotionDetector {
    /// Makes a detector for luma planes of one size.
    ///
    /// # Errors
    /// [`MotionError::Setting`] if a field of the specification is out of its range, [`MotionError::Size`] if a side is
    /// under 16 or over 8192 pixels.
    pub fn new(spec: MotionSpec, width: u32, height: u32) -> Result<Self, MotionError> {
        spec.validate()?;
        let sides = 16..=8192;
        if !sides.contains(&width) || !sides.contains(&height) {
            return Err(MotionError::Size { width, height });
        }
        let grid = Grid::new(width, height);
        let marks = || vec![0; grid.len()];
        Ok(Self {
            spec,
            grid,
            length: width as usize * height as usize,
            learn_frames: frames(spec.learn_s * spec.fps),
            learning: 0,
            started: false,
            background: Background::new(&spec, grid.len()),
            grouping: Grouping::new(grid),
            values: vec![0; grid.len()],
            mask: marks(),
            marked: marks(),
            joined: marks(),
            pixel_sums: vec![0; width as usize],
            mark_sums: vec![0; grid.columns + 2],
        })
    }

    /// Forgets the scene: the next frame starts a new one. For a new epoch of the stream, or a camera that was turned.
    pub fn reset(&mut self) {
        self.started = false;
    }

    /// Returns whether the scene is still being learned, so that nothing is reported.
    pub fn is_learning(&self) -> bool {
        !self.started || self.learning > 0
    }

    /// Replaces `out` by boxes of what moves in the next frame, top to bottom.
    ///
    /// `luma` is the full-range luma tensor (0 black, 255 white), rows one after the other; `placement` is how the
    /// picture lies in it. Boxes come out in source pixels, to about two pixels of the plane, all of class 0, with a
    /// confidence of 0.6 to 0.99 from how solid the thing is and how far it stands out.
    ///
    /// # Errors
    /// [`MotionError::Length`] if `luma` is not as long as the plane; `out` is then empty and nothing is learned.
    pub fn detect(
        &mut self,
        luma: &[u8],
        placement: &Placement,
        out: &mut Detections,
    ) -> Result<(), MotionError> {
        out.clear();
        if luma.len() != self.length {
            return Err(MotionError::Length {
                expected: self.length,
                found: luma.len(),
            });
        }
        cells::average(self.grid, luma, &mut self.pixel_sums, &mut self.values);
        if !self.started {
            self.restart();
        }
        let settling = self.learning > 0;
        let foreground = self
            .background
            .update(&self.values, settling, &mut self.mask);
        if foreground as f64 > f64::from(self.spec.max_foreground) * self.grid.len() as f64 {
            self.restart();
        }
        if self.learning > 0 {
            self.learning -= 1;
            return Ok(());
        }
        self.report(placement, out);
        Ok(())
    }

    fn restart(&mut self) {
        self.background.restart(&self.values);
        self.learning = self.learn_frames;
        self.started = true;
    }

    fn report(&mut self, placement: &Placement, out: &mut Detections) {
        let grid = self.grid;
        mask::despeckle(grid, &self.mask, &mut self.mark_sums, &mut self.marked);
        mask::spread(grid, &self.marked, &mut self.mark_sums, &mut self.joined);
        let scene = Scene {
            grid,
            marked: &self.marked,
            values: &self.values,
        };
        self.grouping.find(&self.joined, scene, &self.background);
        self.grouping.settle_ghosts(scene, &mut self.background);
        let sizes = Sizes::new(&self.spec, grid, placement);
        let blobs = self.grouping.blobs();
        blobs.retain(|blob| !blob.is_ghost() && blob.cells as f64 >= sizes.min_part);
        if blobs.len() > MAX_PARTS {
            blobs.sort_unstable_by_key(|blob| (std::cmp::Reverse(blob.cells), blob.top, blob.left));
            blobs.truncate(MAX_PARTS);
        }
        sizes.join_parts(blobs);
        blobs.retain(|blob| sizes.fits(blob));
        blobs.sort_unstable_by_key(|blob| (blob.top, blob.left, blob.bottom, blob.right));
        for blob in blobs.iter() {
            let corners = [blob.left, blob.top, blob.right, blob.bottom];
            // At most 8192, which an f32 holds exactly.
            let xyxy = corners.map(|cells| (cells * grid.side) as f32);
            out.push(
                placement.source_from_tensor(xyxy),
                confidence(blob),
                CLASS_ID,
            );
        }
    }
}

/// Returns a duration as frames.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a float cast saturates, and durations are checked to be positive"
)]
fn frames(count: f64) -> u32 {
    count.round() as u32
}

/// The specification's sizes, in cells, for a picture's height.
#[derive(Clone, Copy, Debug)]
struct Sizes {
    min_height: f64,
    max_height: f64,
    min_area: f64,
    min_part: f64,
    min_aspect: f64,
    max_aspect: f64,
    merge_gap: f64,
}

impl Sizes {
    fn new(spec: &MotionSpec, grid: Grid, placement: &Placement) -> Self {
        let pixels = f64::from(placement.source[1]) * placement.scale[1];
        let height = pixels / grid.side as f64;
        let min_area = f64::from(spec.min_area) * height * height;
        Self {
            min_height: f64::from(spec.min_height) * height,
            max_height: f64::from(spec.max_height) * height,
            min_area,
            min_part: min_area / PART_OF_AREA,
            min_aspect: f64::from(spec.min_aspect),
            max_aspect: f64::from(spec.max_aspect),
            merge_gap: f64::from(spec.merge_gap) * height,
        }
    }

    fn fits(&self, blob: &Blob) -> bool {
        let (width, height) = (blob.width() as f64, blob.height() as f64);
        (self.min_height..=self.max_height).contains(&height)
            && (self.min_aspect * height..=self.max_aspect * height).contains(&width)
            && blob.cells as f64 >= self.min_area
    }

    /// Joins parts that lie above each other with a small gap, until none do.
    fn join_parts(&self, blobs: &mut Vec<Blob>) {
        let mut first = 0;
        while first < blobs.len() {
            let partner =
                (first + 1..blobs.len()).find(|&other| self.belong(&blobs[first], &blobs[other]));
            if let Some(partner) = partner {
                blobs[first] = blobs[first].joined(&blobs[partner]);
                blobs.swap_remove(partner);
                // The greater box may now reach parts that were passed over.
                first = 0;
            } else {
                first += 1;
            }
        }
    }

    /// Returns whether two parts share half of the narrower one's columns, are near, and together no too high.
    fn belong(&self, one: &Blob, other: &Blob) -> bool {
        let shared = one
            .right
            .min(other.right)
            .saturating_sub(one.left.max(other.left));
        let gap = one
            .top
            .max(other.top)
            .saturating_sub(one.bottom.min(other.bottom));
        let height = one.bottom.max(other.bottom) - one.top.min(other.top);
        2 * shared >= one.width().min(other.width())
            && gap as f64 <= self.merge_gap
            && height as f64 <= self.max_height
    }
}

/// Returns 0.6 to 0.99. A box half full of cells that differ by 2.5 thresholds, as a person's usually is, gets the most;
/// a ragged patch barely above the threshold gets the least.
fn confidence(blob: &Blob) -> f32 {
    let cells = blob.cells as f32;
    let fill = cells / (blob.width() * blob.height()) as f32;
    let solid = ((fill - 0.15) / 0.35).clamp(0.0, 1.0);
    let distinct = ((blob.contrast / cells - 1.0) / 1.5).clamp(0.0, 1.0);
    0.6 + 0.39 * (solid * distinct).sqrt()
}
