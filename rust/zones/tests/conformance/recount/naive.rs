//! The same conclusions by looking at every pair in every frame.

use std::collections::{BTreeMap, BTreeSet};

use sightline_geometry::Point;
use sightline_ground::GroundPlane;
use sightline_zones::{SceneSpec, Threshold};

use crate::walk::{Place, SIZE_PX};

pub(super) type Pair = (u64, u64);

/// What was seen of somebody: when, and where in the picture.
#[derive(Clone, Copy, PartialEq)]
struct Seen {
    ns: i64,
    place: Point,
}

/// A contact: since when, the last pass outward, and whether it has lasted long enough.
#[derive(Clone, Copy)]
struct Contact {
    since_ns: i64,
    parting_ns: Option<i64>,
    due: bool,
    reported: bool,
    /// The last frame that showed both.
    last_ns: i64,
}

/// Who, what, when, and in which frame it was certain.
pub(super) type Said = (Pair, &'static str, i64, i64);

pub(super) struct Recount {
    close: f64,
    least_ns: i64,
    window_ns: Option<i64>,
    /// Whether the rule measures on the ground, and where that is once it is known.
    metric: bool,
    pub(super) plane: Option<GroundPlane>,
    now_ns: i64,
    first_ns: BTreeMap<u64, i64>,
    /// The last two sightings.
    seen: BTreeMap<u64, (Seen, Seen)>,
    links: BTreeMap<Pair, Option<i64>>,
    contacts: BTreeMap<Pair, Contact>,
    held: Vec<(Pair, Contact, i64)>,
    pub(super) said: Vec<Said>,
}

impl Recount {
    pub(super) fn new(spec: &SceneSpec) -> Self {
        let distance = &spec.distances[0];
        let (close, metric) = match distance.threshold {
            Threshold::Share(share) => (share * f64::from(SIZE_PX), false),
            Threshold::Metres(metres) => (metres, true),
        };
        let plane = spec
            .ground
            .as_ref()
            .map(|ground| ground.plane(SIZE_PX, SIZE_PX));
        Self {
            close,
            least_ns: distance.min_duration_ns.unwrap_or_default(),
            window_ns: distance.group_ns,
            metric,
            plane: plane.filter(|_| metric).and_then(Result::ok).flatten(),
            now_ns: 0,
            first_ns: BTreeMap::new(),
            seen: BTreeMap::new(),
            links: BTreeMap::new(),
            contacts: BTreeMap::new(),
            held: Vec::new(),
            said: Vec::new(),
        }
    }

    pub(super) fn show(&mut self, ns: i64, people: &[(u64, Place)], removed: &[u64]) {
        self.now_ns = ns;
        for &id in removed {
            self.leave(id, "lost");
        }
        for &(id, place) in people {
            let place = Point::from(place);
            let now = Seen { ns, place };
            let before = self.seen.get(&id).map_or(now, |&(_, last)| last);
            self.seen.insert(id, (before, now));
            if self.located(now).is_some() {
                self.first_ns.entry(id).or_insert(ns);
            }
        }
        let is_here = |id: &u64| {
            self.seen
                .get(id)
                .is_some_and(|&(_, now)| now.ns == ns && self.located(now).is_some())
        };
        let here: Vec<u64> = self.first_ns.keys().copied().filter(is_here).collect();
        let all = here.iter().flat_map(|&a| here.iter().map(move |&b| (a, b)));
        let pairs: Vec<Pair> = all.filter(|(a, b)| a < b).collect();
        self.link(&pairs);
        for &pair in &pairs {
            self.judge(pair);
        }
        self.settle();
    }

    fn leave(&mut self, id: u64, reason: &'static str) {
        let of = |(a, b): Pair| a == id || b == id;
        let held = std::mem::take(&mut self.held);
        for (pair, contact, parted_ns) in held {
            if of(pair) {
                self.say(pair, "close", contact.since_ns);
                self.say(pair, "exited", parted_ns);
            } else {
                self.held.push((pair, contact, parted_ns));
            }
        }
        let (ending, others) = std::mem::take(&mut self.contacts)
            .into_iter()
            .partition(|&(pair, _)| of(pair));
        self.contacts = others;
        let ending: BTreeMap<Pair, Contact> = ending;
        for (pair, contact) in ending.into_iter().filter(|(_, contact)| contact.due) {
            if !contact.reported {
                self.say(pair, "close", contact.since_ns);
            }
            self.say(pair, reason, contact.last_ns);
        }
        self.links.retain(|&pair, _| !of(pair));
        self.first_ns.remove(&id);
        self.seen.remove(&id);
    }

    pub(super) fn close(&mut self, reason: &'static str) {
        for id in self.seen.keys().copied().collect::<Vec<_>>() {
            self.leave(id, reason);
        }
    }

    fn say(&mut self, pair: Pair, what: &'static str, ns: i64) {
        self.said.push((pair, what, ns, self.now_ns));
    }

    /// Where the rule measures from.
    fn located(&self, seen: Seen) -> Option<Point> {
        match &self.plane {
            Some(plane) => plane.locate(seen.place),
            None => (!self.metric).then_some(seen.place),
        }
    }

    fn apart(&self, (a, b): Pair) -> f64 {
        let place = |id| self.seen.get(&id).and_then(|&(_, now)| self.located(now));
        place(a)
            .zip(place(b))
            .map_or(f64::INFINITY, |(a, b)| a.distance(b))
    }

    /// Everybody whom links join with `id`.
    fn group(&self, id: u64) -> BTreeSet<u64> {
        let mut group = BTreeSet::from([id]);
        loop {
            let more: Vec<u64> = self
                .links
                .keys()
                .filter(|(a, b)| group.contains(a) != group.contains(b))
                .flat_map(|&(a, b)| [a, b])
                .collect();
            if more.is_empty() {
                return group;
            }
            group.extend(more);
        }
    }

    fn link(&mut self, pairs: &[Pair]) {
        let Some(window_ns) = self.window_ns else {
            return;
        };
        for &pair in pairs {
            let near = self.apart(pair) < 2.0 * self.close;
            let now_ns = self.now_ns;
            if let Some(since) = self.links.get_mut(&pair) {
                *since = if near { None } else { since.or(Some(now_ns)) };
                if since.is_some_and(|since| now_ns - since >= window_ns) {
                    self.links.remove(&pair);
                }
            }
        }
        for &(a, b) in pairs {
            let (a_ns, b_ns) = (self.first_ns[&a], self.first_ns[&b]);
            let in_time =
                (a_ns - b_ns).abs() <= window_ns && self.now_ns - a_ns.max(b_ns) <= window_ns;
            if in_time && self.apart((a, b)) < self.close {
                self.links.entry((a, b)).or_default();
            }
        }
        for &(a, b) in pairs {
            if self.apart((a, b)) < 2.0 * self.close && self.group(a).contains(&b) {
                self.links.entry((a, b)).or_default();
            }
        }
    }

    /// Whether somebody may yet come together with one of a group.
    fn grows(&self, group: &BTreeSet<u64>, window_ns: i64) -> bool {
        group
            .iter()
            .any(|id| self.now_ns - self.first_ns[id] <= 2 * window_ns)
    }

    /// Whether two are of one group; `None` while that is open.
    fn together(&self, (a, b): Pair) -> Option<bool> {
        let Some(window_ns) = self.window_ns else {
            return Some(false);
        };
        let (of_a, of_b) = (self.group(a), self.group(b));
        if of_a.contains(&b) {
            return Some(true);
        }
        let open = self.grows(&of_a, window_ns) && self.grows(&of_b, window_ns);
        (!open).then_some(false)
    }

    /// When two passed the threshold on their way here.
    fn passed_ns(&self, (a, b): Pair) -> i64 {
        let (a, b) = (self.seen[&a], self.seen[&b]);
        let apart =
            |a: Seen, b: Seen| Some(self.located(a)?.distance(self.located(b)?) - self.close);
        match (apart(a.0, b.0), apart(a.1, b.1)) {
            (Some(before), Some(after)) if a.0.ns == b.0.ns && (before < 0.0) != (after < 0.0) => {
                let share = before / (before - after);
                #[expect(clippy::cast_possible_truncation, reason = "tests last seconds")]
                let passed_ns = ((self.now_ns - a.0.ns) as f64 * share).round() as i64;
                a.0.ns + passed_ns
            }
            _ => self.now_ns,
        }
    }

    fn judge(&mut self, pair: Pair) {
        let close = self.apart(pair) < self.close;
        if self.together(pair) == Some(true) {
            return;
        }
        let passed_ns = self.passed_ns(pair);
        let contact = match self.contacts.get_mut(&pair) {
            Some(contact) => {
                contact.parting_ns = if close {
                    None
                } else {
                    contact.parting_ns.or(Some(passed_ns))
                };
                contact
            }
            None if close => self.contacts.entry(pair).or_insert(Contact {
                since_ns: passed_ns,
                parting_ns: None,
                due: false,
                reported: false,
                last_ns: 0,
            }),
            None => return,
        };
        contact.last_ns = self.now_ns;
        contact.due |=
            contact.parting_ns.is_none() && self.now_ns - contact.since_ns >= self.least_ns;
        let contact = *contact;
        let Some(parting_ns) = contact.parting_ns else {
            return;
        };
        if !contact.due {
            self.contacts.remove(&pair);
        } else if self.apart(pair) > self.close * 1.1 {
            self.contacts.remove(&pair);
            if contact.reported {
                self.say(pair, "exited", parting_ns);
            } else {
                self.held.push((pair, contact, parting_ns));
            }
        }
    }

    /// Says or forgets what was held back, where that is known.
    fn settle(&mut self) {
        for (pair, mut contact) in self.contacts.clone() {
            match self.together(pair) {
                Some(true) if !contact.reported => {
                    self.contacts.remove(&pair);
                }
                Some(false) if contact.due && !contact.reported => {
                    self.say(pair, "close", contact.since_ns);
                    contact.reported = true;
                    self.contacts.insert(pair, contact);
                }
                _ => {}
            }
        }
        for (pair, contact, parted_ns) in std::mem::take(&mut self.held) {
            match self.together(pair) {
                Some(true) => {}
                None => self.held.push((pair, contact, parted_ns)),
                Some(false) => {
                    self.say(pair, "close", contact.since_ns);
                    self.say(pair, "exited", parted_ns);
                }
            }
        }
    }
}
