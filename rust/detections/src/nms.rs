//! Non-maximum suppression: of boxes of one class that overlap, the most confident one stays.

use crate::Detections;

/// Boxes compared at once. Eight of a box's coordinate fill a cache line half and two or four vector registers.
const LANES: usize = 8;

/// Greedy, class-aware non-maximum suppression that keeps its memory between pictures.
#[derive(Clone, Debug, Default)]
pub struct NonMaxSuppression {
    order: Vec<u64>,
    kept: Vec<Block>,
    rows: Vec<usize>,
}

impl NonMaxSuppression {
    /// Returns a suppressor with no memory yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Returns the rows that stay, most confident first; of equally confident ones the earlier first.
    ///
    /// A row goes if a row that stays has the same class and their intersection over union is above `iou` (areas are
    /// products of coordinate differences: no pixel is added). At most `max_detections` rows stay. Columns of unequal
    /// length are read up to the shortest.
    ///
    /// Takes O(n log n + n · k) time for n rows of which k stay.
    pub fn suppress(
        &mut self,
        detections: &Detections,
        iou: f32,
        max_detections: usize,
    ) -> &[usize] {
        self.sort(detections);
        self.kept.clear();
        self.rows.clear();
        for &key in &self.order {
            if self.rows.len() >= max_detections {
                break;
            }
            let row = row_of(key);
            let (Some(&xyxy), Some(&class_id)) =
                (detections.xyxy.get(row), detections.class_id.get(row))
            else {
                continue;
            };
            let area = (xyxy[2] - xyxy[0]) * (xyxy[3] - xyxy[1]);
            if self
                .kept
                .iter()
                .any(|block| block.suppresses(xyxy, area, class_id, iou))
            {
                continue;
            }
            let lane = self.rows.len() % LANES;
            if lane == 0 {
                self.kept.push(Block::EMPTY);
            }
            if let Some(block) = self.kept.last_mut() {
                block.set(lane, xyxy, area, class_id);
            }
            self.rows.push(row);
        }
        &self.rows
    }

    /// Returns all rows, most confident first and at most `max_detections`, without removing overlapping ones.
    pub(crate) fn rank(&mut self, detections: &Detections, max_detections: usize) -> &[usize] {
        self.sort(detections);
        self.rows.clear();
        self.rows.extend(
            self.order
                .iter()
                .take(max_detections)
                .map(|&key| row_of(key)),
        );
        &self.rows
    }

    /// Fills `order` with a key for each row: the confidence, greatest first, above the row's number. So an unstable
    /// sort of integers, which needs no memory, is a stable sort by confidence.
    fn sort(&mut self, detections: &Detections) {
        self.order.clear();
        let keys = (0_u32..).zip(&detections.confidence);
        self.order.extend(
            keys.map(|(row, &confidence)| {
                (u64::from(descending(confidence)) << 32) | u64::from(row)
            }),
        );
        self.order.sort_unstable();
    }
}

/// Returns the rows of `detections` that stay; see [`NonMaxSuppression::suppress`], which keeps its memory.
pub fn non_max_suppression(detections: &Detections, iou: f32, max_detections: usize) -> Vec<usize> {
    NonMaxSuppression::new()
        .suppress(detections, iou, max_detections)
        .to_vec()
}

/// Returns a number that is smaller the greater the float is, in IEEE 754's total order.
fn descending(value: f32) -> u32 {
    let bits = value.to_bits();
    let ascending = if bits >> 31 == 0 {
        bits | (1 << 31)
    } else {
        !bits
    };
    !ascending
}

fn row_of(key: u64) -> usize {
    usize::try_from(key & u64::from(u32::MAX)).unwrap_or(usize::MAX)
}

/// Boxes that stay, as columns, so that one comparison of all lanes becomes vector instructions.
#[derive(Clone, Copy, Debug)]
struct Block {
    x1: [f32; LANES],
    y1: [f32; LANES],
    x2: [f32; LANES],
    y2: [f32; LANES],
    area: [f32; LANES],
    class_id: [i32; LANES],
}

impl Block {
    /// Lanes of nothing: they overlap with no box.
    const EMPTY: Self = Self {
        x1: [f32::INFINITY; LANES],
        y1: [f32::INFINITY; LANES],
        x2: [f32::NEG_INFINITY; LANES],
        y2: [f32::NEG_INFINITY; LANES],
        area: [0.0; LANES],
        class_id: [0; LANES],
    };

    fn set(&mut self, lane: usize, [x1, y1, x2, y2]: [f32; 4], area: f32, class_id: i32) {
        self.x1[lane] = x1;
        self.y1[lane] = y1;
        self.x2[lane] = x2;
        self.y2[lane] = y2;
        self.area[lane] = area;
        self.class_id[lane] = class_id;
    }

    /// Returns whether one of the lanes overlaps too much with a box. No branch in the loop, so that it vectorizes.
    fn suppresses(&self, [x1, y1, x2, y2]: [f32; 4], area: f32, class_id: i32, iou: f32) -> bool {
        let mut hit = false;
        for lane in 0..LANES {
            let width = lesser(x2, self.x2[lane]) - greater(x1, self.x1[lane]);
            let height = lesser(y2, self.y2[lane]) - greater(y1, self.y1[lane]);
            let intersection = greater(width, 0.0) * greater(height, 0.0);
            let union = area + self.area[lane] - intersection;
            hit |= intersection > iou * union && class_id == self.class_id[lane];
        }
        hit
    }
}

/// Unlike `f32::min`, one instruction: what happens to a NaN does not matter here.
fn lesser(a: f32, b: f32) -> f32 {
    if a < b { a } else { b }
}

fn greater(a: f32, b: f32) -> f32 {
    if a > b { a } else { b }
}
