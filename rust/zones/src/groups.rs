//! Groups: people who came together, and stayed so.
//!
//! Two are linked from when they came together: the second was first seen within the window after the first, and they
//! were close within the window after that. Two of one group are also linked when they are near, at less than double
//! the distance of close. A link ends when the two have not been near for the window, or when one of them is given up.
//! A group is those whom links join, directly or through others.

use crate::pairs::{ByPair, PairId};
use crate::person::{Person, each_near, find};

/// Two of a group are near at less than this many times the distance at which they are close.
const NEAR: f64 = 2.0;

/// The groups of one distance rule.
#[derive(Debug)]
pub(crate) struct Groups {
    window_ns: i64,
    /// Nearer than this is close, and near, in the rule's unit.
    close: f64,
    near: f64,
    /// Everybody who was seen and is not given up, in order of identity.
    members: Vec<Member>,
    links: ByPair<Link>,
    /// Whether a link is gone since groups were last told apart.
    stale: bool,
}

/// A track with its group.
#[derive(Debug)]
struct Member {
    id: u64,
    first_ns: i64,
    /// The least identity of the group.
    group: u64,
    /// When the group's last one was first seen.
    newest_ns: i64,
    /// Memory for telling groups apart: the position of one of the same group that is not behind it.
    root: usize,
}

/// Two of one group.
#[derive(Debug, Default)]
struct Link {
    /// The first frame in which both were seen and not near, if that was so in every one since that showed both.
    apart_since_ns: Option<i64>,
}

/// What is known of two people.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// They are of one group.
    Together,
    /// They are not, but may come to be through others.
    Open,
    /// They never will be.
    Strangers,
}

impl Groups {
    /// Returns no groups yet; two are close nearer than `close`.
    pub(crate) fn new(window_ns: i64, close: f64) -> Self {
        Self {
            window_ns,
            close,
            near: NEAR * close,
            members: Vec::new(),
            links: ByPair::default(),
            stale: false,
        }
    }

    /// Takes one frame's people, in order of identity, with their positions from left to right.
    pub(crate) fn follow(&mut self, people: &[Person], by_x: &[usize], now_ns: i64) {
        self.welcome(people, now_ns);
        self.stale |= self.part(people, now_ns);
        if self.stale {
            self.regroup();
        }
        if self.members.iter().any(|member| self.grows(member, now_ns)) {
            self.link(people, by_x, self.close, |groups, a, b| {
                groups.came_together(a, b, now_ns)
            });
            if self.links.settle() {
                self.regroup();
            }
        }
        if !self.links.is_empty() {
            self.link(people, by_x, self.near, |_, a, b| a.group == b.group);
            self.links.settle();
        }
    }

    /// Forgets a track that was given up.
    pub(crate) fn leave(&mut self, id: u64) {
        if let Ok(position) = self.position(id) {
            self.members.remove(position);
            self.stale |= self.links.retain(|(a, b), _| a != id && b != id);
        }
    }

    /// Returns what is known of two people after this frame.
    pub(crate) fn verdict(&self, (a, b): PairId, now_ns: i64) -> Verdict {
        match (self.member(a), self.member(b)) {
            (Some(a), Some(b)) if a.group == b.group => Verdict::Together,
            (Some(a), Some(b)) if self.grows(a, now_ns) && self.grows(b, now_ns) => Verdict::Open,
            _ => Verdict::Strangers,
        }
    }

    /// Returns what is wrong with what is known, if anything is.
    pub(crate) fn fault(&self, is_track: impl Fn(u64) -> bool) -> Option<String> {
        if let Some(stranger) = self.members.iter().find(|member| !is_track(member.id)) {
            return Some(format!(
                "a group remembers track {}, which is gone",
                stranger.id
            ));
        }
        if !self.members.is_sorted_by(|a, b| a.id < b.id) {
            return Some("members are not in order, or twice".to_owned());
        }
        let apart = |(a, b): PairId| {
            let groups = self.member(a).zip(self.member(b));
            groups.is_none_or(|(a, b)| a.group != b.group)
        };
        let split = self
            .links
            .iter()
            .find(|&(pair, _)| !self.stale && apart(pair));
        split.map(|(pair, _)| format!("the link {pair:?} joins two groups"))
    }

