//! Why a well-formed command was turned down.

use crate::{ClassId, CounterId, Language, ServiceId, TicketId, TicketNumber, rules::Faults};

/// An answer that says no. The branch is unchanged.
///
/// The `Display` text is English, for logs; people get [`Refusal::sentence`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The branch has no rules yet, so it can do nothing.
    #[error("the branch has no rules yet")]
    NotConfigured,
    /// The rules contradict themselves.
    #[error("the rules are not sound: {0}")]
    UnsoundRules(Faults),
    /// This business day has begun already.
    #[error("this day has begun already")]
    DayHasBegun,
    /// No such service.
    #[error("there is no service `{0}`")]
    UnknownService(ServiceId),
    /// No such class of visitor.
    #[error("there is no class `{0}`")]
    UnknownClass(ClassId),
    /// No such counter.
    #[error("there is no counter `{0}`")]
    UnknownCounter(CounterId),
    /// No ticket was ever given this id.
    #[error("there is no ticket {0}")]
    UnknownTicket(TicketId),
    /// The ticket was served, missed, cancelled or has expired.
    #[error("ticket {0} has ended")]
    TicketEnded(TicketId),
    /// All numbers of the series are with people who still wait.
    #[error("all numbers of `{0}` are in use")]
    NumbersExhausted(ServiceId),
    /// Nobody waits whom the counter may call.
    #[error("nobody waits for this counter")]
    QueueEmpty,
    /// The counter is closed.
    #[error("the counter is closed")]
    CounterClosed,
    /// The counter is open already.
    #[error("the counter is open already")]
    CounterOpen,
    /// The counter has a ticket.
    #[error("the counter has {0}")]
    CounterBusy(TicketNumber),
    /// The counter has another ticket, or none.
    #[error("the counter does not have ticket {0}")]
    NotAtCounter(TicketId),
    /// Serving has begun, so the visitor can't be called or missed any more.
    #[error("{0} is being served")]
    AlreadyServing(TicketNumber),
    /// The ticket is at a counter; that counter decides.
    #[error("{0} is at a counter")]
    TicketAtCounter(TicketNumber),
    /// The ticket is not parked.
    #[error("{0} is not parked")]
    NotParked(TicketNumber),
    /// The ticket waits for that service already.
    #[error("{0} is for that service already")]
    SameService(TicketNumber),
    /// A counter must take at least one service.
    #[error("a counter must take at least one service")]
    NoServices,
}

/// What sort of no it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The command names something that does not exist.
    NotFound,
    /// The command does not fit what is so now.
    Conflict,
    /// The command could never be right.
    Invalid,
}

