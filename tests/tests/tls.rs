//! TLS with the office's own certificate, and what the daemon refuses without one.

use std::{fs, net::SocketAddr, path::Path, process::Command, sync::Arc};

use giliran_protocol::paths::HEALTH;
use giliran_tests::{BRANCH, Program, office, program, raw::answer, write_config};
use nix::sys::signal::Signal;
use rustls::{
    ClientConfig, RootCertStore,
    crypto::ring,
    pki_types::{CertificateDer, ServerName, pem::PemObject},
};
use tempfile::TempDir;
use tokio::{io::AsyncWriteExt, net::TcpStream};
use tokio_rustls::{TlsConnector, client::TlsStream};

/// Makes a certificate for this machine and writes it with its key; the certificate is the answer.
fn certify(folder: &Path) -> CertificateDer<'static> {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned(), "127.0.0.1".to_owned()])
        .expect("a certificate can be made");
    fs::write(folder.join("key.pem"), made.signing_key.serialize_pem()).expect("the folder can be written");
    fs::write(folder.join("certificate.pem"), made.cert.pem()).expect("the folder can be written");
    CertificateDer::from_pem_slice(made.cert.pem().as_bytes()).expect("it is a certificate")
}

/// Writes a certificate that nobody has the key of.
fn certify_another(folder: &Path) {
    let other = TempDir::new().expect("a temporary folder");
    certify(other.path());
    fs::copy(other.path().join("certificate.pem"), folder.join("another.pem")).expect("a file can be copied");
}

fn with_server(folder: &Path, lines: &str) -> std::path::PathBuf {
    write_config(folder, &office(folder).replacen("[store]", &format!("{lines}\n\n[store]"), 1))
}

const TLS: &str = "[server.tls]\ncertificate = \"certificate.pem\"\nkey = \"key.pem\"";

async fn start(config: &Path) -> (Program, SocketAddr) {
    let mut daemon =
        Program::start(Command::new(program("giliran")).arg("serve").arg("--config").arg(config));
    let address = daemon.said(|line| line.strip_prefix("listening on https://").map(str::to_owned)).await;
    (daemon, address.parse().expect("an address and a port"))
}

/// Connects as a client that knows only that certificate.
async fn connect(
    address: SocketAddr,
    known: CertificateDer<'static>,
) -> std::io::Result<TlsStream<TcpStream>> {
    let mut roots = RootCertStore::empty();
    roots.add(known).expect("it is a certificate");
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("ring knows both")
        .with_root_certificates(roots)
        .with_no_client_auth();
    let name = ServerName::try_from("localhost").expect("a name");
    TlsConnector::from(Arc::new(config)).connect(name, TcpStream::connect(address).await?).await
}

async fn get(stream: &mut TlsStream<TcpStream>) -> giliran_tests::raw::Answer {
    let head = format!("GET {HEALTH} HTTP/1.1\r\nhost: localhost\r\n\r\n");
    stream.write_all(head.as_bytes()).await.expect("the connection stands");
    answer(stream).await.expect("an answer comes")
}

#[tokio::test]
async fn a_certificate_is_served_and_a_renewed_one_taken_without_a_restart() {
    let folder = TempDir::new().expect("a temporary folder");
    let first = certify(folder.path());
    let (daemon, address) = start(&with_server(folder.path(), TLS)).await;
    let mut stream = connect(address, first.clone()).await.expect("the certificate is known");
    let answer_by_tls = get(&mut stream).await;
    assert_eq!(answer_by_tls.status, 200);
    let strict = answer_by_tls.header("strict-transport-security");
    assert_eq!(strict.as_deref(), Some("max-age=63072000; includeSubDomains"));

    // Plain HTTP is not understood, and nothing is told by it.
    let mut plain = TcpStream::connect(address).await.expect("the daemon listens");
    plain.write_all(b"GET / HTTP/1.1\r\nhost: localhost\r\n\r\n").await.expect("the connection stands");
    assert!(answer(&mut plain).await.is_none());

    // Half a renewal leaves the old certificate in use.
    fs::write(folder.path().join("certificate.pem"), "").expect("the folder can be written");
    daemon.signal(Signal::SIGHUP);
    let mut daemon = daemon;
    daemon.logged(1, |line| line.contains("the renewed certificate can't be used")).await;
    assert_eq!(
        get(&mut connect(address, first.clone()).await.expect("the old one stands")).await.status,
        200
    );

    let second = certify(folder.path());
    daemon.signal(Signal::SIGHUP);
    daemon.logged(1, |line| line.contains("the certificate was renewed")).await;
    assert!(connect(address, first).await.is_err(), "the old certificate is gone");
    assert_eq!(get(&mut connect(address, second).await.expect("the new one is known")).await.status, 200);
    assert_eq!(get(&mut stream).await.status, 200, "who was connected still is");
}

