//! The cheapest matching, found by improving it along the cheapest path until no path helps (Bellman-Ford).

use super::matrix::Matrix;

/// Steps that improve by less than this are rounding.
const ROUNDING: f64 = 1e-12;

/// Returns each row's column in the matching that minimizes the sum of cost − limit over its pairs.
pub(crate) fn cheapest_matching(costs: &Matrix, limit: f64) -> Vec<Option<usize>> {
    let columns = costs.first().map_or(0, Vec::len);
    let mut column_of: Vec<Option<usize>> = vec![None; costs.len()];
    let mut row_of: Vec<Option<usize>> = vec![None; columns];
    loop {
        let (to_column, from_row) = cheapest_paths(costs, limit, &column_of, &row_of);
        let free = (0..columns).filter(|&column| row_of[column].is_none());
        let Some(end) = free.min_by(|&a, &b| to_column[a].total_cmp(&to_column[b])) else {
            break;
        };
        if to_column[end] > -ROUNDING {
            break;
        }
        let mut next = Some(end);
        while let Some(column) = next {
            let row = from_row[column];
            row_of[column] = Some(row);
            next = column_of[row].replace(column);
        }
    }
    column_of
}

/// Returns, for each column, the cost of the cheapest alternating path from a free row, and the row before it.
fn cheapest_paths(
    costs: &Matrix,
    limit: f64,
    column_of: &[Option<usize>],
    row_of: &[Option<usize>],
) -> (Vec<f64>, Vec<usize>) {
    let mut to_row: Vec<f64> = column_of
        .iter()
        .map(|c| if c.is_none() { 0.0 } else { f64::INFINITY })
        .collect();
    let (mut to_column, mut from_row) = (vec![f64::INFINITY; row_of.len()], vec![0; row_of.len()]);
    let mut is_changed = true;
    while is_changed {
        is_changed = false;
        for (row, column) in
            (0..costs.len()).flat_map(|row| (0..row_of.len()).map(move |column| (row, column)))
        {
            let cost = costs[row][column];
            let length = to_row[row] + cost - limit;
            if cost < limit
                && column_of[row] != Some(column)
                && length < to_column[column] - ROUNDING
            {
                (to_column[column], from_row[column]) = (length, row);
                if let Some(holder) = row_of[column] {
                    to_row[holder] = length - (costs[holder][column] - limit);
                }
                is_changed = true;
            }
        }
    }
    (to_column, from_row)
}
