//! Opening and closing counters, pauses, who works there and what they take.

use std::collections::BTreeSet;

use super::{Branch, issue::known_service};
use crate::{CounterId, Event, OfficerId, PauseReason, Refusal, Rules, ServiceId};

impl Branch {
    pub(super) fn open(&self, counter: &CounterId) -> Result<Event, Refusal> {
        if self.known_counter(counter)?.open {
            return Err(Refusal::CounterOpen);
        }
        Ok(Event::CounterOpened { counter: counter.clone() })
    }

    pub(super) fn close(&self, counter: &CounterId) -> Result<Event, Refusal> {
        self.free_counter(counter)?;
        Ok(Event::CounterClosed { counter: counter.clone() })
    }

    pub(super) fn pause(&self, counter: &CounterId, reason: PauseReason) -> Result<Event, Refusal> {
        if self.free_counter(counter)?.pause.is_some() {
            return Err(Refusal::CounterPaused);
        }
        Ok(Event::CounterPaused { counter: counter.clone(), reason })
    }

    pub(super) fn end_pause(&self, counter: &CounterId) -> Result<Event, Refusal> {
        if self.open_counter(counter)?.pause.is_none() {
            return Err(Refusal::CounterNotPaused);
        }
        Ok(Event::CounterResumed { counter: counter.clone() })
    }

    pub(super) fn seat(&self, counter: &CounterId, officer: Option<&OfficerId>) -> Result<Event, Refusal> {
        if self.known_counter(counter)?.officer.as_ref() == officer {
            return Err(Refusal::OfficerThere);
        }
        Ok(Event::OfficerSeated { counter: counter.clone(), officer: officer.cloned() })
    }

    pub(super) fn choose_services(
        &self,
        rules: &Rules,
        counter: &CounterId,
        services: &[ServiceId],
        helps: Option<&[Vec<ServiceId>]>,
    ) -> Result<Event, Refusal> {
        let known = self.known_counter(counter)?;
        for service in services.iter().chain(helps.into_iter().flatten().flatten()) {
            known_service(rules, service)?;
        }
        let services: BTreeSet<_> = services.iter().cloned().collect();
        if services.is_empty() {
            return Err(Refusal::NoServices);
        }
        // A service stands in its highest tier, and there once.
        let mut seen = services.clone();
        let helps = helps.unwrap_or(&known.helps).iter();
        let helps = helps.map(|tier| tier.iter().filter(|s| seen.insert((*s).clone())).cloned().collect());
        Ok(Event::CounterServicesChosen {
            counter: counter.clone(),
            helps: helps.filter(|tier: &Vec<_>| !tier.is_empty()).collect(),
            services: services.into_iter().collect(),
        })
    }
}
