//! Commands to a branch.

use axum::{
    Extension, Json,
    extract::{Path, State, rejection::JsonRejection},
    http::{HeaderMap, StatusCode},
};
use giliran_core::{CommandId, Remark};
use giliran_protocol::{
    command::{Command, CommandAnswer, CommandRequest},
    error::ErrorBody,
    paths,
    view::{Sound, Texts},
};
use jiff::Timestamp;

use crate::{
    access::{
        book::Line,
        identity::{Asker, Identity},
        rights::{self, Right},
    },
    failure::Failure,
    http::{App, body, recordings},
    wire,
};

/// Does a command, once, however often it is sent with the same id. The answer is on disk when it comes.
#[utoipa::path(post, path = paths::COMMANDS, request_body = CommandRequest,
    params(
        ("branch" = String, Path, description = "The branch's short name"),
        ("giliran-simulated-time" = Option<String>, Header, description = "With a simulated clock only: the time of the command, RFC 3339"),
    ),
    responses(
    (status = 200, description = "Done", body = CommandAnswer),
    (status = 400, description = "Not JSON, or a time that is none", body = ErrorBody),
    (status = 403, description = "Whoever asks has no right to, or asks in another's name", body = ErrorBody),
    (status = 404, description = "The command names something that does not exist", body = ErrorBody),
    (status = 409, description = "The command does not fit what is so now", body = ErrorBody),
    (status = 413, description = "The body is too large", body = ErrorBody),
    (status = 415, description = "The body is not said to be JSON", body = ErrorBody),
    (status = 422, description = "JSON, but no command, or one that could never be right", body = ErrorBody),
    (status = 503, description = "Overloaded, starting, stopping, or the disk can't be written: try again with the same id, no sooner than `Retry-After` says", body = ErrorBody),
    (status = 507, description = "The disk is full; `Retry-After` as above", body = ErrorBody),
))]
pub async fn submit(
    State(app): State<App>,
    Extension(asker): Extension<Asker>,
    Path(branch): Path<String>,
    headers: HeaderMap,
    body: Result<Json<CommandRequest>, JsonRejection>,
) -> Result<Json<CommandAnswer>, Failure> {
    // Whoever is nobody is not read to.
    asker.identity.must_be_known()?;
    let Json(CommandRequest { id, command, by }) = body.map_err(|why| not_a_command(&why))?;
    let office = app.office(&branch)?;
    let access = app.access()?;
    let line = match allowed(&asker, &branch, &command) {
        Ok(line) => line,
        Err(refused) => {
            let line = described(&asker, &branch, &command);
            access.denied(&asker, Some(&branch), line.subject.as_deref().unwrap_or_default()).await;
            return Err(refused);
        }
    };
    let command = sounding(&app, &branch, command).await?;
    let command = wire::command(command, app.persons()?)?;
    let said = by.as_ref().map(wire::actor).transpose()?;
    let by = match asker.identity.actor(said) {
        Ok(by) => by,
        Err(refused) => {
            access.denied(&asker, Some(&branch), "in another's name").await;
            return Err(refused);
        }
    };
    if let Some(time) = headers.get(paths::SIMULATED_TIME) {
        let at: Timestamp = time.to_str().ok().and_then(|text| text.parse().ok()).ok_or_else(bad_time)?;
        app.clock.bring(at).map_err(|_| bad_time())?;
    }
    let answer = office.desk().submit(by, CommandId(id), command).await?;
    if asker.identity.person().is_some() {
        // Before the answer: what was not written down is asked for again, with the same id.
        let detail = line.detail.filter(|about| !about.is_empty()).map(|about| format!("{about}, "));
        let detail = format!("{}entry {}", detail.unwrap_or_default(), answer.seq);
        access.book().write(Vec::new(), Line { detail: Some(detail), ..line }).await?;
    }
    Ok(Json(answer))
}

