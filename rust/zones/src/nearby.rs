//! Which rules a track's move can matter to: all others are left out without a look.

use sightline_geometry::{CellIndex, Outline};

use crate::check::Rules;
use crate::sighting::{Move, Sighting};
use crate::spec::Anchor;

/// The lines and zones of a scene on grids, one for each anchor in use.
#[derive(Debug)]
pub(crate) struct Nearby {
    grids: Vec<Grid>,
    /// Memory for the shapes along one move.
    found: Vec<u32>,
    /// Lines that the move may cut, by position.
    pub(crate) lines: Vec<u32>,
    /// Zones whose boundary the move may cut, by position.
    pub(crate) zones: Vec<u32>,
}

#[derive(Debug)]
struct Grid {
    anchor: Anchor,
    index: CellIndex,
    /// Positions of the shapes among the lines or zones; lines come first.
    rules: Vec<u32>,
    line_count: usize,
}

impl Nearby {
    pub(crate) fn new(rules: &Rules) -> Self {
        let grids = [Anchor::BottomCenter, Anchor::Center]
            .into_iter()
            .map(|anchor| Grid::new(rules, anchor))
            .filter(|grid| !grid.rules.is_empty())
            .collect();
        Self {
            grids,
            found: Vec::new(),
            lines: Vec::new(),
            zones: Vec::new(),
        }
    }

    /// Finds the lines and zones whose outline the move may cut.
    #[inline]
    pub(crate) fn look_along(&mut self, step: &Move) {
        self.lines.clear();
        self.zones.clear();
        for grid in &self.grids {
            let (from, to) = step.anchors(grid.anchor);
            grid.index.along(from, to, &mut self.found);
            for &shape in &self.found {
                let shape = shape as usize;
                let list = if shape < grid.line_count {
                    &mut self.lines
                } else {
                    &mut self.zones
                };
                list.push(grid.rules[shape]);
            }
        }
    }

    /// Finds the zones that contain the track.
    pub(crate) fn look_around(&mut self, first: &Sighting) {
        let Self { grids, zones, .. } = self;
        zones.clear();
        for grid in grids {
            let place = grid.anchor.of(first.xyxy);
            grid.index
                .containing(place, |shape| zones.push(grid.rules[shape]));
        }
    }
}

impl Grid {
    fn new(rules: &Rules, anchor: Anchor) -> Self {
        let lines = rules.lines.iter().filter(|line| line.anchor == anchor);
        let zones = rules.zones.iter().filter(|zone| zone.anchor == anchor);
        let outlines: Vec<_> = lines
            .clone()
            .map(|line| Outline::Segment(&line.segment))
            .chain(zones.clone().map(|zone| Outline::Polygon(&zone.polygon)))
            .collect();
        Self {
            anchor,
            index: CellIndex::new(&outlines),
            line_count: lines.clone().count(),
            rules: lines
                .map(|line| line.rule)
                .chain(zones.map(|zone| zone.rule))
                .collect(),
        }
    }
}
