//! The pairs of boxes that overlap, without looking at all pairs.

use crate::iou::iou;

/// Up to so many pairs, those of 54 boxes and 54, a look at each takes less time than sorting.
const FEW_PAIRS: usize = 3000;

/// Finds overlapping pairs between two sets of boxes; keeps its buffers between calls.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sweep {
    /// Left edge and index of each row, sorted.
    rows: Vec<(f64, usize)>,
    /// Left edge and index of each column, sorted; the next two follow this order.
    columns: Vec<(f64, usize)>,
    /// Boxes of the columns.
    boxes: Vec<[f64; 4]>,
    /// Rightmost edge among the columns up to here: where a row's search may begin.
    reach: Vec<f64>,
    /// Places in `boxes` that overlap the row at hand; as long as `boxes`, filled from the front.
    near: Vec<usize>,
}

impl Sweep {
    /// Calls `visit(row, column, overlap)` for each pair of finite boxes with an overlap above 0, in any order.
    pub(crate) fn overlaps(
        &mut self,
        rows: &[[f64; 4]],
        columns: &[[f64; 4]],
        mut visit: impl FnMut(usize, usize, f64),
    ) {
        if rows.is_empty() || columns.is_empty() {
            return;
        }
        if rows.len() * columns.len() <= FEW_PAIRS {
            self.overlaps_of_few(rows, columns, visit);
            return;
        }
        sort_by_left(&mut self.rows, rows);
        self.take_columns(columns);
        let mut start = 0;
        for &(left, row) in &self.rows {
            // The same differences as in `iou`, so that rounding cannot part the two.
            while self
                .reach
                .get(start)
                .is_some_and(|right| right - left <= -1.0)
            {
                start += 1;
            }
            let a = &rows[row];
            let count = list_near(a, &self.boxes[start..], &mut self.near);
            for &place in &self.near[..count] {
                let overlap = iou(a, &self.boxes[start + place]);
                if overlap > 0.0 {
                    visit(row, self.columns[start + place].1, overlap);
                }
            }
        }
    }

    fn overlaps_of_few(
        &mut self,
        rows: &[[f64; 4]],
        columns: &[[f64; 4]],
        mut visit: impl FnMut(usize, usize, f64),
    ) {
        self.near.resize(columns.len(), 0);
        for (row, a) in rows.iter().enumerate() {
            let mut count = 0;
            for (column, b) in columns.iter().enumerate() {
                self.near[count] = column;
                count += is_level(a, b) & is_shared(a[2] - b[0]);
            }
            for &column in &self.near[..count] {
                let overlap = iou(a, &columns[column]);
                if overlap > 0.0 {
                    visit(row, column, overlap);
                }
            }
        }
    }

    fn take_columns(&mut self, columns: &[[f64; 4]]) {
        sort_by_left(&mut self.columns, columns);
        self.boxes.clear();
        self.boxes
            .extend(self.columns.iter().map(|&(_, column)| columns[column]));
        self.reach.clear();
        let mut reach = f64::NEG_INFINITY;
        self.reach.extend(self.boxes.iter().map(|b| {
            reach = reach.max(b[2]);
            reach
        }));
        self.near.resize(columns.len(), 0);
    }
}

fn sort_by_left(sorted: &mut Vec<(f64, usize)>, boxes: &[[f64; 4]]) {
    sorted.clear();
    sorted.extend(
        boxes
            .iter()
            .enumerate()
            .map(|(index, xyxy)| (xyxy[0], index)),
    );
    sorted.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
}

/// Lists the places of the boxes, sorted by their left edge, that may overlap `a`, and returns their number.
fn list_near(a: &[f64; 4], boxes: &[[f64; 4]], near: &mut [usize]) -> usize {
    let mut count = 0;
    for (place, b) in boxes.iter().enumerate() {
        if a[2] - b[0] <= -1.0 {
            break;
        }
        near[count] = place;
        count += is_level(a, b);
    }
    count
}

/// Returns 1 if two boxes may overlap unless `b` starts right of `a`, or 0.
///
/// Without a branch: whether boxes side by side are also level is a coin toss to the processor. The same differences as
/// in `iou`, so that rounding cannot part the two.
fn is_level(a: &[f64; 4], b: &[f64; 4]) -> usize {
    let [right, top, bottom] = [b[2] - a[0], a[3] - b[1], b[3] - a[1]].map(is_shared);
    right & top & bottom
}

fn is_shared(length: f64) -> usize {
    usize::from(length > -1.0)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::Sweep;
    use crate::iou::iou;

    fn boxes() -> impl Strategy<Value = Vec<[f64; 4]>> {
        // Sides down to −0.5: a prediction may shrink a box past nothing.
        let one = (0.0..60.0, 0.0..60.0, -0.5..25.0, -0.5..25.0);
        let whole = any::<bool>();
        prop::collection::vec(
            (one, whole).prop_map(|((x, y, w, h), whole): ((f64, f64, f64, f64), bool)| {
                let xyxy = [x, y, x + w, y + h];
                if whole { xyxy.map(f64::round) } else { xyxy }
            }),
            0..40,
        )
    }

    proptest! {
        #[test]
        fn finds_what_all_pairs_find(rows in boxes(), columns in boxes()) {
            let mut found = Vec::new();
            Sweep::default().overlaps(&rows, &columns, |row, column, overlap| found.push((row, column, overlap)));
            found.sort_by_key(|&(row, column, _)| (row, column));
            let mut expected = Vec::new();
            for (row, a) in rows.iter().enumerate() {
                for (column, b) in columns.iter().enumerate() {
                    if iou(a, b) > 0.0 {
                        expected.push((row, column, iou(a, b)));
                    }
                }
            }
            prop_assert_eq!(found, expected);
        }
    }
}