/// The command, if what it would have said can be said: a daemon with voices has the sentence, and the recording is
/// here. An urgent sentence that comes without writing is written as it is said, for whoever hears nothing.
async fn sounding(app: &App, branch: &str, mut command: Command) -> Result<Command, Failure> {
    let Command::Announce { sound, text, urgent, .. } = &mut command else { return Ok(command) };
    let loaded = app.loaded()?;
    match sound {
        // Without voices here the loudspeakers' own are trusted to have it.
        Sound::Sentence(name) => {
            if let Some(voices) = loaded.announcements.voices().await {
                let words = recordings::words(&voices, name).ok_or_else(recordings::unknown_sentence)?;
                if *urgent && text.is_none() {
                    *text = written(words);
                }
            }
        }
        Sound::Recording(name) => {
            let branch = branch.parse().map_err(|_| Failure::UnknownBranch)?;
            let id = name.parse().map_err(|_| recordings::unknown_recording())?;
            if !loaded.recordings.has(&branch, &id) {
                return Err(recordings::unknown_recording());
            }
        }
    }
    Ok(command)
}

/// The words of a sentence as the writing of an announcement, in those languages in which they are short enough.
fn written(Texts { ms, en, zh, ta }: Texts) -> Option<Texts> {
    let fits = |line: &String| line.parse::<Remark>().is_ok();
    fits(&ms).then(|| Texts { ms, en: en.filter(fits), zh: zh.filter(fits), ta: ta.filter(fits) })
}

fn not_a_command(why: &JsonRejection) -> Failure {
    let texts = [
        "Arahan itu tidak difahami.",
        "That is not a command that is understood.",
        "无法识别该指令。",
        "அந்தக் கட்டளை புரியவில்லை.",
    ];
    body::unread(why, "not_a_command", texts)
}

/// Whether whoever asks may have this done; gives what the audit record says of it.
fn allowed(asker: &Asker, branch: &str, command: &Command) -> Result<Line, Failure> {
    // The body may have taken long to come.
    asker.identity.must_be_in()?;
    asker.identity.must(rights::of_command(command), Some(branch))?;
    if let Command::SeatOfficer { officer: Some(officer), .. } = command
        && let Some(person) = asker.identity.person()
        && person.id.as_str() != officer
    {
        // Officers seat themselves; whoever arranges the hall seats others.
        asker.identity.must(Right::Arrange, Some(branch))?;
    }
    Ok(described(asker, branch, command))
}

/// A command as the audit record tells it: what, where, of which ticket and why. Nothing of who the visitor is.
fn described(asker: &Asker, branch: &str, command: &Command) -> Line {
    let plain =
        matches!(asker.identity, Identity::Person(..)) && !matches!(command, Command::SetRules { .. });
    let value =
        if plain { serde_json::to_value(command).unwrap_or_default() } else { serde_json::Value::Null };
    let text = |name: &str| value[name].as_str().map(str::to_owned);
    let about = ["counter", "ticket", "service", "class", "officer", "to", "until"];
    let about = about.into_iter().filter(|name| !value[name].is_null()).map(|name| {
        let said = &value[name];
        format!("{name} {}", said.as_str().map_or_else(|| said.to_string(), str::to_owned))
    });
    let about: Vec<_> = about.collect();
    Line {
        branch: Some(branch.to_owned()),
        subject: Some(text("type").unwrap_or_else(|| "set_rules".into())),
        why: text("reason"),
        detail: Some(about.join(", ")),
        ..asker.line("command")
    }
}

fn bad_time() -> Failure {
    Failure::bad_request(
        StatusCode::BAD_REQUEST,
        "bad_time",
        [
            "Masa arahan tidak diterima.",
            "The time of the command is not taken.",
            "不接受该指令的时间。",
            "கட்டளையின் நேரம் ஏற்கப்படவில்லை.",
        ],
        Some("a time is taken in RFC 3339, and only by a daemon with a simulated clock".into()),
    )
}
