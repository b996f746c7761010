//! What people are told who want in, or change who may: the sentences, in one place.

use axum::http::StatusCode;

use crate::{access::secrets::Unfit, failure::Failure};

fn refuse(status: StatusCode, code: &str, texts: [&str; 4]) -> Failure {
    Failure::bad_request(status, code, texts, None)
}

/// Unknown, or the PIN or password is wrong: which of the two is nobody's business.
pub fn wrong_sign_in() -> Failure {
    refuse(
        StatusCode::UNAUTHORIZED,
        "wrong_sign_in",
        [
            "ID, PIN atau kata laluan salah.",
            "The ID, PIN or password is wrong.",
            "账号、PIN 码或密码错误。",
            "அடையாளம், PIN அல்லது கடவுச்சொல் தவறு.",
        ],
    )
}

/// The address that makes the first administrator was used, or never was.
pub fn not_the_first() -> Failure {
    refuse(
        StatusCode::FORBIDDEN,
        "not_the_first",
        [
            "Pautan ini telah digunakan atau tidak sah.",
            "This link has been used, or is not valid.",
            "此链接已被使用或无效。",
            "இந்த இணைப்பு பயன்படுத்தப்பட்டது அல்லது செல்லாது.",
        ],
    )
}

/// A PIN or password that is not taken.
pub fn unfit_secret(why: Unfit) -> Failure {
    let (detail, texts) = match why {
        Unfit::PinLength | Unfit::PasswordLength => (
            "a PIN has 6 to 12 digits, a password 10 to 128 characters",
            [
                "PIN mesti 6 hingga 12 digit; kata laluan mesti 10 hingga 128 aksara.",
                "A PIN has 6 to 12 digits; a password has 10 to 128 characters.",
                "PIN 码须为 6 至 12 位数字；密码须为 10 至 128 个字符。",
                "PIN 6 முதல் 12 இலக்கங்கள்; கடவுச்சொல் 10 முதல் 128 எழுத்துகள் இருக்க வேண்டும்.",
            ],
        ),
        Unfit::PinNotEnough => (
            "a PIN is for those who are officers and nothing else",
            [
                "Peranan ini memerlukan kata laluan sekurang-kurangnya 10 aksara, bukan PIN.",
                "This role needs a password of at least 10 characters, not a PIN.",
                "此角色须使用至少 10 个字符的密码，而非 PIN 码。",
                "இந்தப் பொறுப்புக்கு PIN அல்ல, குறைந்தது 10 எழுத்துள்ள கடவுச்சொல் தேவை.",
            ],
        ),
        Unfit::Guessable => (
            "it is among those that are guessed first",
            [
                "PIN atau kata laluan itu terlalu mudah diteka.",
                "That PIN or password is too easy to guess.",
                "该 PIN 码或密码太容易被猜中。",
                "அந்த PIN அல்லது கடவுச்சொல் எளிதில் ஊகிக்கத்தக்கது.",
            ],
        ),
    };
    Failure::bad_request(StatusCode::UNPROCESSABLE_ENTITY, "unfit_secret", texts, Some(detail.into()))
}

/// A name or roles that can be nobody's.
pub fn unfit_person(detail: &str) -> Failure {
    Failure::bad_request(
        StatusCode::UNPROCESSABLE_ENTITY,
        "unfit_person",
        [
            "Nama, ID atau peranan itu tidak sah.",
            "That name, ID or role can't be anybody's.",
            "该姓名、账号或角色无效。",
            "அந்தப் பெயர், அடையாளம் அல்லது பொறுப்பு செல்லாது.",
        ],
        Some(detail.into()),
    )
}

/// Nobody of that short name may sign in.
pub fn unknown_person() -> Failure {
    refuse(
        StatusCode::NOT_FOUND,
        "unknown_person",
        ["Orang itu tidak wujud.", "There is no such person.", "没有此人。", "அப்படி ஒருவர் இல்லை."],
    )
}

/// Without this one nobody could let anybody in.
pub fn last_administrator() -> Failure {
    refuse(
        StatusCode::CONFLICT,
        "last_administrator",
        [
            "Mesti ada sekurang-kurangnya seorang pentadbir yang boleh log masuk.",
            "There must be at least one administrator who can sign in.",
            "必须至少保留一名可登录的管理员。",
            "உள்நுழையக்கூடிய ஒரு நிர்வாகியாவது இருக்க வேண்டும்.",
        ],
    )
}

/// No device waits with that code, or any more.
pub fn unknown_pairing() -> Failure {
    refuse(
        StatusCode::NOT_FOUND,
        "unknown_pairing",
        [
            "Kod itu salah atau telah luput.",
            "That code is wrong, or no longer good.",
            "该代码错误或已失效。",
            "அந்தக் குறியீடு தவறு அல்லது காலாவதியானது.",
        ],
    )
}

/// A device of that branch has that name.
pub fn device_taken() -> Failure {
    refuse(
        StatusCode::CONFLICT,
        "device_taken",
        [
            "Nama peranti itu sudah digunakan.",
            "A device of that name takes part already.",
            "该设备名称已被使用。",
            "அந்தச் சாதனப் பெயர் ஏற்கனவே பயன்பாட்டில் உள்ளது.",
        ],
    )
}

/// No device of that branch has that name.
pub fn unknown_device() -> Failure {
    refuse(
        StatusCode::NOT_FOUND,
        "unknown_device",
        ["Peranti itu tidak wujud.", "There is no such device.", "没有此设备。", "அந்தச் சாதனம் இல்லை."],
    )
}

/// This daemon asks nobody who they are, so there is nobody to sign in.
pub fn sign_in_off() -> Failure {
    refuse(
        StatusCode::CONFLICT,
        "sign_in_off",
        [
            "Log masuk dimatikan pada sistem ini.",
            "Sign-in is switched off on this system.",
            "本系统已关闭登录功能。",
            "இந்த அமைப்பில் உள்நுழைவு முடக்கப்பட்டுள்ளது.",
        ],
    )
}
