//! Who may do what: the one table, and what each address and each command asks of it.
//!
//! Everything is denied unless it stands here. An address that is not in [`needs`] is answered to nobody, so
//! a new one that was forgotten is found by the first who tries it.

use axum::http::Method;
use giliran_protocol::{
    access::{DeviceKind, Role},
    command::Command,
    paths,
    view::Audience,
};

/// Something that may be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Right {
    /// See the branch as a kiosk does.
    LookAsKiosk,
    /// See the branch as a wall display does.
    LookAsDisplay,
    /// See the branch as an officer does, tickets included.
    LookAsCounter,
    /// See the branch as a supervisor does, totals included.
    LookAsSupervisor,
    /// Pass for a loudspeaker, so that screens believe that calls are heard.
    Speak,
    /// Report that calls were shown or said.
    Report,
    /// Show the hall's code, with which phones take numbers.
    ShowHallCode,
    /// Give out numbers.
    Issue,
    /// Work at a counter: call, serve, and all that is about one ticket.
    Serve,
    /// Arrange the hall: what counters take, extra opening, closing, appointments.
    Arrange,
    /// Keep something recorded, to be announced now or by the office's plan.
    Record,
    /// Change the office's rules.
    SetRules,
    /// Read the rules in force.
    ReadRules,
    /// Read what was done out of order.
    ReadFairOrder,
    /// Read who may sign in, and which devices take part.
    ReadAccess,
    /// Let people sign in, or no longer. Whom exactly, see [`may_give`].
    ChangePeople,
    /// Let devices take part, or no longer.
    ChangeDevices,
    /// Read the audit record.
    ReadAudit,
}

/// Who holds a right: a role or a kind of device.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Holder {
    /// Somebody who signed in.
    Role(Role),
    /// Something that was paired.
    Device(DeviceKind),
}

const X: bool = true;
const O: bool = false;

/// The table.
#[rustfmt::skip]
const TABLE: [(Right, [bool; 9]); 18] = [
    //                         officer supervisor administrator auditor   kiosk display speaker printer sign
    (Right::LookAsKiosk,      [   X,       X,          X,          X,       X,    O,      O,      O,     O ]),
    (Right::LookAsDisplay,    [   X,       X,          X,          X,       O,    X,      X,      O,     X ]),
    (Right::LookAsCounter,    [   X,       X,          O,          X,       O,    O,      O,      O,     O ]),
    (Right::LookAsSupervisor, [   O,       X,          X,          X,       O,    O,      O,      O,     O ]),
    (Right::Speak,            [   O,       O,          O,          O,       O,    X,      X,      O,     O ]),
    (Right::Report,           [   O,       O,          O,          O,       O,    X,      X,      O,     X ]),
    (Right::ShowHallCode,     [   X,       X,          O,          O,       X,    X,      O,      O,     O ]),
    (Right::Issue,            [   X,       X,          O,          O,       X,    O,      O,      O,     O ]),
    (Right::Serve,            [   X,       X,          O,          O,       O,    O,      O,      O,     O ]),
    (Right::Arrange,          [   O,       X,          O,          O,       O,    O,      O,      O,     O ]),
    (Right::Record,           [   O,       X,          X,          O,       O,    O,      O,      O,     O ]),
    (Right::SetRules,         [   O,       O,          X,          O,       O,    O,      O,      O,     O ]),
    (Right::ReadRules,        [   O,       X,          X,          X,       O,    O,      O,      O,     O ]),
    (Right::ReadFairOrder,    [   O,       X,          X,          X,       O,    O,      O,      O,     O ]),
    (Right::ReadAccess,       [   O,       X,          X,          X,       O,    O,      O,      O,     O ]),
    (Right::ChangePeople,     [   O,       X,          X,          O,       O,    O,      O,      O,     O ]),
    (Right::ChangeDevices,    [   O,       X,          X,          O,       O,    O,      O,      O,     O ]),
    (Right::ReadAudit,        [   O,       O,          X,          X,       O,    O,      O,      O,     O ]),
];

/// Which roles somebody may give and take who may change people. A supervisor looks after the officers of the
/// own branch; an administrator after everybody.
#[rustfmt::skip]
pub const fn may_give(giver: Role, given: Role) -> bool {
    match (giver, given) {
        (Role::Administrator, _) | (Role::Supervisor, Role::Officer) => true,
        (Role::Supervisor | Role::Officer | Role::Auditor, _) => false,
    }
}

