//! The cheapest full assignment of a small dense matrix.

/// Solves dense assignments by shortest augmenting paths (Kuhn 1955 as refined by Jonker and Volgenant 1987).
///
/// Rows enter in ascending order and the lowest of equal columns is taken, so that the same matrix always gives the
/// same answer. Index 0 of the columns stands for the row that is entering; rows and columns count from 1.
#[derive(Clone, Debug, Default)]
pub(crate) struct Hungarian {
    row_price: Vec<f64>,
    column_price: Vec<f64>,
    /// Row that holds each column; 0 for none.
    owner: Vec<usize>,
    /// Column before each column on the shortest path to it.
    previous: Vec<usize>,
    /// Length of that path beyond the prices.
    slack: Vec<f64>,
    reached: Vec<bool>,
}

impl Hungarian {
    /// Gives each row its own column at the lowest total cost.
    ///
    /// `costs` is row-major, finite, with no more rows than columns. Calls `assign(row, column)` for each row.
    pub(crate) fn solve(
        &mut self,
        rows: usize,
        columns: usize,
        costs: &[f64],
        mut assign: impl FnMut(usize, usize),
    ) {
        refill(&mut self.row_price, rows + 1, 0.0);
        refill(&mut self.column_price, columns + 1, 0.0);
        refill(&mut self.owner, columns + 1, 0);
        refill(&mut self.previous, columns + 1, 0);
        for row in 1..=rows {
            self.enter(row, columns, costs);
        }
        for column in 1..=columns {
            if self.owner[column] > 0 {
                assign(self.owner[column] - 1, column - 1);
            }
        }
    }

    fn enter(&mut self, row: usize, columns: usize, costs: &[f64]) {
        refill(&mut self.slack, columns + 1, f64::INFINITY);
        refill(&mut self.reached, columns + 1, false);
        self.owner[0] = row;
        let mut column = 0;
        while self.owner[column] > 0 {
            self.reached[column] = true;
            let holder = self.owner[column];
            column = self.extend(column, &costs[(holder - 1) * columns..holder * columns]);
        }
        while column > 0 {
            let previous = self.previous[column];
            self.owner[column] = self.owner[previous];
            column = previous;
        }
    }

    /// Extends the paths through a reached column, whose holder's costs are given, and returns the nearest column.
    fn extend(&mut self, from: usize, costs: &[f64]) -> usize {
        let price = self.row_price[self.owner[from]];
        let (mut step, mut nearest) = (f64::INFINITY, 0);
        for (index, cost) in costs.iter().enumerate() {
            let column = index + 1;
            if self.reached[column] {
                continue;
            }
            let reduced = cost - price - self.column_price[column];
            if reduced < self.slack[column] {
                self.slack[column] = reduced;
                self.previous[column] = from;
            }
            if self.slack[column] < step {
                (step, nearest) = (self.slack[column], column);
            }
        }
        for (column, &reached) in self.reached.iter().enumerate() {
            if reached {
                self.row_price[self.owner[column]] += step;
                self.column_price[column] -= step;
            } else {
                self.slack[column] -= step;
            }
        }
        nearest
    }
}

/// Makes a buffer as long as that, all of one value.
pub(crate) fn refill<T: Copy>(values: &mut Vec<T>, len: usize, value: T) {
    values.clear();
    values.resize(len, value);
}
