//! Which rows and columns belong together: the pairing of lowest total cost.
//!
//! A pairing may leave rows and columns alone; each pair it makes adds its cost minus the limit. Only pairs below the
//! limit can help, so the problem falls apart into the connected components of those pairs. Most components are one
//! pair, nearly all others a handful, and each is solved exactly.

use crate::hungarian::{Hungarian, refill};

/// A row and a column that may be paired.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pair {
    pub(crate) row: usize,
    pub(crate) column: usize,
    /// Cost of pairing them, below the limit.
    pub(crate) cost: f64,
}

/// Solves assignments and keeps its buffers between calls.
#[derive(Clone, Debug, Default)]
pub(crate) struct Assignment {
    column_of: Vec<Option<usize>>,
    row_of: Vec<Option<usize>>,
    /// How many pairs each row and each column is in.
    row_pairs: Vec<u32>,
    column_pairs: Vec<u32>,
    /// Pairs whose row or column is in another one too.
    shared: Vec<Pair>,
    /// For each row, a lower row of its component or itself.
    parent: Vec<usize>,
    /// For each column, a row that may be paired with it.
    first_row: Vec<Option<usize>>,
    /// For each component, named by its lowest row, where its pairs end in `grouped`.
    ends: Vec<usize>,
    grouped: Vec<Pair>,
    dense: Dense,
}

impl Assignment {
    /// Returns the column that the last solution gave to a row.
    pub(crate) fn column_of(&self, row: usize) -> Option<usize> {
        self.column_of[row]
    }

    /// Returns the row that the last solution gave to a column.
    pub(crate) fn row_of(&self, column: usize) -> Option<usize> {
        self.row_of[column]
    }

    /// Finds the pairing of lowest total cost.
    ///
    /// `pairs` are in any order, without repeats, all costs finite and below `limit`. Of equal costs the lowest row
    /// and then the lowest column wins where one side of a component is a single row or column; elsewhere rows are
    /// placed in ascending order, each taking the lowest of equal columns.
    pub(crate) fn solve(&mut self, rows: usize, columns: usize, limit: f64, pairs: &[Pair]) {
        refill(&mut self.column_of, rows, None);
        refill(&mut self.row_of, columns, None);
        self.take_single(rows, columns, pairs);
        if !self.shared.is_empty() {
            self.group(rows, columns);
            self.solve_groups(rows, limit);
        }
    }

    /// Makes the pairs that nothing competes with, and lists the others.
    fn take_single(&mut self, rows: usize, columns: usize, pairs: &[Pair]) {
        refill(&mut self.row_pairs, rows, 0);
        refill(&mut self.column_pairs, columns, 0);
        for pair in pairs {
            self.row_pairs[pair.row] += 1;
            self.column_pairs[pair.column] += 1;
        }
        self.shared.clear();
        for pair in pairs {
            if self.row_pairs[pair.row] == 1 && self.column_pairs[pair.column] == 1 {
                self.column_of[pair.row] = Some(pair.column);
                self.row_of[pair.column] = Some(pair.row);
            } else {
                self.shared.push(*pair);
            }
        }
    }

    fn solve_groups(&mut self, rows: usize, limit: f64) {
        let mut start = 0;
        for index in 0..rows {
            let end = self.ends[index];
            if start < end {
                let group = &self.grouped[start..end];
                let mut accept = |row: usize, column: usize| {
                    self.column_of[row] = Some(column);
                    self.row_of[column] = Some(row);
                };
                match cheapest_if_star(group) {
                    Some(pair) => accept(pair.row, pair.column),
                    None => self.dense.solve(group, limit, accept),
                }
            }
            start = end;
        }
    }

    /// Sorts the pairs that compete by component.
    fn group(&mut self, rows: usize, columns: usize) {
        self.parent.clear();
        self.parent.extend(0..rows);
        refill(&mut self.first_row, columns, None);
        for pair in &self.shared {
            let first = *self.first_row[pair.column].get_or_insert(pair.row);
            let (a, b) = (
                root(&mut self.parent, first),
                root(&mut self.parent, pair.row),
            );
            self.parent[a.max(b)] = a.min(b);
        }
        // Counting sort: sizes, then starts, then each start moves to its component's end.
        refill(&mut self.ends, rows, 0);
        for pair in &self.shared {
            self.ends[root(&mut self.parent, pair.row)] += 1;
        }
        let mut start = 0;
        for end in &mut self.ends {
            start += std::mem::replace(end, start);
        }
        self.grouped.clear();
        self.grouped.extend_from_slice(&self.shared);
        for pair in &self.shared {
            let end = &mut self.ends[root(&mut self.parent, pair.row)];
            self.grouped[*end] = *pair;
            *end += 1;
        }
    }
}

fn root(parent: &mut [usize], mut row: usize) -> usize {
    while parent[row] != row {
        parent[row] = parent[parent[row]];
        row = parent[row];
    }
    row
}

