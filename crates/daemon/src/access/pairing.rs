//! Pairing: a device shows a short code, and a supervisor who reads it there lets the device take part.
//!
//! The form is that of RFC 8628, as it is for machines without a keyboard. Codes are 8 of 20 letters, 34.5 bits;
//! one is good for ten minutes and once, and wrong ones are bounded for who types them. Codes that wait are listed
//! nowhere: who approves has stood before the screen.

use std::{
    collections::BTreeMap,
    net::IpAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use giliran_core::{BranchId, DeviceId};
use giliran_protocol::access::{DeviceKind, Pairing, PairingOffer, PendingDevice};
use jiff::{SignedDuration, Timestamp};

use crate::access::{
    devices::Device,
    secrets::{KeyHash, key_hash, random_text},
};

/// No vowels, so that no word comes out; nothing that looks like another letter.
const LETTERS: [char; 20] =
    ['B', 'C', 'D', 'F', 'G', 'H', 'J', 'K', 'L', 'M', 'N', 'P', 'Q', 'R', 'S', 'T', 'V', 'W', 'X', 'Z'];

/// How many letters a code has.
const LENGTH: usize = 8;

/// How long a code is good, and a key can be fetched.
const GOOD_FOR: Duration = Duration::from_secs(600);

/// How many devices may wait at once. A thousand kiosks are not set up within ten minutes.
const WAITING: usize = 1024;

/// A device that waits, or that was approved and has not fetched its key.
#[derive(Debug)]
struct Waits {
    device: DeviceKind,
    branch: BranchId,
    from: IpAddr,
    since: Timestamp,
    until: Instant,
    claim: KeyHash,
    approved: Option<(DeviceId, String)>,
}

/// The devices that ask to take part.
#[derive(Debug, Default)]
pub struct Pairings {
    /// By code, without hyphen.
    waiting: Mutex<BTreeMap<String, Waits>>,
}

/// A device that was approved: what is to be kept of it, and its key.
#[derive(Debug)]
pub struct Approved {
    /// The device, with what stands for its key.
    pub device: Arc<Device>,
    key: String,
}

impl Pairings {
    fn waiting(&self, now: Instant) -> MutexGuard<'_, BTreeMap<String, Waits>> {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.retain(|_, waits| waits.until > now);
        waiting
    }

    /// A device asks to take part. None where too many do.
    pub fn ask(
        &self,
        (device, branch): (DeviceKind, BranchId),
        from: IpAddr,
        (since, now): (Timestamp, Instant),
    ) -> Option<PairingOffer> {
        let mut waiting = self.waiting(now);
        if waiting.len() >= WAITING {
            return None;
        }
        let code = std::iter::repeat_with(random_code).find(|code| !waiting.contains_key(code))?;
        let (claim, until) = (random_text(), now + GOOD_FOR);
        let shown = format!("{}-{}", &code[..LENGTH / 2], &code[LENGTH / 2..]);
        let waits = Waits { device, branch, from, since, until, claim: key_hash(&claim), approved: None };
        waiting.insert(code, waits);
        let until = SignedDuration::try_from(GOOD_FOR).ok().and_then(|long| since.checked_add(long).ok());
        Some(PairingOffer { code: shown, claim, until: until.unwrap_or(since) })
    }

    /// The device behind a code, which stands in that branch and waits.
    pub fn look(&self, branch: &BranchId, code: &str, now: Instant) -> Option<PendingDevice> {
        let waiting = self.waiting(now);
        let waits = waiting.get(&plain(code)).filter(|waits| waits.branch == *branch)?;
        let pending =
            PendingDevice { device: waits.device, from: waits.from.to_string(), since: waits.since };
        waits.approved.is_none().then_some(pending)
    }

    /// The device behind a code as it will take part under that name; it does when it is [approved](Self::approve).
    pub fn prepare(
        &self,
        (branch, code): (&BranchId, &str),
        id: DeviceId,
        by: (Timestamp, String),
        now: Instant,
    ) -> Option<Approved> {
        let kind = self.look(branch, code, now)?.device;
        let key = random_text();
        let device = Device::new(branch.clone(), id, kind, key_hash(&key), by);
        Some(Approved { device: Arc::new(device), key })
    }

    /// The device may fetch its key. A code is good once: false where it was used meanwhile.
    pub fn approve(&self, code: &str, approved: Approved, now: Instant) -> bool {
        match self.waiting(now).get_mut(&plain(code)) {
            Some(waits) if waits.approved.is_none() => {
                waits.approved = Some((approved.device.id.clone(), approved.key));
                waits.until = now + GOOD_FOR;
                true
            }
            Some(_) | None => false,
        }
    }

    /// How it stands with the device that holds the claim. Its key is given as often as it asks, for as long as the
    /// claim is good: an answer may be lost on the way.
    pub fn claim(&self, claim: &str, now: Instant) -> Option<Pairing> {
        let claim = key_hash(claim);
        let waiting = self.waiting(now);
        let waits = waiting.values().find(|waits| waits.claim == claim)?;
        Some(match &waits.approved {
            None => Pairing::Waiting,
            Some((id, key)) => Pairing::Paired { id: id.to_string(), key: Some(key.clone()) },
        })
    }
}