/// Whether the table gives a right to a holder.
pub fn holds(holder: Holder, right: Right) -> bool {
    let column = match holder {
        Holder::Role(Role::Officer) => 0,
        Holder::Role(Role::Supervisor) => 1,
        Holder::Role(Role::Administrator) => 2,
        Holder::Role(Role::Auditor) => 3,
        Holder::Device(DeviceKind::Kiosk) => 4,
        Holder::Device(DeviceKind::Display) => 5,
        Holder::Device(DeviceKind::Speaker) => 6,
        Holder::Device(DeviceKind::Printer) => 7,
        Holder::Device(DeviceKind::Sign) => 8,
    };
    TABLE.iter().any(|(row, holders)| *row == right && holders[column])
}

/// What an address asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Needs {
    /// Nothing: for anybody who reaches the port. Where a secret is the key, it is in the request.
    Nothing,
    /// That it is known who asks, and no more: it is about the asker alone.
    Name,
    /// A right, in the branch that the address names, or in any where it names none.
    Right(Right),
    /// More than the address says: what it asks for is in the request. The handler looks.
    Inside,
}

/// What an address asks for by a method; none for an address that nobody thought of.
#[rustfmt::skip]
pub fn needs(method: &Method, address: &str) -> Option<Needs> {
    use Needs::{Inside, Name, Nothing};
    let right = |right| Some(Needs::Right(right));
    match (method.as_str(), address) {
        // The machine's, and the description of the interface.
        ("GET", paths::HEALTH | paths::READY | paths::OPENAPI) => Some(Nothing),
        ("GET", paths::BRANCHES)                               => Some(Nothing),
        // In and out.
        ("GET", paths::ME)                                     => Some(Nothing),
        ("POST", paths::SIGN_IN | paths::FIRST_ADMINISTRATOR)  => Some(Nothing),
        ("GET", paths::SIGN_ON | paths::SIGN_ON_BACK)          => Some(Nothing),
        ("POST", paths::PAIRING | paths::PAIRING_CLAIM)        => Some(Nothing),
        ("POST", paths::SIGN_OUT | paths::MY_SECRET)           => Some(Name),
        // The hall.
        ("POST", paths::COMMANDS)                              => Some(Inside), // see `of_command`
        ("GET", paths::STATE | paths::EVENTS)                  => Some(Inside), // see `of_audience`
        ("POST", paths::APPOINTMENTS)                          => right(Right::Arrange),
        ("GET", paths::RULES)                                  => right(Right::ReadRules),
        ("GET", paths::FAIR_ORDER)                             => right(Right::ReadFairOrder),
        ("POST", paths::RULES_CHECK)                           => right(Right::SetRules),
        ("GET", paths::DAY)                                    => right(Right::LookAsSupervisor),
        ("GET", paths::FORECAST | paths::HONESTY | paths::ROSTER) => right(Right::LookAsSupervisor),
        // Nothing is done by it.
        ("POST", paths::WHAT_IF)                               => right(Right::LookAsSupervisor),
        ("POST", paths::REPORTS)                               => right(Right::Report), // of sound: `Speak` too
        ("GET", paths::ANNOUNCEMENT)                           => right(Right::Speak),
        ("GET", paths::RECORDING)                              => right(Right::LookAsDisplay),
        ("POST", paths::RECORDINGS)                            => right(Right::Record),
        ("GET", paths::SENTENCES)                              => right(Right::LookAsDisplay),
        ("GET", paths::MEDIA | paths::MEDIUM)                  => right(Right::LookAsDisplay),
        ("POST", paths::KIOSK_LEAVE)                           => right(Right::Issue), // and somebody's PIN
        // People and devices.
        ("GET", paths::PEOPLE | paths::DEVICES)                => right(Right::ReadAccess),
        ("PUT" | "DELETE", paths::PERSON)                      => right(Right::ChangePeople),
        ("POST", paths::PERSON_SECRET)                         => right(Right::ChangePeople),
        ("DELETE", paths::PERSON_SESSIONS)                     => right(Right::ChangePeople),
        ("POST", paths::PENDING_DEVICE | paths::APPROVE_DEVICE)=> right(Right::ChangeDevices),
        ("DELETE", paths::DEVICE)                              => right(Right::ChangeDevices),
        ("GET", paths::AUDIT)                                  => right(Right::ReadAudit),
        // Visitors' own phones: the ticket's secret, or the hall's code, is in the request.
        ("GET", paths::PHONE_TICKET | paths::PHONE_SERVICES)   => Some(Nothing),
        ("POST", paths::PHONE_LEAVE | paths::PHONE_GIVE_WAY)   => Some(Nothing),
        ("POST", paths::REMOTE_TICKETS)                        => Some(Nothing),
        ("GET", paths::HALL_CODE)                              => right(Right::ShowHallCode),
        // Asking with HEAD asks as with GET.
        ("HEAD", address)                                      => needs(&Method::GET, address),
        _ => None,
    }
}

