//! Why a request was not done, and how that is said: one place turns reasons into statuses.
//!
//! A refusal is an answer, not a failure of ours, and is not logged as one.

use std::time::Duration;

use axum::{
    Json,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use giliran_core::{Kind, Refusal};
use giliran_protocol::{
    error::{Error, ErrorBody},
    view::{Texts, TroubleCode},
};
use giliran_store::StoreError;

use crate::{web::Stranger, wire};

/// Nobody is sent away for longer: the load may be gone sooner than it seems.
const LONGEST_RETRY_S: u64 = 5;

/// Why a request was not done. Nothing has changed.
#[derive(Debug, Clone)]
pub enum Failure {
    /// The core's no.
    Refused(Kind, Box<Error>),
    /// The request itself is wrong.
    BadRequest(StatusCode, Box<Error>),
    /// No such branch.
    UnknownBranch,
    /// No such address.
    UnknownAddress,
    /// Not with this method.
    WrongMethod,
    /// The request took too long to come in.
    TooSlow,
    /// The page, or the host that was asked for, is not ours.
    Stranger(Stranger),
    /// It has to be known who asks.
    NotSignedIn,
    /// Whoever asks has no right to.
    NotAllowed,
    /// The command's id is that of a command which another sent.
    AnothersCommand,
    /// Whoever asks has a PIN or password that another set.
    MustChangeSecret,
    /// That client asks too often; it may ask again after so long.
    TooMany(Duration),
    /// The daemon still loads.
    NotReady,
    /// The daemon ends.
    Stopping,
    /// More is asked than can be done; for so long.
    Overloaded(Duration),
    /// The log had something that the clerk did not know of; it knows now.
    TryAgain,
    /// The disk is full.
    StoreFull,
    /// The disk or the file can't be written.
    StoreReadOnly,
    /// The log can't be written.
    StoreUnavailable,
    /// A fault of ours; it is in the log.
    Internal,
}

impl Failure {
    /// The core's no, for the person who asked.
    pub fn refused(refusal: &Refusal) -> Self {
        Self::Refused(refusal.kind(), Box::new(wire::refusal(refusal)))
    }

    /// A request that is wrong in itself; `detail` is for whoever mends the client.
    pub fn bad_request(status: StatusCode, code: &str, texts: [&str; 4], detail: Option<String>) -> Self {
        Self::BadRequest(status, Box::new(error(code, texts, detail)))
    }

    /// What the store said, for a client.
    pub fn store(error: &StoreError) -> Self {
        match error {
            StoreError::Full => Self::StoreFull,
            StoreError::Busy => Self::Overloaded(Duration::ZERO),
            // The clerk has read the log again; the same command with the same id finds its answer there.
            StoreError::CommandTaken { .. } | StoreError::SeqTaken { .. } | StoreError::Hole { .. } => {
                Self::TryAgain
            }
            StoreError::Closed => Self::Stopping,
            StoreError::Unfit { .. } | StoreError::UnfitAudit { .. } => Self::Internal,
            StoreError::ReadOnly { .. } => Self::StoreReadOnly,
            StoreError::Damaged { .. } | StoreError::Failed { .. } => Self::StoreUnavailable,
        }
    }

    /// What keeps a branch from taking commands, for whoever sends one.
    pub fn trouble(code: TroubleCode) -> Self {
        match code {
            TroubleCode::StoreFull => Self::StoreFull,
            TroubleCode::StoreReadOnly => Self::StoreReadOnly,
            TroubleCode::StoreUnavailable | TroubleCode::Unknown => Self::StoreUnavailable,
        }
    }

    /// The status that says it.
    pub fn status(&self) -> StatusCode {
        match self {
            Self::Refused(Kind::NotFound, _) | Self::UnknownBranch | Self::UnknownAddress => {
                StatusCode::NOT_FOUND
            }
            Self::Refused(Kind::Conflict, _) | Self::AnothersCommand => StatusCode::CONFLICT,
            Self::Refused(Kind::Invalid, _) => StatusCode::UNPROCESSABLE_ENTITY,
            Self::BadRequest(status, _) => *status,
            Self::WrongMethod => StatusCode::METHOD_NOT_ALLOWED,
            Self::TooSlow => StatusCode::REQUEST_TIMEOUT,
            Self::NotSignedIn => StatusCode::UNAUTHORIZED,
            Self::Stranger(Stranger::Page) | Self::NotAllowed | Self::MustChangeSecret => {
                StatusCode::FORBIDDEN
            }
            Self::Stranger(Stranger::Host) => StatusCode::MISDIRECTED_REQUEST,
            Self::TooMany(_) => StatusCode::TOO_MANY_REQUESTS,
            Self::NotReady
            | Self::Stopping
            | Self::Overloaded(_)
            | Self::TryAgain
            | Self::StoreReadOnly
            | Self::StoreUnavailable => StatusCode::SERVICE_UNAVAILABLE,
            Self::StoreFull => StatusCode::INSUFFICIENT_STORAGE,
            Self::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// The same for programs and people.
    pub fn error(self) -> Error {
        match self {
            Self::Refused(_, error) | Self::BadRequest(_, error) => *error,
            Self::UnknownBranch => error(
                "unknown_branch",
                ["Cawangan itu tidak wujud.", "There is no such branch.", "没有此分行。", "அந்தக் கிளை இல்லை."],
                None,
            ),
            Self::UnknownAddress => error(
                "unknown_address",
                ["Alamat itu tidak wujud.", "There is no such address.", "没有此地址。", "அந்த முகவரி இல்லை."],
                None,
            ),
            Self::WrongMethod => error(
                "wrong_method",
                [
                    "Permintaan ini tidak dibenarkan di alamat itu.",
                    "That address does not take this kind of request.",
                    "该地址不接受此类请求。",
                    "அந்த முகவரி இவ்வகைக் கோரிக்கையை ஏற்காது.",
                ],
                None,
            ),
            Self::TooSlow => error(
                "too_slow",
                [
                    "Permintaan mengambil masa terlalu lama. Sila cuba sekali lagi.",
                    "The request took too long. Please try once more.",
                    "请求耗时过长，请再试一次。",
                    "கோரிக்கை அதிக நேரம் எடுத்தது. மீண்டும் முயலவும்.",
                ],
                None,
            ),
            Self::Stranger(Stranger::Page) => error(
                "foreign_page",
                [
                    "Permintaan itu datang daripada halaman lain.",
                    "That request comes from another site's page.",
                    "该请求来自其他网站的页面。",
                    "அந்தக் கோரிக்கை வேறொரு தளத்தின் பக்கத்திலிருந்து வருகிறது.",
                ],
                None,
            ),
            Self::Stranger(Stranger::Host) => error(
                "unknown_host",
                [
                    "Nama hos itu bukan nama sistem ini.",
                    "This system does not go by that host name.",
                    "本系统不使用该主机名。",
                    "இந்த அமைப்பு அந்த வழங்கிப் பெயரைப் பயன்படுத்துவதில்லை.",
                ],
                Some("names must stand in `origins` of [server]; numeric addresses need not".into()),
            ),
            Self::NotSignedIn => error(
                "not_signed_in",
                ["Sila log masuk dahulu.", "Please sign in first.", "请先登录。", "முதலில் உள்நுழையவும்."],
                None,
            ),
            Self::NotAllowed => error(
                "not_allowed",
                [
                    "Anda tidak dibenarkan melakukan ini.",
                    "You are not allowed to do this.",
                    "您无权执行此操作。",
                    "இதைச் செய்ய உங்களுக்கு அனுமதி இல்லை.",
                ],
                None,
            ),
            Self::AnothersCommand => error(
                "anothers_command",
                [
                    "Nombor arahan itu telah digunakan oleh orang lain.",
                    "That command id has been used by another.",
                    "该指令编号已被他人使用。",
                    "அந்தக் கட்டளை எண்ணை வேறொருவர் பயன்படுத்தியுள்ளார்.",
                ],
                None,
            ),
            Self::MustChangeSecret => error(
                "must_change_secret",
                [
                    "Sila tukar PIN atau kata laluan anda dahulu.",
                    "Please change your PIN or password first.",
                    "请先更改您的 PIN 码或密码。",
                    "முதலில் உங்கள் PIN அல்லது கடவுச்சொல்லை மாற்றவும்.",
                ],
                None,
            ),
            Self::TooMany(_) => error(
                "too_many_requests",
                [
                    "Terlalu banyak permintaan. Sila cuba sebentar lagi.",
                    "Too many requests. Please try again in a moment.",
                    "请求过于频繁，请稍后再试。",
                    "அதிகமான கோரிக்கைகள். சற்று நேரத்தில் மீண்டும் முயலவும்.",
                ],
                None,
            ),
            Self::NotReady => error(
                "not_ready",
                [
                    "Sistem sedang dimulakan. Sila cuba sebentar lagi.",
                    "The system is starting. Please try again in a moment.",
                    "系统正在启动，请稍后再试。",
                    "அமைப்பு தொடங்குகிறது. சற்று நேரத்தில் மீண்டும் முயலவும்.",
                ],
                None,
            ),
            Self::Stopping => error(
                "stopping",
                [
                    "Sistem sedang dihentikan. Sila cuba sebentar lagi.",
                    "The system is stopping. Please try again in a moment.",
                    "系统正在停止，请稍后再试。",
                    "அமைப்பு நிறுத்தப்படுகிறது. சற்று நேரத்தில் மீண்டும் முயலவும்.",
                ],
                None,
            ),
            Self::Overloaded(_) => error(
                "overloaded",
                [
                    "Sistem terlalu sibuk. Sila cuba sebentar lagi.",
                    "The system is too busy. Please try again in a moment.",
                    "系统繁忙，请稍后再试。",
                    "அமைப்பு மிகவும் பரபரப்பாக உள்ளது. சற்று நேரத்தில் மீண்டும் முயலவும்.",
                ],
                None,
            ),
            Self::TryAgain => error(
                "try_again",
                ["Sila cuba sekali lagi.", "Please try once more.", "请再试一次。", "மீண்டும் ஒருமுறை முயலவும்."],
                None,
            ),
            Self::StoreFull => error(
                "store_full",
                [
                    "Cakera penuh: tiada nombor dapat dikeluarkan. Sila maklumkan kakitangan.",
                    "The disk is full: nothing can be issued. Please tell the staff.",
                    "磁盘已满，无法发号。请通知工作人员。",
                    "வட்டு நிரம்பிவிட்டது: எண் வழங்க இயலாது. பணியாளரிடம் தெரிவிக்கவும்.",
                ],
                None,
            ),
            Self::StoreReadOnly => error(
                "store_read_only",
                [
                    "Cakera hanya boleh dibaca: tiada nombor dapat dikeluarkan. Sila maklumkan kakitangan.",
                    "The disk can only be read: nothing can be issued. Please tell the staff.",
                    "磁盘为只读，无法发号。请通知工作人员。",
                    "வட்டைப் படிக்க மட்டுமே முடியும்: எண் வழங்க இயலாது. பணியாளரிடம் தெரிவிக்கவும்.",
                ],
                None,
            ),
            Self::StoreUnavailable => error(
                "store_unavailable",
                [
                    "Rekod tidak dapat disimpan. Sila maklumkan kakitangan.",
                    "Nothing can be recorded. Please tell the staff.",
                    "无法保存记录。请通知工作人员。",
                    "பதிவு செய்ய இயலவில்லை. பணியாளரிடம் தெரிவிக்கவும்.",
                ],
                None,
            ),
            Self::Internal => error(
                "internal",
                [
                    "Ralat dalaman. Sila maklumkan kakitangan.",
                    "Something went wrong inside. Please tell the staff.",
                    "内部错误。请通知工作人员。",
                    "உள் பிழை. பணியாளரிடம் தெரிவிக்கவும்.",
                ],
                None,
            ),
        }
    }

    /// After how many seconds the same request may well succeed; none where it can't be told.
    fn passes_after(&self) -> Option<u64> {
        match self {
            Self::NotReady | Self::Stopping | Self::TryAgain => Some(1),
            Self::Overloaded(wait) => Some(wait.as_secs().clamp(1, LONGEST_RETRY_S)),
            Self::TooMany(wait) => Some(wait.as_secs() + 1),
            // The disk is tried each second, and somebody has to mend it.
            Self::StoreFull | Self::StoreReadOnly => Some(5),
            Self::Refused(..)
            | Self::BadRequest(..)
            | Self::UnknownBranch
            | Self::UnknownAddress
            | Self::WrongMethod
            | Self::TooSlow
            | Self::Stranger(_)
            | Self::NotSignedIn
            | Self::NotAllowed
            | Self::AnothersCommand
            | Self::MustChangeSecret
            | Self::StoreUnavailable
            | Self::Internal => None,
        }
    }
}

fn error(code: &str, [ms, en, zh, ta]: [&str; 4], detail: Option<String>) -> Error {
    Error {
        code: code.into(),
        message: Texts { ms: ms.into(), en: Some(en.into()), zh: Some(zh.into()), ta: Some(ta.into()) },
        detail,
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let (status, after) = (self.status(), self.passes_after());
        let unknown = status == StatusCode::UNAUTHORIZED;
        let mut response = (status, Json(ErrorBody { error: self.error() })).into_response();
        if unknown {
            // Required with that status; for programs, as no browser asks a person by it.
            response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if let Some(seconds) = after {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}