fn random_code() -> String {
    (0..LENGTH).map(|_| LETTERS[rand::random_range(0..LETTERS.len())]).collect()
}

/// A code as people write it.
fn plain(code: &str) -> String {
    code.chars()
        .filter(|c| c.is_ascii_alphabetic())
        .take(LENGTH + 1)
        .map(|c| c.to_ascii_uppercase())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SINCE: Timestamp = Timestamp::UNIX_EPOCH;

    fn branch(id: &str) -> BranchId {
        id.parse().unwrap()
    }

    fn ask(pairings: &Pairings, now: Instant) -> PairingOffer {
        let kiosk = (DeviceKind::Kiosk, branch("contoh"));
        pairings.ask(kiosk, [10, 0, 0, 7].into(), (SINCE, now)).unwrap()
    }

    #[test]
    fn a_device_gets_its_key_when_its_code_was_approved_in_its_branch_and_once() {
        let (pairings, now) = (Pairings::default(), Instant::now());
        let offer = ask(&pairings, now);
        assert_eq!(pairings.claim(&offer.claim, now), Some(Pairing::Waiting));
        assert!(pairings.look(&branch("lain"), &offer.code, now).is_none());
        let typed = offer.code.to_lowercase().replace('-', " ");
        assert_eq!(pairings.look(&branch("contoh"), &typed, now).unwrap().device, DeviceKind::Kiosk);
        let prepare = || {
            let by = (SINCE, "siti".to_owned());
            pairings.prepare((&branch("contoh"), &typed), "kiosk-1".parse().unwrap(), by, now)
        };
        let (first, second) = (prepare().unwrap(), prepare().unwrap());
        let key = first.key.clone();
        assert!(pairings.approve(&typed, first, now));
        assert!(!pairings.approve(&typed, second, now), "a code is good once");
        assert!(prepare().is_none());
        for _ in 0..2 {
            let got = pairings.claim(&offer.claim, now).unwrap();
            assert_eq!(got, Pairing::Paired { id: "kiosk-1".into(), key: Some(key.clone()) });
        }
        assert!(pairings.claim(&offer.code, now).is_none());
    }

    #[test]
    fn a_code_ends_after_ten_minutes() {
        let (pairings, now) = (Pairings::default(), Instant::now());
        let offer = ask(&pairings, now);
        let later = now + GOOD_FOR;
        assert!(pairings.look(&branch("contoh"), &offer.code, later).is_none());
        assert!(pairings.claim(&offer.claim, later).is_none());
    }

    #[test]
    fn only_so_many_wait_at_once() {
        let (pairings, now) = (Pairings::default(), Instant::now());
        for _ in 0..WAITING {
            ask(&pairings, now);
        }
        let kiosk = || (DeviceKind::Kiosk, branch("contoh"));
        assert!(pairings.ask(kiosk(), [10, 0, 0, 7].into(), (SINCE, now)).is_none());
        let later = now + GOOD_FOR;
        assert!(pairings.ask(kiosk(), [10, 0, 0, 7].into(), (SINCE, later)).is_some());
    }
}
