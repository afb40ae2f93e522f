//! What a zone is to watch beyond who comes and goes.

use super::Check;
use crate::loiter::Loiter;
use crate::queue::Queue;
use crate::spec::ZoneSpec;
use crate::watch::Watch;

impl Check {
    /// Returns the rules of a zone that are there only if asked for; `None` where nothing is.
    pub(super) fn watch(&mut self, path: &str, spec: &ZoneSpec) -> Option<Box<Watch>> {
        self.duration(&format!("{path}.loiter_ns"), spec.loiter_ns);
        self.no_less_than_zero(&format!("{path}.loiter_absence_ns"), spec.loiter_absence_ns);
        let queue = self.queue(path, spec);
        let watch = Watch {
            queue,
            loiter: spec.loiter_ns.map(|after_ns| Loiter {
                after_ns,
                absence_ns: spec.loiter_absence_ns,
            }),
            ..Watch::default()
        };
        watch.is_asked_for().then(|| Box::new(watch))
    }

    fn queue(&mut self, path: &str, spec: &ZoneSpec) -> Option<Queue> {
        let limit_path = format!("{path}.wait_limit_ns");
        self.duration(&limit_path, spec.wait_limit_ns);
        let Some(after_ns) = spec.queue_after_ns else {
            if let Some(found) = spec.wait_limit_ns {
                let message = format!(
                    "expected queue_after_ns beside it, found {found} alone; say when people wait"
                );
                self.fault(limit_path, message);
            }
            return None;
        };
        self.no_less_than_zero(&format!("{path}.queue_after_ns"), after_ns);
        if let Some(found) = spec.wait_limit_ns.filter(|&ns| 0 < ns && ns < after_ns) {
            let message = format!(
                "expected at least queue_after_ns, which is {after_ns}, found {found}; nobody waits before"
            );
            self.fault(limit_path, message);
        }
        Some(Queue::new(after_ns, spec.wait_limit_ns))
    }

    fn no_less_than_zero(&mut self, path: &str, found_ns: i64) {
        if found_ns < 0 {
            let message = format!("expected 0 nanoseconds or more, found {found_ns}");
            self.fault(path, message);
        }
    }
}
