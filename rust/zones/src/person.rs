//! People as a distance rule looks at them in one frame, and which of them are near one another.

use sightline_geometry::Point;

use crate::sighting::Move;

/// A track that was seen in this frame.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Person {
    pub(crate) step: Move,
    /// The rule's anchor in the picture, pixels.
    pub(crate) in_picture: Point,
    /// The feet on the ground, metres, where there is ground.
    pub(crate) on_ground: Option<Point>,
    /// Which of the two counts: where the rule measures from.
    pub(crate) place: Point,
    /// The same in the sighting before; `None` where that was not on the ground.
    pub(crate) before: Option<Point>,
    /// Whether the rule's polygon contains it.
    pub(crate) within: bool,
    /// Whether it is clear of the polygon.
    pub(crate) gone: bool,
}

impl Person {
    pub(crate) fn id(&self) -> u64 {
        self.step.to.track_id
    }

    /// Returns whether it was not there to be measured in the frame before.
    pub(crate) fn was_missed(&self) -> bool {
        self.step.gap || self.before.is_none()
    }
}

/// How far apart two people are.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Apart {
    /// In the picture, pixels.
    pub(crate) px: f64,
    /// On the ground, metres, where both are on it.
    pub(crate) m: Option<f64>,
}

impl Apart {
    pub(crate) fn between(first: &Person, second: &Person) -> Self {
        let metres = |(a, b): (Point, Point)| a.distance(b);
        Self {
            px: first.in_picture.distance(second.in_picture),
            m: first.on_ground.zip(second.on_ground).map(metres),
        }
    }

    /// Returns the lesser of each measure.
    pub(crate) fn least(self, other: Self) -> Self {
        Self {
            px: self.px.min(other.px),
            m: self
                .m
                .map_or(other.m, |m| Some(other.m.map_or(m, |n| m.min(n)))),
        }
    }
}

/// Returns somebody of a frame's people, who are in order of identity.
pub(crate) fn find(people: &[Person], id: u64) -> Option<&Person> {
    let found = people.binary_search_by_key(&id, Person::id);
    found.ok().map(|position| &people[position])
}

/// Puts positions of people in order from left to right.
pub(crate) fn sort_by_x(people: &[Person], by_x: &mut [usize]) {
    by_x.sort_unstable_by(|&i, &j| {
        let order = people[i].place.x.total_cmp(&people[j].place.x);
        order.then(i.cmp(&j))
    });
}

/// Calls `visit` with every two that may be nearer than `reach`, and with how far apart they are; what it returns is the
/// reach from then on. The first of two is the one with the smaller identity.
pub(crate) fn each_near(
    people: &[Person],
    by_x: &[usize],
    mut reach: f64,
    mut visit: impl FnMut(&Person, &Person, f64) -> f64,
) {
    for (position, &i) in by_x.iter().enumerate() {
        for &j in &by_x[position + 1..] {
            if people[j].place.x - people[i].place.x >= reach {
                break;
            }
            let (first, second) = (&people[i.min(j)], &people[i.max(j)]);
            reach = visit(first, second, first.place.distance(second.place));
        }
    }
}
