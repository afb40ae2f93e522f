//! What a zone is to watch beyond who comes and goes.

use super::Check;
use crate::loiter::Loiter;
use crate::queue::Queue;
use crate::spec::ZoneSpec;
use crate::speed::SpeedLimit;
use crate::watch::Watch;
use crate::way::Way;

impl Check {
    /// Returns the rules of a zone that are there only if asked for; `None` where nothing is.
    pub(super) fn watch(&mut self, path: &str, spec: &ZoneSpec) -> Option<Box<Watch>> {
        self.duration(&format!("{path}.loiter_ns"), spec.loiter_ns);
        self.no_less_than_zero(&format!("{path}.loiter_absence_ns"), spec.loiter_absence_ns);
        let queue = self.queue(path, spec);
        let way = self.way(path, spec);
        let speed = self.speed(path, spec);
        let watch = Watch {
            queue,
            way,
            speed,
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

    fn way(&mut self, path: &str, spec: &ZoneSpec) -> Option<Way> {
        let (way, tolerance_deg) = (spec.way_deg, spec.way_tolerance_deg);
        if let Some(found) = way.filter(|deg| !(0.0..=360.0).contains(deg)) {
            let message = format!("expected degrees clockwise from 0 to 360, found {found}");
            self.fault(format!("{path}.way_deg"), message);
        }
        if !(tolerance_deg > 0.0 && tolerance_deg < 180.0) {
            let message =
                format!("expected degrees, more than 0 and less than 180, found {tolerance_deg}");
            self.fault(format!("{path}.way_tolerance_deg"), message);
        }
        self.no_less_than_zero(&format!("{path}.way_ns"), spec.way_ns);
        way.map(|toward_deg| Way {
            toward_deg,
            tolerance_deg,
            min_duration_ns: spec.way_ns,
        })
    }

    fn speed(&mut self, path: &str, spec: &ZoneSpec) -> Option<SpeedLimit> {
        let limit_path = format!("{path}.speed_limit_mps");
        if let Some(found) = spec.speed_limit_mps {
            if !(found.is_finite() && found > 0.0) {
                let message = format!("expected metres a second, more than 0, found {found}");
                self.fault(limit_path, message);
            } else if !self.grounded {
                let message = "expected a ground in the scene, which speeds are measured on, found none; say where it is, or leave the limit out";
                self.fault(limit_path, message);
            }
        }
        self.no_less_than_zero(&format!("{path}.speed_ns"), spec.speed_ns);
        spec.speed_limit_mps.map(|limit_mps| SpeedLimit {
            limit_mps,
            min_duration_ns: spec.speed_ns,
        })
    }

    fn no_less_than_zero(&mut self, path: &str, found_ns: i64) {
        if found_ns < 0 {
            let message = format!("expected 0 nanoseconds or more, found {found_ns}");
            self.fault(path, message);
        }
    }
}
