//! The pairs of boxes that overlap, without looking at all pairs.

use crate::iou::iou;

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
    /// higher by the row's slack; in the order of the rows' left edges with their slack, and then of the columns'.
    pub(crate) fn overlaps(
        &mut self,
        rows: &[Row],
        columns: &[[f64; 4]],
        mut visit: impl FnMut(usize, usize, f64),
    ) {
        if rows.is_empty() || columns.is_empty() {
            return;
        }
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
    let (a, [across, down]) = (&row.xyxy, row.slack);
    let mut count = 0;
    for (place, b) in boxes.iter().enumerate() {
        if a[2] - b[0] <= -across {
            break;
        }
        // Without a branch: whether boxes side by side are also level is a coin toss to the processor.
        near[count] = place;
        let right = usize::from(b[2] - a[0] > -across);
        let [top, bottom] = [a[3] - b[1], b[3] - a[1]].map(|shared| usize::from(shared > -down));
        count += right & top & bottom;
    }
    count
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
            0..20,
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
            let mut found = Vec::new();
            Sweep::default().overlaps(&rows, &columns, |row, column, overlap| found.push((row, column, overlap)));
            found.sort_by_key(|&(row, column, _)| (row, column));
            let mut expected = Vec::new();
            for (row, a) in rows.iter().enumerate() {
                for (column, b) in columns.iter().enumerate() {
                    let overlap = iou(&a.xyxy, b, a.slack);
                    if overlap > 0.0 {
                        expected.push((row, column, overlap));
                    }
                }
            }
            prop_assert_eq!(found, expected);
        }
    }
}
