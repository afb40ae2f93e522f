//! How a camera's connection is, for whoever looks from another thread.

use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

/// How a camera's connection is now.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Connection {
    /// Whether frames come, or can come; a file is connected as long as it is read.
    pub connected: bool,
    /// How often the camera was reached again after it was lost.
    pub reconnects: u64,
    /// Frames that nobody took in time, so that newer ones took their place.
    pub frames_dropped: u64,
    /// Wall clock at a camera's `pts_ns` 0, nanoseconds since 1970, from when it was reached first; `None` before, and for a file.
    pub started_at_ns: Option<i64>,
    /// Why the camera was not reached, or was lost, the last time; without secrets.
    pub last_error: Option<String>,
}

/// Shows how a source's connection is. Clones show the same.
#[derive(Clone, Debug, Default)]
pub struct Health {
    state: Arc<State>,
}

#[derive(Debug, Default)]
struct State {
    connected: AtomicBool,
    reconnects: AtomicU64,
    frames_dropped: AtomicU64,
    /// 0 for none.
    started_at_ns: AtomicI64,
    last_error: Mutex<Option<String>>,
}

impl Health {
    /// Returns how the connection is now.
    pub fn connection(&self) -> Connection {
        let last_error = self.state.last_error.lock();
        Connection {
            connected: self.state.connected.load(Ordering::Relaxed),
            reconnects: self.state.reconnects.load(Ordering::Relaxed),
            frames_dropped: self.state.frames_dropped.load(Ordering::Relaxed),
            started_at_ns: Some(self.state.started_at_ns.load(Ordering::Relaxed))
                .filter(|&started_at_ns| started_at_ns != 0),
            last_error: last_error.unwrap_or_else(PoisonError::into_inner).clone(),
        }
    }

    /// Counts a frame that nobody took in time.
    pub fn count_dropped(&self) {
        self.state.frames_dropped.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn connected(&self, again: bool) {
        self.state
            .reconnects
            .fetch_add(u64::from(again), Ordering::Relaxed);
        self.state.connected.store(true, Ordering::Relaxed);
    }

    /// Notes that a camera's times count from now.
    #[expect(
        clippy::disallowed_methods,
        reason = "events of a camera carry a time of day, and nobody else says it"
    )]
    pub(crate) fn started(&self) {
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
        let now_ns = now.map_or(0, |now| i64::try_from(now.as_nanos()).unwrap_or(0));
        self.state.started_at_ns.store(now_ns, Ordering::Relaxed);
    }

    pub(crate) fn lost(&self, why: &str) {
        self.state.connected.store(false, Ordering::Relaxed);
        let last_error = self.state.last_error.lock();
        *last_error.unwrap_or_else(PoisonError::into_inner) = Some(why.to_owned());
    }

    pub(crate) fn ended(&self) {
        self.state.connected.store(false, Ordering::Relaxed);
    }
}
