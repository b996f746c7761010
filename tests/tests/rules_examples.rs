//! The worked examples of `docs/rules.md` and `docs/peraturan.md`, told again by the core.
//!
//! Each example happens here, with the sample office's own rules; what came of it must be what the tables
//! say, row by row, in both languages. A row is known by its clock times and numbers alone, so the words
//! around them are free.

use std::{fs, path::Path, sync::Arc};

use giliran_core::{
    Appointment, Command, CommandId, CounterId, Event, Language, Ledger, Refusal, Rules, Submission,
    TicketId, TicketState, Turn,
};
use jiff::{Timestamp, civil::Time, tz::TimeZone};
use uuid::Uuid;

/// A Monday without a holiday.
const DAY: &str = "2026-11-23";
const ZONE: &str = "Asia/Kuala_Lumpur";

/// The sample office at work, and the rows of the example so far.
struct Hall {
    ledger: Ledger,
    sent: u128,
    rows: Vec<Vec<String>>,
}

impl Hall {
    /// Opens all counters, long before the doors.
    fn open() -> Self {
        let mut hall = Self { ledger: Ledger::default(), sent: 0, rows: Vec::new() };
        hall.must("06:00", &Command::SetRules { rules: sample_office() });
        let counters: Vec<CounterId> = hall.ledger.branch().counters().map(|(id, _)| id.clone()).collect();
        for counter in counters {
            hall.must("06:00", &Command::OpenCounter { counter });
        }
        hall
    }

    fn submit(&mut self, at: &str, command: &Command) -> Result<Event, Refusal> {
        self.sent += 1;
        match self.ledger.submit(CommandId(Uuid::from_u128(self.sent)), command, moment(at)) {
            Submission::Taken(mut entries) => {
                let mut entry = entries.pop().expect("a taken command has an entry");
                Ok(entry.events.pop().expect("an entry has an event"))
            }
            Submission::Refused { refusal, .. } => Err(refusal),
            Submission::Repeated { .. } => panic!("every command has an id of its own"),
        }
    }

    fn must(&mut self, at: &str, command: &Command) -> Event {
        self.submit(at, command).unwrap_or_else(|no| panic!("{at} {command:?}: {no}"))
    }

    fn row<const N: usize>(&mut self, cells: [String; N]) {
        self.rows.push(cells.into());
    }

    fn number(&self, ticket: TicketId) -> String {
        self.ledger.branch().ticket(ticket).expect("it lives").number.to_string()
    }

    /// A visitor takes a number: the time, the number, and when it falls due.
    fn takes(&mut self, at: &str, service: &str, class: &str) -> TicketId {
        let command = Command::IssueTicket {
            service: id(service),
            class: Some(id(class)),
            language: Language::Ms,
            announced: None,
            legs: None,
            person: None,
        };
        let event = self.must(at, &command);
        self.issued(at, &event)
    }

    fn issued(&mut self, at: &str, event: &Event) -> TicketId {
        let Event::TicketIssued { ticket, number, due, .. } = event else { panic!("{event:?}") };
        self.row([at.into(), number.to_string(), clock(*due)]);
        *ticket
    }

    /// Somebody with an appointment checks in: the time, the hour, the number, and when it falls due.
    fn checks_in(&mut self, at: &str, hour: &str) {
        let code = hour.replace(':', "");
        let command = Command::CheckIn { code: id(&code), language: Language::Ms, announced: None };
        let event = self.must(at, &command);
        self.issued(at, &event);
        self.rows.last_mut().expect("it was just written").insert(1, hour.into());
    }

    /// A counter calls whoever is next, done with whom it had: the time and the number.
    fn calls(&mut self, at: &str, counter: &str) -> TicketId {
        let had = self.ledger.branch().counter(&id(counter)).and_then(|counter| counter.ticket);
        if let Some(ticket) = had {
            self.must(at, &Command::Finish { counter: id(counter), ticket, outcome: None });
        }
        let event = self.must(at, &Command::CallNext { counter: id(counter) });
        let Event::TicketCalled { ticket, number, .. } = event else { panic!("{event:?}") };
        self.row([at.into(), number.to_string()]);
        ticket
    }

