//! Walks along a row, as text.

use crate::walk::Place;

/// Somebody on the row y = 500, as `1 0:100 60:400 hidden 10..50`: who, and frames with the x then, between which it walks
/// evenly; the frames that are hidden don't show it.
pub(crate) struct Walker {
    pub(crate) id: u64,
    pub(crate) path: Vec<(u32, f64)>,
    hidden: std::ops::Range<u32>,
}

impl Walker {
    pub(crate) fn read(text: &str) -> Option<Self> {
        let (walk, hidden) = text.split_once(" hidden ").unwrap_or((text, "0..0"));
        let (from, to) = hidden.split_once("..")?;
        let mut words = walk.split(' ');
        let id = words.next()?.parse().ok()?;
        let point = |word: &str| {
            let (frame, x) = word.split_once(':')?;
            Some((frame.parse().ok()?, x.parse().ok()?))
        };
        Some(Self {
            id,
            path: words.map(point).collect::<Option<_>>()?,
            hidden: from.parse().ok()?..to.parse().ok()?,
        })
    }

    pub(crate) fn at(&self, frame: u32) -> Option<Place> {
        if self.hidden.contains(&frame) {
            return None;
        }
        let mut legs = self.path.windows(2);
        let leg = legs.find(|leg| (leg[0].0..=leg[1].0).contains(&frame))?;
        let [(start, from), (end, to)] = [leg[0], leg[1]];
        let t = f64::from(frame - start) / f64::from(end - start);
        Some([from + (to - from) * t, 500.0])
    }
}