/// What a command asks for.
pub const fn of_command(command: &Command) -> Right {
    match command {
        Command::IssueTicket { .. } | Command::CheckIn { .. } => Right::Issue,
        Command::CallNext { .. }
        | Command::CallNextOf { .. }
        | Command::CallTicket { .. }
        | Command::CallAhead { .. }
        | Command::Recall { .. }
        | Command::StartServing { .. }
        | Command::Finish { .. }
        | Command::AddNote { .. }
        | Command::NoShow { .. }
        | Command::ComeBack { .. }
        | Command::Transfer { .. }
        | Command::Park { .. }
        | Command::Resume { .. }
        | Command::Requeue { .. }
        | Command::ChangeClass { .. }
        | Command::CancelTicket { .. }
        | Command::Undo { .. }
        | Command::OpenCounter { .. }
        | Command::CloseCounter { .. }
        | Command::PauseCounter { .. }
        | Command::ResumeCounter { .. }
        | Command::SeatOfficer { .. } => Right::Serve,
        Command::ChooseServices { .. }
        | Command::OpenExtra { .. }
        | Command::PostNotice { .. }
        | Command::WithdrawNotice { .. }
        | Command::Announce { .. }
        | Command::AnnouncePlanned { .. }
        | Command::EndAnnouncement { .. }
        | Command::CloseDay
        | Command::ImportAppointments { .. }
        | Command::CancelAppointment { .. } => Right::Arrange,
        Command::SetRules { .. } => Right::SetRules,
    }
}

/// What an audience asks for.
pub const fn of_audience(audience: Audience) -> Right {
    match audience {
        Audience::Kiosk => Right::LookAsKiosk,
        Audience::Display => Right::LookAsDisplay,
        Audience::Counter => Right::LookAsCounter,
        Audience::Supervisor => Right::LookAsSupervisor,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_right_stands_in_the_table_once_and_somebody_holds_it() {
        for (n, (right, holders)) in TABLE.iter().enumerate() {
            assert_eq!(*right as usize, n, "rows stand in the order of the rights");
            assert!(holders.contains(&true), "{right:?} is of no use");
        }
        assert_eq!(TABLE.len(), Right::ReadAudit as usize + 1, "a right without a row is nobody's");
    }

    #[test]
    fn an_auditor_changes_nothing_and_a_device_does_the_work_of_its_kind_alone() {
        use Right::{
            Arrange, ChangeDevices, ChangePeople, Issue, LookAsDisplay, LookAsKiosk, Report, Serve, SetRules,
            ShowHallCode, Speak,
        };
        for right in [Issue, Serve, Arrange, SetRules, ChangePeople, ChangeDevices, Speak, Report] {
            assert!(!holds(Holder::Role(Role::Auditor), right), "{right:?}");
        }
        for (device, rights) in [
            (DeviceKind::Kiosk, &[LookAsKiosk, ShowHallCode, Issue][..]),
            (DeviceKind::Display, &[LookAsDisplay, Speak, Report, ShowHallCode]),
            (DeviceKind::Speaker, &[LookAsDisplay, Speak, Report]),
            (DeviceKind::Printer, &[]),
            (DeviceKind::Sign, &[LookAsDisplay, Report]),
        ] {
            let held = TABLE.iter().map(|(right, _)| *right);
            let held: Vec<_> = held.filter(|right| holds(Holder::Device(device), *right)).collect();
            assert_eq!(held, rights, "{device:?}");
        }
    }

    #[test]
    fn nobody_gives_a_role_that_is_more_than_the_own() {
        for giver in Role::ALL {
            for given in Role::ALL {
                let exceeds = TABLE.iter().any(|(right, _)| {
                    holds(Holder::Role(given), *right) && !holds(Holder::Role(giver), *right)
                });
                // An administrator makes supervisors and officers without being one.
                if giver != Role::Administrator {
                    assert!(!may_give(giver, given) || !exceeds, "{giver:?} gives {given:?}");
                }
            }
        }
    }
}