    /// Something is done to a ticket: the time and the number, and the time at which it is due if that is new.
    fn does(&mut self, at: &str, ticket: TicketId, command: &Command) {
        let number = self.number(ticket);
        let mut cells = vec![at.to_owned(), number];
        #[expect(clippy::wildcard_enum_match_arm, reason = "nothing else has a time to tell")]
        match self.must(at, command) {
            Event::LegServed { due, .. }
            | Event::TicketTransferred { due, .. }
            | Event::TicketGaveWay { due, .. }
            | Event::TicketParked { until: Some(due), .. } => cells.push(clock(due)),
            _ => {}
        }
        self.rows.push(cells);
    }

    /// Something is refused: the time alone, or the number too.
    fn refused(&mut self, at: &str, number: Option<TicketId>, command: &Command, code: &str) {
        let cells = std::iter::once(at.to_owned()).chain(number.map(|ticket| self.number(ticket)));
        self.rows.push(cells.collect());
        let came = self.submit(at, command).map_err(|no| no.code());
        assert_eq!(came, Err(code), "{at}");
    }

    /// Time alone brings something about: the time, and the number of the ticket that it is about.
    fn happens(&mut self, at: &str, ticket: Option<TicketId>) {
        let number = ticket.map(|ticket| self.number(ticket));
        let entries = self.ledger.advance(moment(at));
        assert_eq!(entries.len(), 1, "one thing happens at {at}: {entries:?}");
        assert_eq!(entries[0].at, moment(at));
        self.rows.push(std::iter::once(at.to_owned()).chain(number).collect());
    }
}

fn take(service: &str) -> Command {
    Command::IssueTicket {
        service: id(service),
        class: None,
        language: Language::Ms,
        announced: None,
        legs: None,
        person: None,
    }
}

fn sample_office() -> Arc<Rules> {
    let text = fs::read_to_string(root("config/sample-office.toml")).expect("the sample is there");
    let mut config: toml::Table = text.parse().expect("it is TOML");
    let branches = config.remove("branch").expect("it has an office").try_into::<Vec<Rules>>();
    Arc::new(branches.expect("its rules can be read").remove(0))
}

fn root(path: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path)
}

fn id<T: std::str::FromStr<Err: std::fmt::Debug>>(name: &str) -> T {
    name.parse().expect("a short name")
}

fn moment(at: &str) -> Timestamp {
    let time: Time = at.parse().expect("a time of day");
    let zone = TimeZone::get(ZONE).expect("a known zone");
    let date: jiff::civil::Date = DAY.parse().expect("a date");
    date.to_datetime(time).to_zoned(zone).expect("a time that is").timestamp()
}

fn clock(at: Timestamp) -> String {
    at.in_tz(ZONE).expect("a known zone").strftime("%H:%M").to_string()
}

/// The rows of an example as a document has them: all clock times and numbers of each.
fn told(document: &str, example: &str) -> Vec<Vec<String>> {
    let marker = format!("<!-- example: {example} -->");
    let (_, after) = document.split_once(&marker).unwrap_or_else(|| panic!("{marker} is missing"));
    let lines = after.lines().skip_while(|line| !line.starts_with('|'));
    let table = lines.take_while(|line| line.starts_with('|')).skip(2);
    table
        .map(|line| line.split(|c: char| !c.is_ascii_alphanumeric() && c != ':').filter(|word| is_cell(word)))
        .map(|cells| cells.map(str::to_owned).collect())
        .collect()
}

/// A clock time (`09:05`, `09:05:10`) or a number (`A001`, `R01`).
fn is_cell(word: &str) -> bool {
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    let time = word.split(':').all(|part| part.len() == 2 && digits(part)) && word.contains(':');
    let number = word.len() >= 3 && word.starts_with(|c: char| c.is_ascii_uppercase()) && digits(&word[1..]);
    time || number
}

/// Plays an example and holds both documents against it.
fn check(example: &str, happens: impl FnOnce(&mut Hall)) {
    let mut hall = Hall::open();
    happens(&mut hall);
    for document in ["docs/rules.md", "docs/peraturan.md"] {
        let text = fs::read_to_string(root(document)).expect("the document is there");
        let told = told(&text, example);
        assert_eq!(told, hall.rows, "{document}, {example}: the document is left, the core right");
    }
}

#[test]
fn whoever_is_due_first_is_called_first() {
    check("due", |hall| {
        hall.takes("09:00", "pertanyaan", "biasa");
        hall.takes("09:04", "pertanyaan", "warga-emas");
        hall.takes("09:12", "pertanyaan", "warga-emas");
        hall.calls("09:13", "kaunter-1");
        hall.calls("09:14", "kaunter-1");
        hall.calls("09:16", "kaunter-1");
    });
}

