//! Clips as files: FLAC, 16 bit, mono.

use std::io::Cursor;

use flac_codec::{
    Error,
    encode::{FlacSampleWriter, Options},
};
use giliran_voice::RATE_HZ;

/// The file that holds `samples`.
pub fn encode(samples: &[f32]) -> Result<Vec<u8>, Error> {
    let whole: Vec<i32> = samples.iter().map(|sample| (sample * 32767.0).round() as i32).collect();
    let options = Options::best().no_padding().no_seektable();
    let mut file = Cursor::new(Vec::new());
    let mut writer = FlacSampleWriter::new(&mut file, options, RATE_HZ, 16, 1, Some(whole.len() as u64))?;
    writer.write(&whole)?;
    writer.finalize()?;
    Ok(file.into_inner())
}
