//! The pairs of boxes that overlap, without looking at all pairs.

use crate::iou::iou;

/// Up to so many pairs, those of 54 boxes and 54, a look at each takes less time than sorting.
const FEW_PAIRS: usize = 3000;

/// A box that overlaps others, and how much it and they are widened for that.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Row {
    pub(crate) xyxy: [f64; 4],
    /// What both boxes of a pair are wider and higher than their corners say, pixels, positive.
    pub(crate) slack: [f64; 2],
}

/// Finds overlapping pairs between two sets of boxes; keeps its buffers between calls.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sweep {
    /// Left edge with its slack and index of each row, sorted.
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
    /// Calls `visit(row, column, overlap)` for each pair of finite boxes with an overlap above 0, both made wider and
    /// higher by the row's slack; in any order.
    pub(crate) fn overlaps(
        &mut self,
        rows: &[Row],
        columns: &[[f64; 4]],
        visit: impl FnMut(usize, usize, f64),
    ) {
        if rows.len() * columns.len() <= FEW_PAIRS {
            self.overlaps_of_few(rows, columns, visit);
        } else {
            self.overlaps_of_many(rows, columns, visit);
        }
    }

    fn overlaps_of_many(
        &mut self,
        rows: &[Row],
        columns: &[[f64; 4]],
        mut visit: impl FnMut(usize, usize, f64),
    ) {
        let reaches = rows.iter().map(|row| row.xyxy[0] - row.slack[0]);
        sort(&mut self.rows, reaches);
        self.take_columns(columns);
        let mut start = 0;
        for &(_, row) in &self.rows {
            let a = &rows[row];
            // The same differences as in `iou`, so that rounding cannot part the two.
            while self
                .reach
                .get(start)
                .is_some_and(|right| right - a.xyxy[0] <= -a.slack[0])
            {
                start += 1;
            }
            let count = list_near(a, &self.boxes[start..], &mut self.near);
            for &place in &self.near[..count] {
                let overlap = iou(&a.xyxy, &self.boxes[start + place], a.slack);
                if overlap > 0.0 {
                    visit(row, self.columns[start + place].1, overlap);
                }
            }
        }
    }

    fn overlaps_of_few(
        &mut self,
        rows: &[Row],
        columns: &[[f64; 4]],
        mut visit: impl FnMut(usize, usize, f64),
    ) {
        self.near.resize(columns.len(), 0);
        for (row, a) in rows.iter().enumerate() {
            let mut count = 0;
            for (column, b) in columns.iter().enumerate() {
                self.near[count] = column;
                count += is_level(a, b) & is_shared(a.xyxy[2] - b[0], a.slack[0]);
            }
            for &column in &self.near[..count] {
                let overlap = iou(&a.xyxy, &columns[column], a.slack);
                if overlap > 0.0 {
                    visit(row, column, overlap);
                }
            }
        }
    }

    fn take_columns(&mut self, columns: &[[f64; 4]]) {
        sort(&mut self.columns, columns.iter().map(|xyxy| xyxy[0]));
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

fn sort(sorted: &mut Vec<(f64, usize)>, edges: impl Iterator<Item = f64>) {
    sorted.clear();
    sorted.extend(edges.enumerate().map(|(index, edge)| (edge, index)));
    sorted.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
}

/// Lists the places of the boxes, sorted by their left edge, that may overlap a row, and returns their number.
fn list_near(row: &Row, boxes: &[[f64; 4]], near: &mut [usize]) -> usize {
    let mut count = 0;
    for (place, b) in boxes.iter().enumerate() {
        if row.xyxy[2] - b[0] <= -row.slack[0] {
            break;
        }
        near[count] = place;
        count += is_level(row, b);
    }
    count
}

/// Returns 1 if a box may overlap a row unless it starts right of it, or 0.
///
/// Without a branch: whether boxes side by side are also level is a coin toss to the processor. The same differences as
/// in `iou`, so that rounding cannot part the two.
fn is_level(row: &Row, b: &[f64; 4]) -> usize {
    let (a, [across, down]) = (&row.xyxy, row.slack);
    let right = is_shared(b[2] - a[0], across);
    let [top, bottom] = [a[3] - b[1], b[3] - a[1]].map(|length| is_shared(length, down));
    right & top & bottom
}

fn is_shared(length: f64, slack: f64) -> usize {
    usize::from(length > -slack)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Row, Sweep};
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

    fn rows() -> impl Strategy<Value = Vec<Row>> {
        let slack = prop_oneof![Just(1.0), 1.0..20.0];
        let row = |(rows, slacks): (Vec<[f64; 4]>, Vec<[f64; 2]>)| {
            let pairs = rows.into_iter().zip(slacks);
            pairs.map(|(xyxy, slack)| Row { xyxy, slack }).collect()
        };
        (
            boxes(),
            prop::collection::vec(prop::array::uniform2(slack), 20),
        )
            .prop_map(row)
    }

    proptest! {
        #[test]
        fn finds_what_all_pairs_find(rows in rows(), columns in boxes()) {
            let mut expected = Vec::new();
            for (row, a) in rows.iter().enumerate() {
                for (column, b) in columns.iter().enumerate() {
                    let overlap = iou(&a.xyxy, b, a.slack);
                    if overlap > 0.0 {
                        expected.push((row, column, overlap));
                    }
                }
            }
            let mut sweep = Sweep::default();
            for many in [false, true] {
                let mut found = Vec::new();
                let visit = |row, column, overlap| found.push((row, column, overlap));
                if many {
                    sweep.overlaps_of_many(&rows, &columns, visit);
                } else {
                    sweep.overlaps_of_few(&rows, &columns, visit);
                }
                found.sort_by_key(|&(row, column, _)| (row, column));
                prop_assert_eq!(&found, &expected, "many: {}", many);
            }
        }
    }
}
