//! Every decoder that meets the outside takes any rubbish without harm.

use std::{fs, path::Path};

use giliran_tests::decoders::{ALL, Decoder, corpus};
use proptest::{prelude::*, sample::Index, test_runner::TestRunner};

/// How many mutations each decoder is fed with.
const MUTATIONS: u32 = 150;

fn kept(decoder: &str) -> Vec<(String, Vec<u8>)> {
    let folder = corpus(Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("a checkout"), decoder);
    let files = fs::read_dir(&folder).unwrap_or_else(|why| panic!("{}: {why}", folder.display()));
    let mut kept: Vec<_> = files
        .map(|file| file.expect("a folder can be read"))
        .map(|file| {
            (
                file.file_name().to_string_lossy().into_owned(),
                fs::read(file.path()).expect("a file can be read"),
            )
        })
        .collect();
    kept.sort();
    assert!(!kept.is_empty(), "{decoder} has no corpus");
    kept
}

#[test]
fn what_was_found_before_does_no_harm() {
    for (name, decoder) in ALL {
        for (file, bytes) in kept(name) {
            eprintln!("{name}/{file}");
            decoder(&bytes);
        }
    }
}

/// One change to a text: something put in place of a stretch of it.
fn change() -> impl Strategy<Value = (Index, Index, Vec<u8>)> {
    let telling = prop::sample::select(vec![
        &b""[..],
        b"\0",
        b"\"",
        b"'",
        b"{",
        b"}",
        b"[",
        b"]",
        b",",
        b"\n",
        b"\r\n",
        b"null",
        b"true",
        b"-1",
        b"1e999",
        b"99999999999999999999",
        b"0.1",
        b"\\u0000",
        b"\xff\xfe",
        b"\xf0\x9f\x8e\xab",
        b"-9223372036854775808",
        b"[[[[[[[[",
        b"9999-12-31",
        b"24:00",
    ]);
    let replacement = prop_oneof![telling.prop_map(<[u8]>::to_vec), prop::collection::vec(any::<u8>(), 0..8)];
    (any::<Index>(), any::<Index>(), replacement)
}

fn mutate(decoder: Decoder, corpus: &[(String, Vec<u8>)]) {
    let changes = prop::collection::vec(change(), 0..4);
    let mut runner = TestRunner::new(ProptestConfig { cases: MUTATIONS, ..ProptestConfig::default() });
    let run = runner.run(&(any::<Index>(), changes), |(which, changes)| {
        let mut bytes = which.get(corpus).1.clone();
        for (from, to, replacement) in changes {
            let (from, to) = (from.index(bytes.len() + 1), to.index(bytes.len() + 1));
            bytes.splice(from.min(to)..from.max(to).min(from.min(to) + 32), replacement);
        }
        decoder(&bytes);
        Ok(())
    });
    run.unwrap_or_else(|why| panic!("{why}"));
}

#[test]
fn mutations_of_what_is_kept_do_no_harm() {
    for (name, decoder) in ALL {
        eprintln!("{name}");
        mutate(decoder, &kept(name));
    }
}