#[test]
fn nobody_is_overtaken_beyond_the_difference_of_the_allowances() {
    check("limit", |hall| {
        hall.takes("09:00", "pertanyaan", "biasa");
        hall.takes("09:09", "pertanyaan", "warga-emas");
        hall.takes("09:10", "pertanyaan", "warga-emas");
        hall.calls("09:11", "kaunter-1");
        hall.calls("09:12", "kaunter-1");
        hall.calls("09:13", "kaunter-1");
    });
}

#[test]
fn an_emergency_goes_next() {
    check("emergency", |hall| {
        hall.takes("10:00", "pertanyaan", "biasa");
        hall.takes("10:01", "pertanyaan", "oku");
        hall.takes("10:05", "pertanyaan", "kecemasan");
        hall.calls("10:06", "kaunter-1");
        hall.calls("10:07", "kaunter-1");
    });
}

#[test]
fn a_counter_helps_when_its_own_are_empty_or_somebody_is_about_to_fall_due() {
    check("helping", |hall| {
        hall.takes("09:00", "tanah", "biasa");
        hall.takes("09:20", "pertanyaan", "biasa");
        hall.takes("09:21", "pertanyaan", "biasa");
        hall.calls("09:22", "kaunter-1");
        hall.calls("09:27", "kaunter-1");
        hall.calls("09:35", "kaunter-1");
        hall.takes("09:40", "lesen", "biasa");
        hall.calls("09:41", "kaunter-1");
    });
}

#[test]
fn a_kaunter_khas_takes_its_own_first_and_others_when_idle() {
    check("khas", |hall| {
        hall.takes("09:00", "pertanyaan", "biasa");
        hall.takes("09:02", "pertanyaan", "ibu-mengandung");
        hall.takes("09:14", "pertanyaan", "warga-emas");
        hall.calls("09:15", "kaunter-2");
        hall.calls("09:16", "kaunter-2");
        hall.calls("09:17", "kaunter-2");
    });
}

#[test]
fn a_call_is_repeated_missed_and_come_back_to() {
    check("calling", |hall| {
        let counter: CounterId = id("kaunter-1");
        hall.takes("09:00", "pertanyaan", "biasa");
        hall.takes("09:01", "pertanyaan", "biasa");
        let ticket = hall.calls("09:05", "kaunter-1");
        let recall = Command::Recall { counter: counter.clone(), ticket };
        hall.refused("09:05:10", Some(ticket), &recall, "too_soon");
        let no_show = Command::NoShow { counter, ticket };
        hall.refused("09:05:10", Some(ticket), &no_show, "call_again_first");
        hall.does("09:05:20", ticket, &recall);
        hall.does("09:06", ticket, &recall);
        hall.happens("09:08", Some(ticket));
        hall.calls("09:09", "kaunter-1");
        hall.must("09:20", &Command::ComeBack { ticket });
        let number = hall.number(ticket);
        hall.row(["09:20".into(), number]);
        hall.calls("09:21", "kaunter-1");
    });
}

#[test]
fn a_press_is_taken_back_within_seconds() {
    check("undo", |hall| {
        let undo = Command::Undo { counter: id("kaunter-1") };
        hall.takes("09:00", "pertanyaan", "biasa");
        let ticket = hall.calls("09:05", "kaunter-1");
        hall.does("09:05:08", ticket, &undo);
        hall.calls("09:06", "kaunter-1");
        hall.refused("09:06:20", Some(ticket), &undo, "nothing_to_undo");
    });
}

#[test]
fn a_parked_visitor_comes_back_to_the_same_place() {
    check("parking", |hall| {
        hall.takes("09:00", "tanah", "biasa");
        hall.takes("09:10", "tanah", "biasa");
        let ticket = hall.calls("09:12", "kaunter-4");
        let until = Some(moment("09:25"));
        hall.does("09:15", ticket, &Command::Park { counter: id("kaunter-4"), ticket, until });
        hall.calls("09:16", "kaunter-4");
        hall.takes("09:20", "tanah", "biasa");
        hall.happens("09:25", Some(ticket));
        hall.calls("09:27", "kaunter-4");
    });
}