    fn position(&self, id: u64) -> Result<usize, usize> {
        self.members.binary_search_by_key(&id, |member| member.id)
    }

    fn member(&self, id: u64) -> Option<&Member> {
        self.position(id)
            .ok()
            .map(|position| &self.members[position])
    }

    /// Returns whether somebody can still come together with one of the group: whoever is first seen a window after its
    /// last one can, for another window.
    fn grows(&self, member: &Member, now_ns: i64) -> bool {
        now_ns.saturating_sub(member.newest_ns) <= self.window_ns.saturating_mul(2)
    }

    /// Returns whether two who are close now came together.
    fn came_together(&self, a: &Member, b: &Member, now_ns: i64) -> bool {
        let (earlier, later) = (a.first_ns.min(b.first_ns), a.first_ns.max(b.first_ns));
        later.saturating_sub(earlier) <= self.window_ns
            && now_ns.saturating_sub(later) <= self.window_ns
    }

    /// Takes in who was not seen before.
    fn welcome(&mut self, people: &[Person], now_ns: i64) {
        let known = self.members.len();
        for person in people {
            let id = person.id();
            let before = self.members[..known].binary_search_by_key(&id, |member| member.id);
            if before.is_err() {
                self.members.push(Member {
                    id,
                    first_ns: now_ns,
                    group: id,
                    newest_ns: now_ns,
                    root: 0,
                });
            }
        }
        if self.members.len() > known {
            self.members.sort_unstable_by_key(|member| member.id);
        }
    }

    /// Ends the links of those who have been apart for long enough; returns whether there were any.
    fn part(&mut self, people: &[Person], now_ns: i64) -> bool {
        let (near, window_ns) = (self.near, self.window_ns);
        self.links.retain(|(a, b), link| {
            let Some((first, second)) = find(people, a).zip(find(people, b)) else {
                return true;
            };
            if first.place.distance(second.place) < near {
                link.apart_since_ns = None;
                return true;
            }
            let since_ns = *link.apart_since_ns.get_or_insert(now_ns);
            now_ns.saturating_sub(since_ns) < window_ns
        })
    }

    /// Links those nearer than `reach` of whom `joins` says so.
    fn link(
        &mut self,
        people: &[Person],
        by_x: &[usize],
        reach: f64,
        joins: impl Fn(&Self, &Member, &Member) -> bool,
    ) {
        each_near(people, by_x, reach, |first, second, distance| {
            let pair = (first.id(), second.id());
            if distance < reach && !self.links.contains(pair) {
                let members = self.member(pair.0).zip(self.member(pair.1));
                if members.is_some_and(|(a, b)| joins(self, a, b)) {
                    self.links.add(pair, Link::default());
                }
            }
            reach
        });
    }

    /// Tells groups apart afresh, by the links.
    fn regroup(&mut self) {
        for (position, member) in self.members.iter_mut().enumerate() {
            member.root = position;
            member.newest_ns = member.first_ns;
        }
        let Self { members, links, .. } = self;
        for ((a, b), _) in links.iter() {
            let find = |id| members.binary_search_by_key(&id, |member| member.id).ok();
            if let Some((a, b)) = find(a).zip(find(b)) {
                let (a, b) = (root(members, a), root(members, b));
                members[a.max(b)].root = a.min(b);
            }
        }
        // Roots are never behind, so that those of all before are final.
        for position in 0..members.len() {
            let root = members[members[position].root].root;
            members[position].root = root;
            members[position].group = members[root].id;
            members[root].newest_ns = members[root].newest_ns.max(members[position].first_ns);
        }
        for position in 0..members.len() {
            members[position].newest_ns = members[members[position].root].newest_ns;
        }
        self.stale = false;
    }
}

/// Returns the first of those that are known to be of one group, and shortens the way there.
fn root(members: &mut [Member], mut position: usize) -> usize {
    while members[position].root != position {
        let nearer = members[members[position].root].root;
        members[position].root = nearer;
        position = nearer;
    }
    position
}
