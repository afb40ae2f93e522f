//! The one door out of the interpreter: work without the GIL, errors mapped, signals heard.

use std::sync::{Mutex, MutexGuard, PoisonError};

use pyo3::prelude::*;

use crate::errors::CoreError;

/// Runs `work` without the GIL and maps its error.
pub(crate) fn detached<T, E>(
    py: Python<'_>,
    work: impl FnOnce() -> Result<T, E> + Send,
) -> PyResult<T>
where
    T: Send,
    E: Into<CoreError> + Send,
{
    py.detach(work).map_err(|error| error.into().into())
}

/// Repeats `wait`, each time without the GIL, until it has something; between two waits a pressed Ctrl-C raises.
pub(crate) fn detached_until<T: Send>(
    py: Python<'_>,
    mut wait: impl FnMut() -> Option<T> + Send,
) -> PyResult<T> {
    loop {
        if let Some(found) = py.detach(&mut wait) {
            return Ok(found);
        }
        py.check_signals()?;
    }
}

/// Locks, also after another thread died inside: the state is plain data, checked by the next call.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
