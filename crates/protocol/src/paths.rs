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
/// A branch as an audience sees it, by GET, once.
pub const STATE: &str = "/api/v1/branches/{branch}/state";
/// A branch as an audience sees it, by WebSocket, live.
pub const EVENTS: &str = "/api/v1/branches/{branch}/events";

/// With a simulated clock (`giliran serve --simulated-clock`), the time of a command in RFC 3339. The
/// daemon's time is the latest that it was sent.
pub const SIMULATED_TIME: &str = "giliran-simulated-time";

/// Puts a branch's name into one of the addresses.
pub fn of_branch(path: &str, branch: &str) -> String {
    path.replace("{branch}", branch)
}
