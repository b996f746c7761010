//! What the daemon tells by WebSocket.
//!
//! The client opens with [`Hello`]. The daemon answers with [`ToClient::Snapshot`], or with
//! [`ToClient::Resumed`] when it still has all that the client missed; then follows an
//! [`Entry`](ToClient::Entry) for each thing that concerns the audience, in the order of the log.
//!
//! Nothing can be missed unnoticed: an entry names the one before it (`prev`), and a heartbeat every
//! five seconds names the last. A client whose own last is older than that connects again.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    error::Error,
    view::{
        AnnouncementView, Audience, BranchView, CallView, CounterView, HealthView, MissedView, NoticeView,
        OpeningView, ReportView, TallyView, TicketView, UrgentView, Wait,
    },
};

/// How often the daemon sends a [`Heartbeat`](ToClient::Heartbeat), in seconds.
pub const HEARTBEAT_S: u64 = 5;

/// After how many seconds of silence a client takes the link for dead.
pub const SILENCE_S: u64 = 12;

/// The client's first message, due within 10 seconds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", rename = "hello", rename_all = "snake_case")]
pub struct Hello {
    /// Who looks.
    pub audience: Audience,
    /// Where the client stopped, if it has been here before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resume: Option<Resume>,
    /// Whether calls are said aloud by this client, so that people hear them. Screens show a call longer
    /// where nobody hears it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub speaks: bool,
    /// The zones whose calls this client says; all of them when empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub zones: Vec<String>,
    /// Whether it stands by: it says only what [`ToClient::Unheard`] names.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub standby: bool,
}

impl Hello {
    /// A client that is here for the first time, and shows.
    pub fn new(audience: Audience) -> Self {
        Self { audience, resume: None, speaks: false, zones: Vec::new(), standby: false }
    }
}

/// Where a client stopped.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Resume {
    /// The log it followed, as its snapshot said.
    pub log: Uuid,
    /// The last entry that it has, or the `seq` of its snapshot.
    pub seq: u64,
}

/// A message from the daemon. A client ignores a `type` that it does not know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ToClient {
    /// The whole picture: forget what was before.
    Snapshot {
        /// The log that this is of; another one after the database was replaced.
        log: Uuid,
        /// The last entry that is in the picture.
        seq: u64,
        /// When it was taken, by the daemon's clock.
        #[schema(value_type = String, format = DateTime)]
        now: Timestamp,
        /// The picture.
        view: Box<BranchView>,
    },
    /// The client keeps its picture; what it missed follows.
    Resumed {
        /// The last entry of the log.
        seq: u64,
        /// Now, by the daemon's clock.
        #[schema(value_type = String, format = DateTime)]
        now: Timestamp,
    },
    /// Something happened. Its size does not depend on how many wait.
    Entry {
        /// Its place in the log.
        seq: u64,
        /// The place of the last entry before it that concerned this audience; 0 for none. A client that
        /// has not seen so far has missed something.
        prev: u64,
        /// When it happened.
        #[schema(value_type = String, format = DateTime)]
        at: Timestamp,
        /// What is different now, in order.
        changes: Vec<Change>,
    },
    /// Waiting times for who takes a number now; not part of the log.
    Waits {
        /// By service; a service that is absent is as before.
        waits: Vec<ServiceWait>,
    },
    /// The office opened or closed; not part of the log, as time alone brings it about.
    Opening {
        /// As it is now.
        opening: OpeningView,
    },
    /// Something ails the branch or does no longer, or its last loudspeaker is gone or the first is here;
    /// not part of the log.
    Health {
        /// As it is now.
        health: HealthView,
    },
    /// A screen or a loudspeaker reported what became of a call; not part of the log. For officers and
    /// supervisors.
    Reported {
        /// As it is now.
        report: ReportView,
    },
    /// A call or an announcement was not said in some zones though somebody should have: whoever stands by there
    /// says it now; not part of the log. For displays.
    Unheard {
        /// Which, by its place in the log.
        call: u64,
        /// In which zones; one without a name is the whole office.
        zones: Vec<String>,
    },
    /// The link is alive.
    Heartbeat {
        /// The last entry that concerned this audience; 0 for none.
        seq: u64,
        /// Now, by the daemon's clock.
        #[schema(value_type = String, format = DateTime)]
        now: Timestamp,
    },
    /// The daemon will not serve this client, and closes.
    Refused {
        /// Why.
        error: Error,
    },
    /// From a newer daemon.
    #[serde(other)]
    Unknown,
}

/// A waiting time for who takes a number now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ServiceWait {
    /// The service.
    pub service: String,
    /// The waiting time; absent while it is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wait: Option<Wait>,
}

/// One thing that is different. A client replaces what it has by the new form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Change {
    /// A ticket is new or stands elsewhere. For staff.
    Ticket {
        /// As it is now.
        ticket: TicketView,
    },
    /// A ticket has ended. For staff.
    TicketEnded {
        /// Which.
        ticket: u64,
    },
    /// A counter opened, closed, has another ticket or takes other services.
    Counter {
        /// As it is now.
        counter: CounterView,
    },
    /// More or fewer wait for a service.
    Queue {
        /// Which.
        service: String,
        /// How many wait.
        waiting: u32,
        /// How many numbers are left today, where there is a quota.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        numbers_left: Option<u32>,
    },
    /// A ticket was missed; the visitor may come back. For staff.
    Missed {
        /// Which.
        missed: MissedView,
    },
    /// A missed ticket is back, or its time is over. For staff.
    MissedEnded {
        /// Which.
        ticket: u64,
    },
    /// A number was called: show it and say it, once.
    Call {
        /// The call.
        call: CallView,
    },
    /// Something is announced beside the calls: say it, and show what is written, once.
    Announcement {
        /// The announcement.
        announcement: AnnouncementView,
    },
    /// Something else is urgent now.
    Urgent {
        /// As it is now, all of it.
        urgent: Vec<UrgentView>,
    },
    /// The office's notices are others.
    Notices {
        /// As they are now, all of them.
        notices: Vec<NoticeView>,
    },
    /// Today's totals. For supervisors.
    Tally {
        /// As they are now.
        tally: TallyView,
    },
    /// A business day began or the office's rules changed: the whole picture is new.
    Reset {
        /// The picture after this entry.
        view: Box<BranchView>,
    },
    /// From a newer daemon.
    #[serde(other)]
    Unknown,
}