#[test]
fn a_visit_goes_on_with_its_number_and_its_time_of_arrival() {
    check("visit", |hall| {
        let ticket = hall.takes("09:00", "lesen", "biasa");
        hall.calls("09:05", "kaunter-3");
        hall.takes("09:10", "pertanyaan", "biasa");
        hall.does("09:12", ticket, &Command::Finish { counter: id("kaunter-3"), ticket, outcome: None });
        hall.calls("09:13", "kaunter-1");
        let counter = id("kaunter-1");
        let transfer =
            Command::Transfer { counter, ticket, service: Some(id("tanah")), to: None, note: None };
        hall.does("09:15", ticket, &transfer);
        hall.calls("09:16", "kaunter-4");
    });
}

#[test]
fn appointments_mix_with_walk_ins_by_their_hour() {
    check("appointments", |hall| {
        let booked = |hour: &str| Appointment {
            code: id(&hour.replace(':', "")),
            service: id("tanah"),
            at: moment(hour),
            person: None,
        };
        let appointments = ["10:00", "10:30"].map(booked).into();
        hall.must("06:00", &Command::ImportAppointments { appointments });
        let early = Command::CheckIn { code: id("1000"), language: Language::Ms, announced: None };
        let refused = hall.submit("09:20", &early);
        let Err(Refusal::TooEarly { from }) = refused else { panic!("{refused:?}") };
        hall.row(["09:20".into(), "10:00".into(), clock(from)]);
        hall.takes("09:25", "tanah", "biasa");
        hall.checks_in("09:35", "10:00");
        hall.takes("09:40", "tanah", "biasa");
        for at in ["09:50", "10:01", "10:12"] {
            hall.calls(at, "kaunter-4");
        }
        hall.checks_in("10:46", "10:30");
    });
}

#[test]
fn the_day_opens_and_closes_by_its_hours() {
    check("day", |hall| {
        let refused = hall.submit("07:55", &take("pertanyaan"));
        let Err(Refusal::OfficeClosed { next: Some(next) }) = refused else { panic!("{refused:?}") };
        hall.row(["07:55".into(), clock(next)]);
        hall.takes("08:00", "pertanyaan", "biasa");
        hall.calls("08:01", "kaunter-1");
        hall.refused("16:00", None, &take("rundingan"), "after_last_ticket");
        let last = hall.takes("16:44", "pertanyaan", "biasa");
        hall.refused("16:45", None, &take("pertanyaan"), "after_last_ticket");
        hall.happens("17:00", None);
        let waits = hall.ledger.branch().ticket(last).map(|ticket| &ticket.state);
        assert!(matches!(waits, Some(TicketState::Waiting { .. })), "it outlives the closing: {waits:?}");
        hall.calls("17:05", "kaunter-1");
        let until = moment("18:00");
        hall.must("17:10", &Command::OpenExtra { until, reason: id("Sistem tergendala pagi tadi") });
        hall.row(["17:10".into(), clock(until)]);
        hall.takes("17:15", "pertanyaan", "biasa");
    });
}

#[test]
fn whoever_lets_others_go_first_comes_right_after_them() {
    check("way", |hall| {
        let ticket = hall.takes("09:00", "pertanyaan", "biasa");
        hall.takes("09:01", "pertanyaan", "biasa");
        hall.takes("09:02", "pertanyaan", "biasa");
        hall.takes("09:03", "pertanyaan", "biasa");
        hall.does("09:05", ticket, &Command::GiveWay { ticket, past: 2 });
        hall.calls("09:06", "kaunter-1");
        hall.calls("09:07", "kaunter-1");
        hall.calls("09:08", "kaunter-1");
        let nobody_else = Command::GiveWay { ticket: TicketId(4), past: 1 };
        hall.refused("09:09", Some(TicketId(4)), &nobody_else, "nobody_behind");
    });
}

#[test]
fn a_call_out_of_turn_says_how_many_it_passed() {
    check("fair", |hall| {
        hall.takes("09:00", "pertanyaan", "biasa");
        hall.takes("09:01", "pertanyaan", "biasa");
        let ticket = hall.takes("09:02", "pertanyaan", "biasa");
        let command = Command::CallTicket { counter: id("kaunter-1"), ticket, reason: id("Anak demam") };
        let event = hall.must("09:03", &command);
        let Event::TicketCalled { number, turn: Turn::Picked { passed, .. }, .. } = event else {
            panic!("{event:?}")
        };
        assert_eq!(passed, 2, "as the document says in words");
        hall.row(["09:03".into(), number.to_string()]);
    });
}
