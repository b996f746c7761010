//! Sessions: who has signed in, in which browser, and until when.
//!
//! A browser holds a random token as a cookie, and the daemon what stands for it; neither can be made of the other.
//! The token changes with each sign-in and once in a while in between.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock},
};

use giliran_core::OfficerId;
use giliran_store::Change;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use tokio_util::sync::CancellationToken;

use crate::access::secrets::{KeyHash, from_hex, hex};

/// How old a token gets before another takes its place.
const RENEWED_AFTER: SignedDuration = SignedDuration::from_hours(1);

/// How long the token before is good beside its successor: for requests that were on their way.
const OVERLAP: SignedDuration = SignedDuration::from_mins(1);

/// How far what is kept of the last use may be behind: a session may live so much shorter after a restart.
const KEPT_WITHIN: SignedDuration = SignedDuration::from_mins(5);

/// The most sessions of one person: more are none of theirs.
pub const OF_ONE_PERSON: usize = 8;

/// A session. What changes of it is behind a lock of its own.
#[derive(Debug)]
pub struct Session {
    /// Whose.
    pub person: OfficerId,
    /// When it began.
    pub begun: Timestamp,
    /// From which address.
    pub from: IpAddr,
    /// Cancelled when it has ended: open sockets end with it.
    pub ended: CancellationToken,
    now: Mutex<Now>,
}

#[derive(Debug, Clone)]
struct Now {
    token: KeyHash,
    made: Timestamp,
    before: Option<(KeyHash, Timestamp)>,
    seen: Timestamp,
    kept: Timestamp,
}

/// A session as it is kept.
#[derive(Debug, Serialize, Deserialize)]
struct Kept {
    person: OfficerId,
    begun: Timestamp,
    from: IpAddr,
    made: Timestamp,
    seen: Timestamp,
}

/// How long sessions last.
#[derive(Debug, Clone, Copy)]
pub struct Lasting {
    /// Without being used.
    pub idle: SignedDuration,
    /// In any case.
    pub longest: SignedDuration,
}

impl Session {
    fn now(&self) -> MutexGuard<'_, Now> {
        self.now.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// When it was used last, as far as is kept.
    pub fn seen(&self) -> Timestamp {
        self.now().seen
    }

    /// Whether it is over at `at`. A clock that was set back ends none.
    fn is_over(&self, lasting: Lasting, at: Timestamp) -> bool {
        at.duration_since(self.now().seen) > lasting.idle || at.duration_since(self.begun) > lasting.longest
    }

    /// The change that keeps it.
    pub fn put(&self) -> Change {
        let now = self.now().clone();
        let kept = Kept {
            person: self.person.clone(),
            begun: self.begun,
            from: self.from,
            made: now.made,
            seen: now.seen,
        };
        // Made of texts and times: it can always be written.
        Change::PutSession { key: hex(&now.token), body: serde_json::to_string(&kept).unwrap_or_default() }
    }

    /// The change that removes it.
    pub fn remove(&self) -> Change {
        Change::RemoveSession { key: hex(&self.now().token) }
    }
}

/// All that are open.
#[derive(Debug)]
pub struct Sessions {
    lasting: Lasting,
    by_token: RwLock<HashMap<KeyHash, Arc<Session>>>,
}

impl Sessions {
    /// Those that were kept and are not over.
    pub fn load(kept: Vec<(String, String)>, lasting: Lasting, at: Timestamp) -> (Self, Vec<Change>) {
        let mut over = Vec::new();
        let mut by_token = HashMap::new();
        for (key, body) in kept {
            let session = from_hex(&key).zip(serde_json::from_str(&body).ok()).map(|(token, kept)| {
                let Kept { person, begun, from, made, seen } = kept;
                let now = Now { token, made, before: None, seen, kept: seen };
                (token, Session { person, begun, from, ended: CancellationToken::new(), now: now.into() })
            });
            match session {
                Some((token, session)) if !session.is_over(lasting, at) => {
                    by_token.insert(token, Arc::new(session));
                }
                Some(_) | None => over.push(Change::RemoveSession { key }),
            }
        }
        (Self { lasting, by_token: by_token.into() }, over)
    }

    fn read(&self) -> std::sync::RwLockReadGuard<'_, HashMap<KeyHash, Arc<Session>>> {
        self.by_token.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> std::sync::RwLockWriteGuard<'_, HashMap<KeyHash, Arc<Session>>> {
        self.by_token.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// The session of a token, which is used by that.
    pub fn of(&self, token: &KeyHash, at: Timestamp) -> Option<Arc<Session>> {
        let session = self.read().get(token)?.clone();
        if session.is_over(self.lasting, at) || session.ended.is_cancelled() {
            return None;
        }
        let mut now = session.now();
        if now.token != *token && now.before.is_none_or(|(before, until)| before != *token || until < at) {
            return None;
        }
        now.seen = now.seen.max(at);
        drop(now);
        Some(session)
    }

    /// A session that begins; it counts once it was [let in](Self::let_in).
    pub fn begin(&self, token: KeyHash, person: OfficerId, from: IpAddr, at: Timestamp) -> Arc<Session> {
        let now = Now { token, made: at, before: None, seen: at, kept: at };
        Arc::new(Session { person, begun: at, from, ended: CancellationToken::new(), now: now.into() })
    }

    /// Lets a session count.
    pub fn let_in(&self, session: &Arc<Session>) {
        let token = session.now().token;
        self.write().insert(token, session.clone());
    }

    /// Whether a session's token is due for another.
    pub fn is_due(&self, session: &Session, at: Timestamp) -> bool {
        at.duration_since(session.now().made) > RENEWED_AFTER
    }