#[tokio::test]
async fn the_loudspeaker_comes_by_tls_where_the_machine_believes_the_certificate() {
    let folder = TempDir::new().expect("a temporary folder");
    certify(folder.path());
    let (_daemon, address) = start(&with_server(folder.path(), TLS)).await;
    let voices = Path::new(env!("CARGO_MANIFEST_DIR")).join("../assets/voices");
    let speaker = |believed: &str| {
        let mut command = Command::new(program("giliran-display"));
        command.args([
            "--daemon",
            &format!("https://{address}"),
            "--branch",
            BRANCH,
            "--no-device",
            "--voices",
        ]);
        let certificate = folder.path().join(believed);
        command.arg(&voices).env("SSL_CERT_FILE", certificate).env("STATE_DIRECTORY", folder.path());
        Program::start(&mut command)
    };
    certify_another(folder.path());
    let mut stranger = speaker("another.pem");
    stranger.logged(1, |line| line.contains("certificate")).await;
    let mut speaker = speaker("certificate.pem");
    // It has no key, so it was refused on its link and given a code by HTTP: both by TLS.
    speaker.logged(1, |line| line.contains("enter the code ")).await;
    assert!(!stranger.complaint().contains("enter the code "), "{}", stranger.complaint());
}

#[tokio::test]
async fn who_never_says_hello_is_let_go() {
    let folder = TempDir::new().expect("a temporary folder");
    certify(folder.path());
    let (_daemon, address) = start(&with_server(folder.path(), TLS)).await;
    let mut silent = TcpStream::connect(address).await.expect("the daemon listens");
    assert!(answer(&mut silent).await.is_none());
}

#[test]
fn what_is_not_safe_is_refused_with_a_sentence() {
    let folder = TempDir::new().expect("a temporary folder");
    let path = folder.path();
    certify(path);
    let stranger = TempDir::new().expect("a temporary folder");
    certify(stranger.path());
    fs::copy(stranger.path().join("key.pem"), path.join("other.pem")).expect("a file can be copied");
    for (what, lines, further, code, said) in [
        ("plain HTTP for others", "", &["--listen", "0.0.0.0:0"][..], 2, "plain_http = true"),
        ("plain HTTP for others, by IPv6", "", &["--listen", "[::]:0"], 2, "plain_http = true"),
        ("no certificate", "[server.tls]\ncertificate = \"none.pem\"\nkey = \"key.pem\"", &[], 1, "none.pem"),
        (
            "a key for a certificate",
            "[server.tls]\ncertificate = \"key.pem\"\nkey = \"key.pem\"",
            &[],
            1,
            "no certificate",
        ),
        (
            "another's key",
            "[server.tls]\ncertificate = \"certificate.pem\"\nkey = \"other.pem\"",
            &[],
            1,
            "don't fit",
        ),
        ("a name that is none", "origins = [\"giliran\"]", &[], 2, "https://giliran.example.my"),
    ] {
        let config = with_server(path, lines);
        let ended = Program::run(
            Command::new(program("giliran")).arg("serve").arg("--config").arg(&config).args(further),
        );
        assert_eq!(ended.status.code(), Some(code), "{what}: {}", ended.complaint());
        assert!(ended.complaint().contains(said), "{what}: {}", ended.complaint());
    }
}
