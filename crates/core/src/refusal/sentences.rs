//! The sentences of refusals, for people, in each language.

use super::Refusal;
use crate::Language;

impl Refusal {
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
            Self::UnknownOutcome(id) => with(
                id,
                [
                    "Tiada hasil urusan `{}`.",
                    "There is no outcome `{}`.",
                    "没有办理结果“{}”。",
                    "`{}` என்ற முடிவு இல்லை.",
                ],
            ),
            Self::UnknownNotice(_) => plain([
                "Notis ini tidak lagi dipaparkan.",
                "This notice is no longer shown.",
                "此通告已不再显示。",
                "இந்த அறிவிப்பு இனி காட்டப்படவில்லை.",
            ]),
            Self::UnknownZone(id) => with(
                id,
                [
                    "Tiada zon `{}` di pejabat ini.",
                    "This office has no zone `{}`.",
                    "本处没有区域“{}”。",
                    "இந்த அலுவலகத்தில் `{}` என்ற பகுதி இல்லை.",
                ],
            ),
            Self::UnknownPlanned(id) => with(
                id,
                [
                    "Tiada pengumuman `{}` di pejabat ini.",
                    "This office has no announcement `{}`.",
                    "本处没有广播“{}”。",
                    "இந்த அலுவலகத்தில் `{}` என்ற அறிவிப்பு இல்லை.",
                ],
            ),
            Self::UnknownAnnouncement(_) => plain([
                "Pengumuman kecemasan ini sudah dihentikan.",
                "This urgent announcement has been called off already.",
                "此紧急广播已停止。",
                "இந்த அவசர அறிவிப்பு ஏற்கனவே நிறுத்தப்பட்டது.",
            ]),
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
            Self::OfficeClosed { .. } => plain([
                "Pejabat ditutup sekarang.",
                "The office is closed now.",
                "办事处现在不开放。",
                "அலுவலகம் இப்போது மூடப்பட்டுள்ளது.",
            ]),
            Self::OfficeOpen => plain([
                "Pejabat sudah dibuka.",
                "The office is open already.",
                "办事处已经开放。",
                "அலுவலகம் ஏற்கனவே திறந்துள்ளது.",
            ]),
            Self::DayHasClosed => plain([
                "Pejabat sudah ditutup untuk hari ini.",
                "The office has closed for today already.",
                "办事处今天已经结束办公。",
                "அலுவலகம் இன்றைக்கு ஏற்கனவே மூடப்பட்டுவிட்டது.",
            ]),
            Self::AfterLastTicket(_) => plain([
                "Nombor terakhir hari ini untuk perkhidmatan ini sudah diberi.",
                "The last number of the day for this service has been given out.",
                "此服务今天的取号时间已过。",
                "இந்தச் சேவைக்கான இன்றைய கடைசி எண் வழங்கப்பட்டுவிட்டது.",
            ]),
            Self::QuotaUsed(_) => plain([
                "Semua nombor hari ini untuk perkhidmatan ini sudah habis.",
                "All of today's numbers for this service have been taken.",
                "此服务今天的号码已派完。",
                "இந்தச் சேவைக்கான இன்றைய எண்கள் அனைத்தும் தீர்ந்துவிட்டன.",
            ]),
            Self::PersonNeeded => plain([
                "Sila masukkan nombor telefon atau kad anda untuk perkhidmatan ini.",
                "Please enter your phone or card number for this service.",
                "请输入您的电话或证件号码以使用此服务。",
                "இந்தச் சேவைக்கு உங்கள் தொலைபேசி அல்லது அட்டை எண்ணை உள்ளிடவும்.",
            ]),
            Self::HasTicket(number) => with(
                number,
                [
                    "Anda sudah mempunyai nombor {}.",
                    "You already have number {}.",
                    "您已持有号码 {}。",
                    "உங்களிடம் ஏற்கனவே {} எண் உள்ளது.",
                ],
            ),
            Self::RemoteNotOffered => plain([
                "Pejabat ini tidak mengeluarkan nombor melalui telefon.",
                "This office gives out no numbers by phone.",
                "本办事处不提供手机取号。",
                "இந்த அலுவலகம் தொலைபேசி வழியாக எண் வழங்குவதில்லை.",
            ]),
            Self::RemoteUsedUp => plain([
                "Telefon ini sudah mengambil semua nombornya untuk hari ini. Sila gunakan kios.",
                "This phone has had all its numbers for today. Please use the kiosk.",
                "此手机今天的取号次数已用完，请使用取号机。",
                "இந்தத் தொலைபேசி இன்றைக்கான எண்களை எல்லாம் பெற்றுவிட்டது. கியாஸ்க்கைப் பயன்படுத்தவும்.",
            ]),
            Self::NoAppointments => plain([
                "Pejabat ini tidak menerima janji temu.",
                "This office takes no appointments.",
                "本办事处不接受预约。",
                "இந்த அலுவலகம் முன்பதிவுகளை ஏற்பதில்லை.",
            ]),
            Self::UnknownAppointment => plain([
                "Tiada janji temu dengan kod ini.",
                "There is no appointment with this code.",
                "没有此代码的预约。",
                "இந்தக் குறியீட்டில் முன்பதிவு இல்லை.",
            ]),
            Self::AppointmentUsed => plain([
                "Janji temu ini sudah didaftar masuk.",
                "This appointment has been checked in already.",
                "此预约已经报到。",
                "இந்த முன்பதிவுக்கு ஏற்கனவே வருகை பதிவு செய்யப்பட்டது.",
            ]),
            Self::TooEarly { .. } => plain([
                "Masih terlalu awal untuk janji temu ini.",
                "It is still too early for this appointment.",
                "离预约时间还早。",
                "இந்த முன்பதிவுக்கு இன்னும் நேரமாகவில்லை.",
            ]),
            Self::TooLate => plain([
                "Masa janji temu ini sudah lepas. Sila jumpa petugas.",
                "The time of this appointment has passed. Please see the staff.",
                "预约时间已过，请联系工作人员。",
                "இந்த முன்பதிவின் நேரம் கடந்துவிட்டது. ஊழியரை அணுகவும்.",
            ]),
            Self::UnsoundAppointments(faults) => with(
                faults,
                [
                    "Senarai janji temu tidak sah: {}",
                    "The appointments are not sound: {}",
                    "预约名单无效：{}",
                    "முன்பதிவுப் பட்டியல் சரியில்லை: {}",
                ],
            ),
            Self::CounterPaused => plain([
                "Kaunter ini sedang berehat.",
                "The counter is on a break.",
                "柜台正在休息。",
                "கவுண்டர் இடைவேளையில் உள்ளது.",
            ]),
            Self::CounterNotPaused => plain([
                "Kaunter ini tidak berehat.",
                "The counter is not on a break.",
                "柜台没有在休息。",
                "கவுண்டர் இடைவேளையில் இல்லை.",
            ]),
            Self::ServiceNotTaken(id) => with(
                id,
                [
                    "Kaunter ini tidak menerima perkhidmatan `{}`.",
                    "This counter does not take the service `{}`.",
                    "此柜台不办理“{}”服务。",
                    "இந்தக் கவுண்டர் `{}` சேவையை ஏற்பதில்லை.",
                ],
            ),
            Self::OfficerThere => plain([
                "Keadaan di kaunter ini sudah begitu.",
                "That is so at this counter already.",
                "此柜台已是如此。",
                "இந்தக் கவுண்டரில் ஏற்கனவே அவ்வாறே உள்ளது.",
            ]),
            Self::NotWaiting(number) => with(
                number,
                ["{} tidak sedang menunggu.", "{} is not waiting.", "{} 不在等候。", "{} காத்திருக்கவில்லை."],
            ),
            Self::NobodyBehind(number) => with(
                number,
                [
                    "Tiada sesiapa menunggu di belakang {}.",
                    "Nobody is waiting behind {}.",
                    "{} 后面没有人在等候。",
                    "{} இன் பின்னால் யாரும் காத்திருக்கவில்லை.",
                ],
            ),
            Self::GaveWayEnough(number) => with(
                number,
                [
                    "{} sudah memberi laluan 5 kali, iaitu had tertinggi.",
                    "{} has let others go first 5 times, which is the most.",
                    "{} 已让他人先办理 5 次，达到上限。",
                    "{} ஏற்கனவே 5 முறை மற்றவர்களை முன்னே விட்டுள்ளது; அதுவே அதிகபட்சம்.",
                ],
            ),
            Self::PastOutOfRange => plain([
                "Beri laluan kepada 1 hingga 20 orang sahaja pada satu masa.",
                "Let between 1 and 20 people go first at a time.",
                "每次可让 1 至 20 人先办理。",
                "ஒரே நேரத்தில் 1 முதல் 20 பேர் வரை முன்னே செல்ல விடலாம்.",
            ]),
            Self::UnsoundNotice => plain([
                "Sila tulis notis dalam satu baris, paling banyak 200 aksara.",
                "Write the notice in one line, at most 200 characters.",
                "请用一行填写通告，最多 200 字。",
                "அறிவிப்பை ஒரே வரியில் எழுதவும், அதிகபட்சம் 200 எழுத்துகள்.",
            ]),
            Self::TooManyNotices => plain([
                "Sudah ada 20 notis. Sila tarik balik satu dahulu.",
                "There are 20 notices already. Please withdraw one first.",
                "已有 20 则通告，请先撤下一则。",
                "ஏற்கனவே 20 அறிவிப்புகள் உள்ளன. முதலில் ஒன்றை நீக்கவும்.",
            ]),
            Self::UnsoundAnnouncement => plain([
                "Sila tulis pengumuman dalam satu baris, paling banyak 200 aksara.",
                "Write the announcement in one line, at most 200 characters.",
                "请用一行填写广播内容，最多 200 字。",
                "ஒலி அறிவிப்பை ஒரே வரியில் எழுதவும், அதிகபட்சம் 200 எழுத்துகள்.",
            ]),
            Self::TooManyUrgent => plain([
                "Sudah ada 3 pengumuman kecemasan. Sila hentikan satu dahulu.",
                "There are 3 urgent announcements already. Please call one off first.",
                "已有 3 则紧急广播，请先停止一则。",
                "ஏற்கனவே 3 அவசர அறிவிப்புகள் உள்ளன. முதலில் ஒன்றை நிறுத்தவும்.",
            ]),
            Self::NothingDue => plain([
                "Pengumuman ini belum tiba masanya.",
                "This announcement is not due.",
                "此广播尚未到时间。",
                "இந்த அறிவிப்புக்கான நேரம் வரவில்லை.",
            ]),
            Self::NotCalled(number) => with(
                number,
                [
                    "{} belum dipanggil.",
                    "{} has not been called.",
                    "{} 还没有被呼叫。",
                    "{} இன்னும் அழைக்கப்படவில்லை.",
                ],
            ),
            Self::NotMissed(number) => with(
                number,
                [
                    "{} tidak terlepas panggilan.",
                    "{} did not miss its call.",
                    "{} 没有过号。",
                    "{} அழைப்பைத் தவறவிடவில்லை.",
                ],
            ),
            Self::NoPlaceAhead => plain([
                "Kaunter ini tiada tempat menunggu berhampiran.",
                "This counter has no waiting place near it.",
                "此柜台附近没有等候区。",
                "இந்தக் கவுண்டருக்கு அருகில் காத்திருக்கும் இடம் இல்லை.",
            ]),
            Self::AheadTaken(number) => with(
                number,
                [
                    "{} sudah dipanggil ke hadapan.",
                    "{} has been called ahead already.",
                    "{} 已被提前呼叫。",
                    "{} ஏற்கனவே முன்கூட்டியே அழைக்கப்பட்டுள்ளது.",
                ],
            ),
            Self::TooSoon(number) => with(
                number,
                [
                    "{} baru sahaja dipanggil. Sila tunggu sebentar.",
                    "{} was called just now. Please wait a moment.",
                    "刚刚呼叫过 {}，请稍候。",
                    "{} இப்போதுதான் அழைக்கப்பட்டது. சற்று காத்திருக்கவும்.",
                ],
            ),
            Self::CalledEnough(number) => with(
                number,
                [
                    "{} sudah dipanggil sekerap yang dibenarkan.",
                    "{} has been called as often as is allowed.",
                    "{} 的呼叫次数已达上限。",
                    "{} அனுமதிக்கப்பட்ட முறை அழைக்கப்பட்டுவிட்டது.",
                ],
            ),
            Self::CallAgainFirst(number) => with(
                number,
                [
                    "Sila panggil {} sekali lagi dahulu.",
                    "Please call {} again first.",
                    "请先再次呼叫 {}。",
                    "முதலில் {} ஐ மீண்டும் அழைக்கவும்.",
                ],
            ),
            Self::NoDestination => plain([
                "Pilih perkhidmatan atau kaunter yang dituju.",
                "Choose a service or a counter to send to.",
                "请选择要转往的服务或柜台。",
                "அனுப்ப வேண்டிய சேவை அல்லது கவுண்டரைத் தேர்ந்தெடுக்கவும்.",
            ]),
            Self::TooManyLegs => plain([
                "Lawatan ini merangkumi terlalu banyak perkhidmatan.",
                "This visit goes through too many services.",
                "此次办理的服务项目太多。",
                "இந்த வருகையில் சேவைகள் மிக அதிகமாக உள்ளன.",
            ]),
            Self::SameCounter => plain([
                "Tiket itu sudah di kaunter ini.",
                "That ticket is at this counter already.",
                "该号码票已在此柜台。",
                "அந்தச் சீட்டு ஏற்கனவே இந்தக் கவுண்டரில் உள்ளது.",
            ]),
            Self::SameClass(number) => with(
                number,
                [
                    "{} sudah dalam golongan itu.",
                    "{} is of that class already.",
                    "{} 已属于该类别。",
                    "{} ஏற்கனவே அந்த வகையில் உள்ளது.",
                ],
            ),
            Self::NotLaterToday => plain([
                "Pilih masa yang akan datang pada hari ini.",
                "Choose a time that is later today.",
                "请选择今天稍后的时间。",
                "இன்று பின்னர் வரும் நேரத்தைத் தேர்ந்தெடுக்கவும்.",
            ]),
            Self::NothingToUndo => plain([
                "Tiada apa-apa untuk dibatalkan.",
                "There is nothing to undo.",
                "没有可撤销的操作。",
                "செயல்தவிர்க்க எதுவும் இல்லை.",
            ]),
        }
    }
}