    /// Gives a session another token, unless somebody just did; gives what is to be kept of that. The one before is
    /// good for a moment more.
    pub fn renew(&self, session: &Arc<Session>, token: KeyHash, at: Timestamp) -> Option<Vec<Change>> {
        let mut by_token = self.write();
        let gone = session.remove();
        {
            let mut now = session.now();
            if at.duration_since(now.made) <= RENEWED_AFTER || session.ended.is_cancelled() {
                return None;
            }
            if let Some((older, _)) = now.before {
                by_token.remove(&older);
            }
            now.before = Some((now.token, at.checked_add(OVERLAP).unwrap_or(at)));
            (now.token, now.made) = (token, at);
        }
        by_token.insert(token, session.clone());
        Some(vec![gone, session.put()])
    }

    /// Ends sessions: their tokens open nothing any more, and their sockets are closed.
    pub fn end(&self, ended: &[Arc<Session>]) {
        let mut by_token = self.write();
        for session in ended {
            session.ended.cancel();
            let now = session.now();
            by_token.remove(&now.token);
            if let Some((before, _)) = now.before {
                by_token.remove(&before);
            }
        }
    }

    /// All of them, each once.
    pub fn all(&self) -> Vec<Arc<Session>> {
        let by_token = self.read();
        let current = by_token.iter().filter(|(token, session)| session.now().token == **token);
        current.map(|(_, session)| session.clone()).collect()
    }

    /// All of one person's, oldest first.
    pub fn of_person(&self, person: &OfficerId) -> Vec<Arc<Session>> {
        let mut found: Vec<_> = self.all().into_iter().filter(|session| session.person == *person).collect();
        found.sort_by_key(|session| session.begun);
        found
    }

    /// Those that are over, and those that were used since something was kept of it.
    pub fn sweep(&self, at: Timestamp) -> (Vec<Arc<Session>>, Vec<Arc<Session>>) {
        let mut by_token = self.write();
        // Tokens whose successors are in use.
        by_token.retain(|token, session| {
            let now = session.now();
            now.token == *token || now.before.is_some_and(|(before, until)| before == *token && until >= at)
        });
        let (mut over, mut used) = (Vec::new(), Vec::new());
        for (token, session) in by_token.iter() {
            if session.now().token != *token {
                continue;
            }
            if session.is_over(self.lasting, at) {
                over.push(session.clone());
                continue;
            }
            let mut now = session.now();
            if now.seen.duration_since(now.kept) > KEPT_WITHIN {
                now.kept = now.seen;
                used.push(session.clone());
            }
        }
        (over, used)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LASTING: Lasting =
        Lasting { idle: SignedDuration::from_mins(30), longest: SignedDuration::from_hours(12) };

    fn at(minutes: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + 60 * minutes).unwrap()
    }

    fn begun() -> (Sessions, Arc<Session>) {
        let (sessions, _) = Sessions::load(Vec::new(), LASTING, at(0));
        let session = sessions.begin([1; 32], "aminah".parse().unwrap(), [10, 0, 0, 1].into(), at(0));
        sessions.let_in(&session);
        (sessions, session)
    }

    #[test]
    fn a_session_ends_when_it_is_not_used_and_in_any_case_after_the_longest() {
        let (sessions, _) = begun();
        assert!(sessions.of(&[1; 32], at(29)).is_some());
        assert!(sessions.of(&[1; 32], at(58)).is_some());
        assert!(sessions.of(&[1; 32], at(89)).is_none());
        let (sessions, _) = begun();
        for minute in (0..=720).step_by(20) {
            assert!(sessions.of(&[1; 32], at(minute)).is_some(), "{minute}");
        }
        assert!(sessions.of(&[1; 32], at(721)).is_none());
        let (over, _) = sessions.sweep(at(721));
        assert_eq!(over.len(), 1);
    }

    #[test]
    fn a_token_is_renewed_once_and_the_one_before_is_good_for_a_moment_more() {
        let (sessions, session) = begun();
        sessions.of(&[1; 32], at(25));
        sessions.of(&[1; 32], at(50));
        assert!(!sessions.is_due(&session, at(60)));
        assert!(sessions.is_due(&session, at(61)));
        assert!(sessions.renew(&session, [2; 32], at(61)).is_some());
        assert!(
            sessions.renew(&session, [3; 32], at(61)).is_none(),
            "another request came at the same moment"
        );
        assert!(sessions.of(&[1; 32], at(62)).is_some());
        assert!(sessions.of(&[2; 32], at(62)).is_some());
        assert!(sessions.of(&[1; 32], at(63)).is_none());
        assert!(sessions.of(&[3; 32], at(62)).is_none());
        sessions.sweep(at(63));
        assert_eq!(sessions.of_person(&session.person).len(), 1);
        sessions.end(&[session]);
        assert!(sessions.of(&[2; 32], at(63)).is_none());
    }

    #[test]
    fn what_is_kept_goes_on_after_a_restart_and_what_is_over_does_not() {
        let (sessions, session) = begun();
        sessions.of(&[1; 32], at(20));
        let (_, used) = sessions.sweep(at(20));
        let [used] = &used[..] else { panic!("{used:?}") };
        let Change::PutSession { key, body } = used.put() else { panic!("it is kept") };
        let kept = vec![(key, body), ("rubbish".into(), "{}".into())];
        let (again, over) = Sessions::load(kept.clone(), LASTING, at(49));
        assert_eq!(over, [Change::RemoveSession { key: "rubbish".into() }]);
        assert_eq!(again.of(&[1; 32], at(50)).unwrap().person, session.person);
        let (_, over) = Sessions::load(kept, LASTING, at(51));
        assert_eq!(over.len(), 2);
    }
}
