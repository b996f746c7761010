//! The devices that take part, each with a key of its own.

use std::{
    collections::{BTreeMap, HashMap},
    net::IpAddr,
    sync::{Arc, Mutex, PoisonError, RwLock},
};

use giliran_core::{BranchId, DeviceId};
use giliran_protocol::access::{DeviceKind, DeviceView};
use giliran_store::{Change, Record};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use tokio_util::sync::CancellationToken;

use crate::access::secrets::{KeyHash, from_hex, hex};

/// The kind of their records.
pub const KIND: &str = "device";

/// A device that takes part.
#[derive(Debug)]
pub struct Device {
    /// Where it stands.
    pub branch: BranchId,
    /// Its short name, unique there.
    pub id: DeviceId,
    /// What it is for.
    pub kind: DeviceKind,
    /// When it was approved, and by whom.
    pub paired_at: Timestamp,
    /// By whom.
    pub paired_by: String,
    /// Cancelled when its key is revoked: open sockets end with it.
    pub revoked: CancellationToken,
    key: KeyHash,
    seen: Mutex<Option<(Timestamp, IpAddr)>>,
}

/// A device as it is kept.
#[derive(Debug, Serialize, Deserialize)]
struct Kept {
    branch: BranchId,
    id: DeviceId,
    kind: DeviceKind,
    paired_at: Timestamp,
    paired_by: String,
    /// What stands for its key, in hexadecimal.
    key: String,
}

impl Device {
    /// A device that was approved just now, with what stands for its key.
    pub fn new(
        branch: BranchId,
        id: DeviceId,
        kind: DeviceKind,
        key: KeyHash,
        (paired_at, paired_by): (Timestamp, String),
    ) -> Self {
        let revoked = CancellationToken::new();
        Self { branch, id, kind, paired_at, paired_by, revoked, key, seen: Mutex::default() }
    }

    fn read(record: &Record) -> Option<Self> {
        let Kept { branch, id, kind, paired_at, paired_by, key } = serde_json::from_str(&record.body).ok()?;
        Some(Self::new(branch, id, kind, from_hex(&key)?, (paired_at, paired_by)))
    }

    fn record_key(&self) -> String {
        format!("{}/{}", self.branch, self.id)
    }

    /// The change that keeps it.
    pub fn put(&self) -> Change {
        let kept = Kept {
            branch: self.branch.clone(),
            id: self.id.clone(),
            kind: self.kind,
            paired_at: self.paired_at,
            paired_by: self.paired_by.clone(),
            key: hex(&self.key),
        };
        // Made of texts and times: it can always be written.
        let body = serde_json::to_string(&kept).unwrap_or_default();
        Change::PutRecord(Record { kind: KIND.into(), key: self.record_key(), body })
    }

    /// The change that removes it.
    pub fn remove(&self) -> Change {
        Change::RemoveRecord { kind: KIND.into(), key: self.record_key() }
    }

    /// It asked for something.
    pub fn is_seen(&self, at: Timestamp, from: IpAddr) {
        *self.seen.lock().unwrap_or_else(PoisonError::into_inner) = Some((at, from));
    }

    /// As supervisors see it.
    pub fn view(&self) -> DeviceView {
        let seen = *self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        DeviceView {
            id: self.id.to_string(),
            device: self.kind,
            paired_at: self.paired_at,
            paired_by: self.paired_by.clone(),
            seen_at: seen.map(|(at, _)| at),
            seen_from: seen.map(|(_, from)| from.to_string()),
        }
    }
}

/// All that take part.
#[derive(Debug, Default)]
pub struct Devices {
    known: RwLock<Known>,
}

#[derive(Debug, Default)]
struct Known {
    by_key: HashMap<KeyHash, Arc<Device>>,
    by_name: BTreeMap<(BranchId, DeviceId), Arc<Device>>,
}

impl Devices {
    /// Those that were kept. None where a record is not ours.
    pub fn load<'a>(records: impl Iterator<Item = &'a Record>) -> Option<Self> {
        let devices = Self::default();
        for record in records {
            devices.let_in(Arc::new(Device::read(record)?));
        }
        Some(devices)
    }

    fn read(&self) -> std::sync::RwLockReadGuard<'_, Known> {
        self.known.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// The device of a key.
    pub fn of(&self, key: &KeyHash) -> Option<Arc<Device>> {
        self.read().by_key.get(key).cloned()
    }

    /// The device of that name.
    pub fn named(&self, branch: &BranchId, id: &DeviceId) -> Option<Arc<Device>> {
        self.read().by_name.get(&(branch.clone(), id.clone())).cloned()
    }

    /// All of a branch, by name.
    pub fn in_branch(&self, branch: &BranchId) -> Vec<Arc<Device>> {
        let known = self.read();
        known.by_name.values().filter(|device| device.branch == *branch).cloned().collect()
    }

    /// Lets a device take part.
    pub fn let_in(&self, device: Arc<Device>) {
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        known.by_key.insert(device.key, device.clone());
        known.by_name.insert((device.branch.clone(), device.id.clone()), device);
    }

    /// A device's key opens nothing any more, and its sockets are closed.
    pub fn shut_out(&self, device: &Device) {
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        known.by_key.remove(&device.key);
        known.by_name.remove(&(device.branch.clone(), device.id.clone()));
        device.revoked.cancel();
    }
}
