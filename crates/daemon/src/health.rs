//! How a branch fares: what keeps it from taking commands, who says and shows its calls, and when one was last
//! known to be heard.
//!
//! Shared by the clerk, who meets trouble and sees its end, the sockets, which count the loudspeakers, walls
//! and kiosks among them, and whoever lists the branches. It outlives a clerk. What follows from trouble is the
//! clerk's work (`clerk/trouble.rs`).

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use giliran_protocol::view::{Audience, HealthView, TroubleCode, TroubleView, ZoneHealth};
use giliran_store::StoreError;
use jiff::Timestamp;

use crate::reports::EVERYWHERE;

/// For how long nothing is said of those of a kind after the last of them left: one that lost its link comes
/// back within five seconds, and screens must not change their ways for that.
const RETURN: Duration = Duration::from_secs(10);

/// How a branch fares.
#[derive(Debug)]
pub struct Health {
    now: Mutex<Now>,
}

#[derive(Debug)]
struct Now {
    trouble: Option<TroubleView>,
    speakers: Attendance,
    screens: Attendance,
    kiosks: Attendance,
    last_heard: Option<Timestamp>,
    /// The loudspeakers by zone; those of the whole office are under a zone without a name.
    zones: BTreeMap<String, InZone>,
}

/// The loudspeakers of a zone, of which there was one at some time.
#[derive(Debug)]
struct InZone {
    speakers: Attendance,
    standby: u32,
}

/// What a client is in the hall.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// It says calls aloud in these zones; in all of them where none is named.
    Speaker(Vec<String>),
    /// It stands by to say what those do not.
    Standby(Vec<String>),
    /// It shows them on a wall.
    Screen,
    /// It gives out numbers.
    Kiosk,
}

/// How many of a kind are here.
#[derive(Debug)]
struct Attendance {
    count: u32,
    /// When the last one left, or the daemon began.
    empty_since: Instant,
}

impl Attendance {
    fn new() -> Self {
        Self { count: 0, empty_since: Instant::now() }
    }

    /// None while they may be about to come.
    fn known(&self) -> Option<u32> {
        let known = self.count > 0 || self.empty_since.elapsed() >= RETURN;
        known.then_some(self.count)
    }

    fn come(&mut self) {
        self.count += 1;
    }

    fn leave(&mut self) {
        self.count = self.count.saturating_sub(1);
        if self.count == 0 {
            self.empty_since = Instant::now();
        }
    }
}

impl Now {
    /// Whose coming and going a part's is.
    fn of(&mut self, part: &Part) -> Option<&mut Attendance> {
        match part {
            Part::Speaker(_) => Some(&mut self.speakers),
            Part::Screen => Some(&mut self.screens),
            Part::Kiosk => Some(&mut self.kiosks),
            Part::Standby(_) => None,
        }
    }

    /// The zones in which a part is heard.
    fn zones_of(&mut self, zones: &[String]) -> Vec<&mut InZone> {
        let everywhere = [EVERYWHERE.to_owned()];
        let zones = if zones.is_empty() { &everywhere } else { zones };
        for zone in zones {
            let new = || InZone { speakers: Attendance::new(), standby: 0 };
            self.zones.entry(zone.clone()).or_insert_with(new);
        }
        self.zones.iter_mut().filter(|(zone, _)| zones.contains(zone)).map(|(_, state)| state).collect()
    }

    fn count(&mut self, part: &Part, comes: bool) {
        let count = |attendance: &mut Attendance| if comes { attendance.come() } else { attendance.leave() };
        if let Some(attendance) = self.of(part) {
            count(attendance);
        }
        match part {
            Part::Speaker(zones) => {
                self.zones_of(zones).into_iter().for_each(|zone| count(&mut zone.speakers))
            }
            Part::Standby(zones) => self.zones_of(zones).into_iter().for_each(|zone| {
                zone.standby = if comes { zone.standby + 1 } else { zone.standby.saturating_sub(1) };
            }),
            Part::Screen | Part::Kiosk => {}
        }
    }
}

/// A client that is here, until this is dropped.
#[derive(Debug)]
pub struct Here(Arc<Health>, Part);

