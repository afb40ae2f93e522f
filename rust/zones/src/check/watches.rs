//! What a zone is to watch beyond who comes and goes.

use super::Check;
use crate::loiter::Loiter;
use crate::spec::ZoneSpec;
use crate::watch::Watch;

impl Check {
    /// Returns the rules of a zone that are there only if asked for; `None` where nothing is.
    pub(super) fn watch(&mut self, path: &str, spec: &ZoneSpec) -> Option<Box<Watch>> {
        self.duration(&format!("{path}.loiter_ns"), spec.loiter_ns);
        self.no_less_than_zero(&format!("{path}.loiter_absence_ns"), spec.loiter_absence_ns);
        let watch = Watch {
            loiter: spec.loiter_ns.map(|after_ns| Loiter {
                after_ns,
                absence_ns: spec.loiter_absence_ns,
            }),
            ..Watch::default()
        };
        watch.is_asked_for().then(|| Box::new(watch))
    }

    fn no_less_than_zero(&mut self, path: &str, found_ns: i64) {
        if found_ns < 0 {
            let message = format!("expected 0 nanoseconds or more, found {found_ns}");
            self.fault(path, message);
        }
    }
}