/// Returns the best pair of a component that can have only one: a single row or a single column.
fn cheapest_if_star(group: &[Pair]) -> Option<Pair> {
    let first = group.first()?;
    let is_star = group.iter().all(|pair| pair.row == first.row)
        || group.iter().all(|pair| pair.column == first.column);
    let cheaper = |best: Pair, pair: Pair| {
        let order = pair
            .cost
            .total_cmp(&best.cost)
            .then((pair.row, pair.column).cmp(&(best.row, best.column)));
        if order.is_lt() { pair } else { best }
    };
    is_star.then(|| group.iter().copied().fold(*first, cheaper))
}

/// Solves one component as a dense matrix.
#[derive(Clone, Debug, Default)]
struct Dense {
    rows: Vec<usize>,
    columns: Vec<usize>,
    costs: Vec<f64>,
    hungarian: Hungarian,
}

impl Dense {
    fn solve(&mut self, group: &[Pair], limit: f64, mut accept: impl FnMut(usize, usize)) {
        let Self {
            rows,
            columns,
            costs,
            hungarian,
        } = self;
        rows.clear();
        rows.extend(group.iter().map(|pair| pair.row));
        rows.sort_unstable();
        rows.dedup();
        columns.clear();
        columns.extend(group.iter().map(|pair| pair.column));
        columns.sort_unstable();
        columns.dedup();
        // The solver places every row of its matrix, so the shorter side becomes the rows. A place of cost 0 stands
        // for none: the shorter side always has room for it.
        let is_wide = rows.len() <= columns.len();
        let (short, long) = if is_wide {
            (rows, columns)
        } else {
            (columns, rows)
        };
        costs.clear();
        costs.resize(short.len() * long.len(), 0.0);
        let width = long.len();
        for pair in group {
            let (a, b) = if is_wide {
                (pair.row, pair.column)
            } else {
                (pair.column, pair.row)
            };
            let place =
                short.partition_point(|&x| x < a) * width + long.partition_point(|&x| x < b);
            costs[place] = pair.cost - limit;
        }
        hungarian.solve(short.len(), width, costs, |a, b| {
            if costs[a * width + b] < 0.0 {
                let (row, column) = if is_wide {
                    (short[a], long[b])
                } else {
                    (long[b], short[a])
                };
                accept(row, column);
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Assignment, Pair};

    const LIMIT: f64 = 0.8;

    /// Returns the lowest total of cost − limit by trying everything.
    fn brute_force(costs: &[Vec<f64>], taken: &mut Vec<bool>) -> f64 {
        let Some((row, rest)) = costs.split_first() else {
            return 0.0;
        };
        let mut best = brute_force(rest, taken);
        for column in 0..row.len() {
            if !taken[column] && row[column] < LIMIT {
                taken[column] = true;
                best = best.min(row[column] - LIMIT + brute_force(rest, taken));
                taken[column] = false;
            }
        }
        best
    }

    fn solve(costs: &[Vec<f64>], columns: usize) -> Assignment {
        let mut pairs = Vec::new();
        for (row, costs) in costs.iter().enumerate() {
            for (column, &cost) in costs.iter().enumerate() {
                if cost < LIMIT {
                    pairs.push(Pair { row, column, cost });
                }
            }
        }
        let mut solver = Assignment::default();
        solver.solve(costs.len(), columns, LIMIT, &pairs);
        solver
    }

    fn matrices() -> impl Strategy<Value = Vec<Vec<f64>>> {
        let cost = prop_oneof![2 => 0.0..1.0, 1 => Just(1.0), 1 => (0..=10).prop_map(|tenths| f64::from(tenths) / 10.0)];
        (1_usize..=7, 1_usize..=7).prop_flat_map(move |(rows, columns)| {
            prop::collection::vec(prop::collection::vec(cost.clone(), columns), rows)
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]
        #[test]
        fn no_pairing_is_cheaper(costs in matrices()) {
            let columns = costs[0].len();
            let solver = solve(&costs, columns);
            let mut total = 0.0;
            for (row, costs) in costs.iter().enumerate() {
                if let Some(column) = solver.column_of(row) {
                    prop_assert_eq!(solver.row_of(column), Some(row));
                    prop_assert!(costs[column] < LIMIT);
                    total += costs[column] - LIMIT;
                }
            }
            let paired = (0..columns).filter(|&column| solver.row_of(column).is_some()).count();
            prop_assert_eq!(paired, (0..costs.len()).filter(|&row| solver.column_of(row).is_some()).count());
            prop_assert!((total - brute_force(&costs, &mut vec![false; columns])).abs() < 1e-9);
        }
    }

    #[test]
    fn equal_costs_go_to_the_lowest() {
        for (rows, columns) in [(1, 4), (4, 1), (3, 3), (3, 5), (5, 3)] {
            let solver = solve(&vec![vec![0.25; columns]; rows], columns);
            for row in 0..rows {
                assert_eq!(
                    solver.column_of(row),
                    (row < columns).then_some(row),
                    "{rows}x{columns}"
                );
            }
        }
    }
}