impl Health {
    /// A branch that fares well, and whose hall may be about to come.
    pub fn new() -> Self {
        let [speakers, screens, kiosks] = [(); 3].map(|()| Attendance::new());
        let zones = BTreeMap::new();
        Self { now: Mutex::new(Now { trouble: None, speakers, screens, kiosks, last_heard: None, zones }) }
    }

    fn now(&self) -> MutexGuard<'_, Now> {
        self.now.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What keeps the branch from taking commands.
    pub fn trouble(&self) -> Option<TroubleView> {
        self.now().trouble
    }

    /// There is trouble since `since`. One that lasts keeps its beginning.
    pub fn begin(&self, code: TroubleCode, since: Timestamp) {
        let trouble = &mut self.now().trouble;
        if trouble.is_none_or(|known| known.code != code) {
            *trouble = Some(TroubleView { code, since });
        }
    }

    /// The trouble is over.
    pub fn end(&self) {
        self.now().trouble = None;
    }

    /// Another one is here.
    pub fn joins(self: &Arc<Self>, part: Part) -> Here {
        self.now().count(&part, true);
        Here(self.clone(), part)
    }

    /// Whether there was ever a loudspeaker that is heard in a zone, so that a call there is missed if nobody says it.
    pub fn expects(&self, zone: &str) -> bool {
        let zones = &self.now().zones;
        zones.contains_key(zone)
            || zones.contains_key(EVERYWHERE)
            || (zone == EVERYWHERE && !zones.is_empty())
    }

    /// How many loudspeakers say the calls of a zone; none while they may be about to come.
    pub fn speakers_of(&self, zone: &str) -> Option<u32> {
        let now = self.now();
        if zone == EVERYWHERE {
            return now.speakers.known();
        }
        let of = |name: &str| now.zones.get(name).map_or(Some(0), |zone| zone.speakers.known());
        Some(of(zone)? + of(EVERYWHERE)?)
    }

    /// A loudspeaker has said a call to its end.
    pub fn is_heard(&self, at: Timestamp) {
        let heard = &mut self.now().last_heard;
        *heard = (*heard).max(Some(at));
    }

    /// A new day: nothing was heard on it yet, and nothing is expected of zones whose loudspeakers are gone.
    pub fn begin_day(&self) {
        let mut now = self.now();
        now.last_heard = None;
        now.zones.retain(|_, zone| zone.speakers.count > 0 || zone.standby > 0);
    }

    /// The zones that are the whole office: those that loudspeakers have named, or the one without a name.
    pub fn whole_office(&self) -> Vec<String> {
        let now = self.now();
        let named: Vec<_> = now.zones.keys().filter(|zone| *zone != EVERYWHERE).cloned().collect();
        if named.is_empty() { vec![EVERYWHERE.to_owned()] } else { named }
    }

    /// As supervisors see it.
    pub fn view(&self) -> HealthView {
        let now = self.now();
        HealthView {
            trouble: now.trouble,
            speakers: now.speakers.known(),
            screens: now.screens.known(),
            kiosks: now.kiosks.known(),
            last_heard: now.last_heard,
            zones: now
                .zones
                .iter()
                .map(|(zone, here)| ZoneHealth {
                    zone: zone.clone(),
                    speakers: here.speakers.count,
                    standby: here.standby,
                })
                .collect(),
        }
    }
}

impl Default for Health {
    fn default() -> Self {
        Self::new()
    }
}

impl Drop for Here {
    fn drop(&mut self) {
        self.0.now().count(&self.1, false);
    }
}

/// As an audience sees it: nothing is said aloud to whoever stands at a kiosk, and how the hall is equipped is
/// for those who look after it.
pub fn seen_by(audience: Audience, health: &HealthView) -> HealthView {
    let looks_after = audience == Audience::Supervisor;
    HealthView {
        trouble: health.trouble,
        speakers: health.speakers.filter(|_| audience != Audience::Kiosk),
        screens: health.screens.filter(|_| looks_after),
        kiosks: health.kiosks.filter(|_| looks_after),
        last_heard: health.last_heard.filter(|_| looks_after),
        zones: if looks_after { health.zones.clone() } else { Vec::new() },
    }
}

