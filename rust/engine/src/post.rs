//! Where the threads of the sources put what they have, and the engine takes it from: one box a stream, bounded.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use sightline_video::Health;

use crate::worker::News;

/// What happens to a frame for which there is no room.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Surplus<'a> {
    /// Its thread waits until there is.
    Waits,
    /// The oldest frame that waits makes room, and is counted here.
    DropsOldest(&'a Health),
}

/// Shows how many frames of each stream wait to be taken, also while the engine is busy. Clones show the same.
#[derive(Clone, Debug)]
pub struct Queues(pub(crate) Arc<Post>);

impl Queues {
    /// Returns how many frames of a stream wait; 0 for a stream that there is not.
    pub fn waiting(&self, stream: usize) -> usize {
        self.0.waiting(stream)
    }
}

#[derive(Debug)]
pub(crate) struct Post {
    /// Frames of one stream that may wait.
    room: usize,
    /// One a stream that somebody still wants something of.
    boxes: Mutex<BTreeMap<usize, Mailbox>>,
    /// Something came for any stream.
    arrived: Condvar,
}

#[derive(Debug, Default)]
struct Mailbox {
    news: VecDeque<News>,
    /// Something was taken of this stream, or it was closed.
    taken: Arc<Condvar>,
}

impl Post {
    pub(crate) fn new(room: usize) -> Self {
        Self {
            room: room.max(1),
            boxes: Mutex::default(),
            arrived: Condvar::new(),
        }
    }

    /// Wants what a stream has from now on.
    pub(crate) fn open(&self, stream: usize) {
        self.lock().insert(stream, Mailbox::default());
    }

    /// Puts a stream's frame down; returns whether anybody still wants it.
    pub(crate) fn put(&self, stream: usize, frame: News, surplus: Surplus<'_>) -> bool {
        let mut boxes = self.lock();
        let Some(taken) = boxes.get(&stream).map(|mail| Arc::clone(&mail.taken)) else {
            return false;
        };
        if let Surplus::Waits = surplus {
            let is_full = |boxes: &mut BTreeMap<usize, Mailbox>| {
                boxes
                    .get(&stream)
                    .is_some_and(|mail| mail.news.len() >= self.room)
            };
            boxes = taken
                .wait_while(boxes, is_full)
                .unwrap_or_else(PoisonError::into_inner);
        }
        let Some(mail) = boxes.get_mut(&stream) else {
            return false;
        };
        let mut dropped = None;
        if let Surplus::DropsOldest(health) = surplus
            && mail.news.len() >= self.room
        {
            dropped = mail.news.pop_front();
            health.count_dropped();
        }
        mail.news.push_back(frame);
        drop(boxes);
        self.arrived.notify_all();
        if let Some(News::Frame(frame)) = dropped {
            // A stream that has ended has no more use for its memory.
            let _ = frame.recycle.send(frame.tensor);
        }
        true
    }

    /// Puts a stream's last news down, for which there is always room.
    pub(crate) fn put_end(&self, stream: usize, end: News) {
        if let Some(mail) = self.lock().get_mut(&stream) {
            mail.news.push_back(end);
        }
        self.arrived.notify_all();
    }

    /// Takes the oldest news of the first of `streams` that has any; `None` when none came in time.
    pub(crate) fn take(&self, streams: &[usize], timeout: Duration) -> Option<(usize, News)> {
        let has_news = |boxes: &BTreeMap<usize, Mailbox>| {
            let mut streams = streams.iter().copied();
            streams.find(|stream| boxes.get(stream).is_some_and(|mail| !mail.news.is_empty()))
        };
        let waited = self
            .arrived
            .wait_timeout_while(self.lock(), timeout, |boxes| has_news(boxes).is_none());
        let (mut boxes, _) = waited.unwrap_or_else(PoisonError::into_inner);
        let stream = has_news(&boxes)?;
        let mail = boxes.get_mut(&stream)?;
        let news = mail.news.pop_front()?;
        mail.taken.notify_all();
        Some((stream, news))
    }

    fn waiting(&self, stream: usize) -> usize {
        let is_frame = |news: &&News| matches!(news, News::Frame(_));
        let boxes = self.lock();
        let mail = boxes.get(&stream);
        mail.map_or(0, |mail| mail.news.iter().filter(is_frame).count())
    }

    /// Wants nothing more of a stream.
    pub(crate) fn close(&self, stream: usize) {
        let closed = self.lock().remove(&stream);
        if let Some(mail) = closed {
            mail.taken.notify_all();
        }
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<usize, Mailbox>> {
        self.boxes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
