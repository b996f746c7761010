//! What a picture or a frame says, beside what was so after its entry.

use serde_json::Value;

use super::CALLS_TOLD;
use crate::{
    Rule,
    truth::{Call, Counter, Ticket, Truth},
};

/// Says what is wrong.
type Find<'a> = &'a mut dyn FnMut(Rule, String);

/// A whole picture, as of an entry.
pub(super) fn picture(truth: &Truth, seq: u64, view: &Value, sees_calls: bool, find: Find<'_>) {
    for service in list(&view["services"]) {
        waiting(truth, seq, &service["id"], &service["waiting"], find);
    }
    for shown in list(&view["counters"]) {
        counter(truth, seq, shown, find);
    }
    if let Some(tickets) = view["tickets"].as_array() {
        for shown in tickets {
            ticket(truth, seq, shown, find);
        }
        let living = truth.living.at(seq, &()).copied().unwrap_or_default();
        if tickets.len() != living {
            find(Rule::ScreenDiffers, format!("{} tickets are shown, {living} live", tickets.len()));
        }
    }
    if sees_calls {
        let told: Vec<&Value> = list(&view["calls"]).collect();
        let calls = truth.calls_of_day(seq);
        let last = &calls[calls.len().saturating_sub(CALLS_TOLD)..];
        if told.len() != last.len() {
            find(
                Rule::ScreenDiffers,
                format!("{} calls are told and not the last {}", told.len(), last.len()),
            );
        }
        for (told, call) in told.into_iter().zip(last) {
            same_call(told, call, find);
        }
    }
}

/// The changes of an entry.
pub(super) fn changes(truth: &Truth, seq: u64, changes: &Value, sees_calls: bool, find: Find<'_>) {
    let mut calls = 0;
    let mut whole = false;
    for change in list(changes) {
        match change["type"].as_str().unwrap_or_default() {
            "queue" => waiting(truth, seq, &change["service"], &change["waiting"], find),
            "counter" => counter(truth, seq, &change["counter"], find),
            "ticket" => ticket(truth, seq, &change["ticket"], find),
            "ticket_ended" => {
                let id = change["ticket"].as_u64().unwrap_or_default();
                if let Some(Some(ticket)) = truth.tickets.at(seq, &id) {
                    find(
                        Rule::ScreenDiffers,
                        format!("ticket {id} has ended on the screen and is {:?}", ticket.place),
                    );
                }
            }
            "call" => {
                calls += 1;
                match truth.call_of(seq) {
                    Some(call) => same_call(&change["call"], call, find),
                    None => find(Rule::ScreenDiffers, format!("it calls {}", change["call"]["number"])),
                }
            }
            "reset" => {
                whole = true;
                picture(truth, seq, &change["view"], sees_calls, find);
            }
            _ => {}
        }
    }
    if sees_calls && !whole && truth.call_of(seq).is_some() && calls != 1 {
        find(Rule::ScreenDiffers, format!("it calls {calls} times"));
    }
}

fn waiting(truth: &Truth, seq: u64, service: &Value, shown: &Value, find: Find<'_>) {
    let name = service.as_str().unwrap_or_default();
    let waiting = truth.waiting.at(seq, name).copied().unwrap_or_default();
    if shown.as_u64() != Some(waiting.into()) {
        find(Rule::ScreenDiffers, format!("{shown} wait for {name} on the screen, {waiting} by the log"));
    }
}

fn counter(truth: &Truth, seq: u64, shown: &Value, find: Find<'_>) {
    let name = shown["id"].as_str().unwrap_or_default();
    let none = Counter::default();
    let Counter { open, ticket, ahead } = truth.counters.at(seq, name).unwrap_or(&none);
    let current = &shown["current"];
    if shown["open"].as_bool() != Some(*open)
        || current["ticket"].as_u64() != *ticket
        || shown["ahead"]["ticket"].as_u64() != *ahead
    {
        let what = format!(
            "{name} is open: {}, at it {}, ahead {}; by the log {open}, {ticket:?}, {ahead:?}",
            shown["open"], current["ticket"], shown["ahead"]["ticket"]
        );
        find(Rule::ScreenDiffers, what);
        return;
    }
    let Some(known) = ticket.and_then(|id| truth.tickets.at(seq, &id)?.as_ref()) else { return };
    let serving = known.place.word() == "serving";
    if current["number"].as_str() != Some(&known.number) || current["serving"].as_bool() != Some(serving) {
        let what = format!(
            "{name} has {}, serving: {}; by the log {known:?}",
            current["number"], current["serving"]
        );
        find(Rule::ScreenDiffers, what);
    }
}

fn ticket(truth: &Truth, seq: u64, shown: &Value, find: Find<'_>) {
    let id = shown["id"].as_u64().unwrap_or_default();
    let Some(Some(known)) = truth.tickets.at(seq, &id) else {
        find(Rule::ScreenDiffers, format!("ticket {id} is shown and does not live"));
        return;
    };
    let Ticket { number, service, place } = known;
    if shown["number"].as_str() != Some(number)
        || shown["service"].as_str() != Some(service)
        || shown["state"].as_str() != Some(place.word())
        || shown["counter"].as_str() != place.counter()
    {
        find(Rule::ScreenDiffers, format!("ticket {id} is shown as {shown}; by the log {known:?}"));
    }
}

fn same_call(told: &Value, call: &Call, find: Find<'_>) {
    let Call { seq, number, service, language, counter, attempt } = call;
    if told["seq"].as_u64() != Some(*seq)
        || told["number"].as_str() != Some(number)
        || told["service"].as_str() != Some(service)
        || told["language"].as_str() != Some(language)
        || told["counter"].as_str() != Some(counter)
        || told["attempt"].as_u64() != Some((*attempt).into())
    {
        find(Rule::ScreenDiffers, format!("a call is told as {told}; by the log {call:?}"));
    }
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}