/// What the screens are told of a failure of the store; nothing where it is of one request alone.
pub fn trouble(error: &StoreError) -> Option<TroubleCode> {
    match error {
        StoreError::Full => Some(TroubleCode::StoreFull),
        StoreError::ReadOnly { .. } => Some(TroubleCode::StoreReadOnly),
        StoreError::Failed { .. } => Some(TroubleCode::StoreUnavailable),
        StoreError::SeqTaken { .. }
        | StoreError::Hole { .. }
        | StoreError::CommandTaken { .. }
        | StoreError::Unfit { .. }
        | StoreError::UnfitAudit { .. }
        | StoreError::Damaged { .. }
        | StoreError::Busy
        | StoreError::Closed => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn trouble_that_lasts_keeps_its_beginning_and_another_has_its_own() {
        let health = Health::new();
        health.begin(TroubleCode::StoreFull, at(1));
        health.begin(TroubleCode::StoreFull, at(5));
        assert_eq!(health.trouble(), Some(TroubleView { code: TroubleCode::StoreFull, since: at(1) }));
        health.begin(TroubleCode::StoreUnavailable, at(7));
        assert_eq!(health.trouble(), Some(TroubleView { code: TroubleCode::StoreUnavailable, since: at(7) }));
        health.end();
        assert_eq!(health.trouble(), None);
    }

    #[test]
    fn that_nobody_is_here_is_said_only_when_none_has_come_back_for_a_while() {
        let health = Arc::new(Health::new());
        let [speakers, screens, kiosks]: [fn(&HealthView) -> Option<u32>; 3] =
            [|view| view.speakers, |view| view.screens, |view| view.kiosks];
        let everywhere = Part::Speaker(Vec::new());
        for (part, seen) in [(everywhere, speakers), (Part::Screen, screens), (Part::Kiosk, kiosks)] {
            assert_eq!(seen(&health.view()), None, "they may be about to come");
            let (one, two) = (health.joins(part.clone()), health.joins(part.clone()));
            assert_eq!(seen(&health.view()), Some(2));
            drop(one);
            assert_eq!(seen(&health.view()), Some(1));
            drop(two);
            assert_eq!(seen(&health.view()), None, "it may only have lost its link");
            health.now().of(&part).unwrap().empty_since -= RETURN;
            assert_eq!(seen(&health.view()), Some(0));
        }
        assert_eq!(seen_by(Audience::Kiosk, &health.view()), HealthView::default());
        let wall = seen_by(Audience::Display, &health.view());
        assert_eq!(wall, HealthView { speakers: Some(0), ..HealthView::default() });
        assert_eq!(seen_by(Audience::Supervisor, &health.view()), health.view());
    }

    #[test]
    fn a_zone_has_the_loudspeakers_that_name_it_and_those_that_are_heard_everywhere() {
        let health = Arc::new(Health::new());
        let zone = |name: &str| vec![name.to_owned()];
        assert!(!health.expects("kantin") && !health.expects(EVERYWHERE));
        let hall = health.joins(Part::Speaker(zone("dewan")));
        assert!(health.expects("dewan") && health.expects(EVERYWHERE) && !health.expects("kantin"));
        let spare = health.joins(Part::Standby(zone("kantin")));
        assert!(health.expects("kantin"), "somebody should say it there");
        assert_eq!(health.speakers_of("dewan"), Some(1));
        let everywhere = health.joins(Part::Speaker(vec![]));
        assert_eq!((health.speakers_of("dewan"), health.speakers_of(EVERYWHERE)), (Some(2), Some(2)));
        drop((hall, spare));
        let seen: Vec<_> =
            health.view().zones.into_iter().map(|zone| (zone.zone, zone.speakers, zone.standby)).collect();
        assert_eq!(seen, [(String::new(), 1, 0), ("dewan".into(), 0, 0), ("kantin".into(), 0, 0)]);
        drop(everywhere);
    }

    #[test]
    fn what_was_heard_last_is_of_the_day() {
        let health = Health::new();
        health.is_heard(at(5));
        health.is_heard(at(3));
        assert_eq!(health.view().last_heard, Some(at(5)));
        health.begin_day();
        assert_eq!(health.view().last_heard, None);
    }
}