impl Refusal {
    /// A stable word for programs. Never changes its meaning.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotConfigured => "not_configured",
            Self::UnsoundRules(_) => "unsound_rules",
            Self::DayHasBegun => "day_has_begun",
            Self::UnknownService(_) => "unknown_service",
            Self::UnknownClass(_) => "unknown_class",
            Self::UnknownCounter(_) => "unknown_counter",
            Self::UnknownTicket(_) => "unknown_ticket",
            Self::TicketEnded(_) => "ticket_ended",
            Self::NumbersExhausted(_) => "numbers_exhausted",
            Self::QueueEmpty => "queue_empty",
            Self::CounterClosed => "counter_closed",
            Self::CounterOpen => "counter_open",
            Self::CounterBusy(_) => "counter_busy",
            Self::NotAtCounter(_) => "not_at_counter",
            Self::AlreadyServing(_) => "already_serving",
            Self::TicketAtCounter(_) => "ticket_at_counter",
            Self::NotParked(_) => "not_parked",
            Self::SameService(_) => "same_service",
            Self::NoServices => "no_services",
        }
    }

    /// Whether it is about something missing, about the moment, or about the command itself.
    pub fn kind(&self) -> Kind {
        match self {
            Self::UnknownService(_)
            | Self::UnknownClass(_)
            | Self::UnknownCounter(_)
            | Self::UnknownTicket(_) => Kind::NotFound,
            Self::UnsoundRules(_) | Self::NoServices => Kind::Invalid,
            Self::NotConfigured
            | Self::DayHasBegun
            | Self::TicketEnded(_)
            | Self::NumbersExhausted(_)
            | Self::QueueEmpty
            | Self::CounterClosed
            | Self::CounterOpen
            | Self::CounterBusy(_)
            | Self::NotAtCounter(_)
            | Self::AlreadyServing(_)
            | Self::TicketAtCounter(_)
            | Self::NotParked(_)
            | Self::SameService(_) => Kind::Conflict,
        }
    }

    /// A sentence for the person who asked.
    pub fn sentence(&self, language: Language) -> String {
        let [ms, en, zh, ta] = self.sentences();
        match language {
            Language::Ms => ms,
            Language::En => en,
            Language::Zh => zh,
            Language::Ta => ta,
        }
    }

    /// The sentence in Malay, English, Chinese and Tamil.
    fn sentences(&self) -> [String; 4] {
        let plain = |texts: [&str; 4]| texts.map(String::from);
        let with = |what: &dyn std::fmt::Display, texts: [&str; 4]| {
            texts.map(|text| text.replace("{}", &what.to_string()))
        };
        match self {
            Self::NotConfigured => plain([
                "Pejabat ini belum disediakan.",
                "This office is not set up yet.",
                "本办事处尚未设置。",
                "இந்த அலுவலகம் இன்னும் அமைக்கப்படவில்லை.",
            ]),
            Self::UnsoundRules(faults) => with(
                faults,
                [
                    "Tetapan tidak sah: {}",
                    "The settings are not sound: {}",
                    "设置无效：{}",
                    "அமைப்புகள் சரியில்லை: {}",
                ],
            ),
            Self::DayHasBegun => plain([
                "Hari ini sudah dimulakan.",
                "This day has begun already.",
                "今天已经开始。",
                "இந்த நாள் ஏற்கனவே தொடங்கிவிட்டது.",
            ]),
            Self::UnknownService(id) => with(
                id,
                [
                    "Tiada perkhidmatan `{}`.",
                    "There is no service `{}`.",
                    "没有服务项目“{}”。",
                    "`{}` என்ற சேவை இல்லை.",
                ],
            ),
            Self::UnknownClass(id) => with(
                id,
                [
                    "Tiada golongan pelawat `{}`.",
                    "There is no class of visitor `{}`.",
                    "没有访客类别“{}”。",
                    "`{}` என்ற வருகையாளர் வகை இல்லை.",
                ],
            ),
            Self::UnknownCounter(id) => with(
                id,
                [
                    "Tiada kaunter `{}`.",
                    "There is no counter `{}`.",
                    "没有柜台“{}”。",
                    "`{}` என்ற கவுண்டர் இல்லை.",
                ],
            ),
            Self::UnknownTicket(_) => plain([
                "Tiket ini tidak wujud.",
                "There is no such ticket.",
                "没有此号码票。",
                "அத்தகைய சீட்டு இல்லை.",
            ]),
            Self::TicketEnded(_) => plain([
                "Tiket ini sudah tamat.",
                "This ticket has ended.",
                "此号码票已结束。",
                "இந்தச் சீட்டு முடிந்துவிட்டது.",
            ]),
            Self::NumbersExhausted(_) => plain([
                "Semua nombor untuk perkhidmatan ini sedang digunakan.",
                "All numbers for this service are in use.",
                "此服务的号码已全部发出。",
                "இந்தச் சேவைக்கான எல்லா எண்களும் பயன்பாட்டில் உள்ளன.",
            ]),
            Self::QueueEmpty => plain([
                "Tiada sesiapa menunggu untuk kaunter ini.",
                "Nobody is waiting for this counter.",
                "没有人在等候此柜台。",
                "இந்தக் கவுண்டருக்கு யாரும் காத்திருக்கவில்லை.",
            ]),
            Self::CounterClosed => plain([
                "Kaunter ini ditutup.",
                "The counter is closed.",
                "柜台已关闭。",
                "கவுண்டர் மூடப்பட்டுள்ளது.",
            ]),
            Self::CounterOpen => plain([
                "Kaunter ini sudah dibuka.",
                "The counter is open already.",
                "柜台已经开放。",
                "கவுண்டர் ஏற்கனவே திறந்துள்ளது.",
            ]),
            Self::CounterBusy(number) => with(
                number,
                [
                    "Kaunter ini sedang melayan {}.",
                    "The counter still has {}.",
                    "柜台仍在处理 {}。",
                    "கவுண்டரில் {} இன்னும் உள்ளது.",
                ],
            ),
            Self::NotAtCounter(_) => plain([
                "Tiket itu tidak lagi di kaunter ini.",
                "That ticket is not at this counter.",
                "该号码票不在此柜台。",
                "அந்தச் சீட்டு இந்தக் கவுண்டரில் இல்லை.",
            ]),
            Self::AlreadyServing(number) => with(
                number,
                [
                    "{} sedang dilayan.",
                    "{} is being served.",
                    "{} 正在办理。",
                    "{} சேவை பெற்றுக்கொண்டிருக்கிறது.",
                ],
            ),
            Self::TicketAtCounter(number) => with(
                number,
                ["{} sedang di kaunter.", "{} is at a counter.", "{} 正在柜台。", "{} ஒரு கவுண்டரில் உள்ளது."],
            ),
            Self::NotParked(number) => with(
                number,
                ["{} tidak ditangguhkan.", "{} is not parked.", "{} 没有被暂停。", "{} ஒத்திவைக்கப்படவில்லை."],
            ),
            Self::SameService(number) => with(
                number,
                [
                    "{} sudah untuk perkhidmatan itu.",
                    "{} is for that service already.",
                    "{} 已属于该服务。",
                    "{} ஏற்கனவே அந்தச் சேவைக்கானது.",
                ],
            ),
            Self::NoServices => plain([
                "Kaunter mesti menerima sekurang-kurangnya satu perkhidmatan.",
                "A counter must take at least one service.",
                "柜台必须至少办理一项服务。",
                "கவுண்டர் குறைந்தது ஒரு சேவையையாவது ஏற்க வேண்டும்.",
            ]),
        }
    }
}
