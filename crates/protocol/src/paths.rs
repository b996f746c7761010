//! Addresses on the daemon.

/// Alive: answers 200 as long as the process can answer.
pub const HEALTH: &str = "/healthz";
/// Ready: answers 200 once every branch is loaded, and 503 before that and while stopping.
pub const READY: &str = "/readyz";
/// The OpenAPI document.
pub const OPENAPI: &str = "/api/openapi.json";
/// The branches of this daemon.
pub const BRANCHES: &str = "/api/v1/branches";
/// Commands to a branch, by POST.
pub const COMMANDS: &str = "/api/v1/branches/{branch}/commands";
/// Appointments, by POST of a CSV file.
pub const APPOINTMENTS: &str = "/api/v1/branches/{branch}/appointments";
/// The rules in force, with what is unwise about them, by GET.
pub const RULES: &str = "/api/v1/branches/{branch}/rules";
/// The fair-order record: what set somebody before or behind the order of the queue, by GET.
pub const FAIR_ORDER: &str = "/api/v1/branches/{branch}/fair-order";
/// The rest of the day as it is expected, and what is advised, by GET.
pub const FORECAST: &str = "/api/v1/branches/{branch}/forecast";
/// What would come of other counters, by POST; nothing is done.
pub const WHAT_IF: &str = "/api/v1/branches/{branch}/forecast/what-if";
/// Whether the waits that were announced came true, by GET.
pub const HONESTY: &str = "/api/v1/branches/{branch}/forecast/honesty";
/// Who should be at the counters in a week, by GET; as a table with `format=csv`.
pub const ROSTER: &str = "/api/v1/branches/{branch}/forecast/roster";
/// A branch as an audience sees it, by GET, once.
pub const STATE: &str = "/api/v1/branches/{branch}/state";
/// A branch as an audience sees it, by WebSocket, live.
pub const EVENTS: &str = "/api/v1/branches/{branch}/events";

/// Whom the daemon takes the client for, by GET.
pub const ME: &str = "/api/v1/me";
/// A change of one's own PIN or password, by POST.
pub const MY_SECRET: &str = "/api/v1/me/secret";
/// Sign-in by short name and PIN or password, by POST.
pub const SIGN_IN: &str = "/api/v1/sign-in";
/// The end of one's session, by POST.
pub const SIGN_OUT: &str = "/api/v1/sign-out";
/// Single sign-on, by GET: leads the browser to the provider.
pub const SIGN_ON: &str = "/api/v1/sign-on";
/// Where the provider of single sign-on sends the browser back to.
pub const SIGN_ON_BACK: &str = "/api/v1/sign-on/back";
/// The first administrator, by POST.
pub const FIRST_ADMINISTRATOR: &str = "/api/v1/first-administrator";
/// The people who may sign in, by GET.
pub const PEOPLE: &str = "/api/v1/people";
/// One of them: made or changed by PUT, removed by DELETE.
pub const PERSON: &str = "/api/v1/people/{person}";
/// Sets a person's PIN or password, by POST.
pub const PERSON_SECRET: &str = "/api/v1/people/{person}/secret";
/// Ends all sessions of a person, by DELETE.
pub const PERSON_SESSIONS: &str = "/api/v1/people/{person}/sessions";
/// A device asks to take part, by POST.
pub const PAIRING: &str = "/api/v1/pairing";
/// A device asks whether it was approved, by POST.
pub const PAIRING_CLAIM: &str = "/api/v1/pairing/claim";
/// The devices of a branch, by GET.
pub const DEVICES: &str = "/api/v1/branches/{branch}/devices";
/// One of them, whose key is revoked by DELETE.
pub const DEVICE: &str = "/api/v1/branches/{branch}/devices/{device}";
/// The device behind a code, by POST.
pub const PENDING_DEVICE: &str = "/api/v1/branches/{branch}/pairing/look";
/// Lets the device behind a code take part, by POST.
pub const APPROVE_DEVICE: &str = "/api/v1/branches/{branch}/pairing/approve";
/// The audit record, by GET.
pub const AUDIT: &str = "/api/v1/audit";
/// A visitor's own ticket, by GET with [`PHONE_TICKET_HEADER`].
pub const PHONE_TICKET: &str = "/api/v1/branches/{branch}/phone/ticket";
/// A visitor gives the own ticket up, by POST with [`PHONE_TICKET_HEADER`].
pub const PHONE_LEAVE: &str = "/api/v1/branches/{branch}/phone/leave";
/// The hall's code for numbers by phone, by GET.
pub const HALL_CODE: &str = "/api/v1/branches/{branch}/hall-code";
/// A number by phone, by POST.
pub const REMOTE_TICKETS: &str = "/api/v1/branches/{branch}/phone/tickets";
/// What a number by phone can be for, by GET with [`HALL_CODE_HEADER`].
pub const PHONE_SERVICES: &str = "/api/v1/branches/{branch}/phone/services";
/// Where a visitor's phone lets others go first.
pub const PHONE_GIVE_WAY: &str = "/api/v1/branches/{branch}/phone/give-way";
/// Where screens and loudspeakers report what became of a call.
pub const REPORTS: &str = "/api/v1/branches/{branch}/reports";
/// How the day goes, hour by hour, beside a usual one.
pub const DAY: &str = "/api/v1/branches/{branch}/day";
/// Pictures and films for the wall.
pub const MEDIA: &str = "/api/v1/branches/{branch}/media";
/// One of them.
pub const MEDIUM: &str = "/api/v1/branches/{branch}/media/{medium}";
/// What a call sounds like, for screens that speak themselves.
pub const ANNOUNCEMENT: &str = "/api/v1/branches/{branch}/announcements/{call}";
/// What somebody of the office has recorded; a new one by POST.
pub const RECORDINGS: &str = "/api/v1/branches/{branch}/recordings";
/// One of them, as a WAV file.
pub const RECORDING: &str = "/api/v1/branches/{branch}/recordings/{recording}";
/// The sentences that the voices have prepared.
pub const SENTENCES: &str = "/api/v1/branches/{branch}/sentences";
/// Where rules are checked before they are set.
pub const RULES_CHECK: &str = "/api/v1/branches/{branch}/rules/check";
/// Where a kiosk asks whether somebody of the staff may leave its page.
pub const KIOSK_LEAVE: &str = "/api/v1/branches/{branch}/kiosk/leave";

/// The secret of a visitor's ticket, as it stands behind `#` in the phone page's address. It never stands in
/// an address that is sent.
pub const PHONE_TICKET_HEADER: &str = "giliran-ticket";
/// The hall's code, as it stands behind `#` in the address that a screen of the hall shows.
pub const HALL_CODE_HEADER: &str = "giliran-hall-code";

/// With a simulated clock (`giliran serve --simulated-clock`), the time of a command in RFC 3339. The
/// daemon's time is the latest that it was sent.
pub const SIMULATED_TIME: &str = "giliran-simulated-time";

/// Puts a branch's name into one of the addresses.
pub fn of_branch(path: &str, branch: &str) -> String {
    path.replace("{branch}", branch)
}
