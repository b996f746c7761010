//! TLS with the office's own certificate, which may be renewed while the daemon runs.

use std::{
    fmt, fs, io,
    path::{Path, PathBuf},
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};

use rustls::{
    ServerConfig,
    crypto::{CryptoProvider, ring},
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
    server::{ClientHello, ResolvesServerCert},
    sign::CertifiedKey,
};
use tokio::{
    signal::unix::{SignalKind, signal},
    time::{MissedTickBehavior, interval},
};
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;

use crate::config::Tls;

/// How often it is looked whether the files have changed.
const LOOK_EVERY: Duration = Duration::from_secs(60);

/// Why a certificate can't be used.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A file could not be read.
    #[error("{path}: {why}")]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        why: io::Error,
    },
    /// A file holds something else.
    #[error("{path}: {why}")]
    Malformed {
        /// The file.
        path: PathBuf,
        /// Why.
        why: String,
    },
    /// Certificate and key do not belong together, or are of a kind that is not known.
    #[error("certificate and key don't fit: {0}")]
    Unfit(#[from] rustls::Error),
}

/// The certificate in use.
pub struct Certificate {
    files: Tls,
    provider: Arc<CryptoProvider>,
    /// The contents of both files as they were read, and what came of them.
    now: RwLock<(Contents, Arc<CertifiedKey>)>,
}

/// What stood in the files of certificate and key.
type Contents = [Vec<u8>; 2];

impl fmt::Debug for Certificate {
    /// The key stays where it is.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Certificate").field("files", &self.files).finish_non_exhaustive()
    }
}

impl Certificate {
    /// Reads certificate and key.
    pub fn read(files: Tls) -> Result<Arc<Self>, TlsError> {
        let provider = Arc::new(ring::default_provider());
        let contents = contents(&files)?;
        let key = certified(&files, &contents, &provider)?;
        Ok(Arc::new(Self { files, provider, now: RwLock::new((contents, Arc::new(key))) }))
    }

    /// What takes connections with it. TLS 1.2 and 1.3, and nothing but HTTP/1.1 inside.
    pub fn acceptor(self: &Arc<Self>) -> Result<TlsAcceptor, TlsError> {
        let mut config = ServerConfig::builder_with_provider(self.provider.clone())
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_cert_resolver(self.clone());
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Arc::new(config).into())
    }

    /// Takes renewed files as soon as they are there: on SIGHUP, and by looking each minute. Files that
    /// can't be used, such as one that is half written, leave the one in use in its place.
    pub async fn follow(self: Arc<Self>, stop: CancellationToken) {
        let Ok(mut hangup) = signal(SignalKind::hangup()) else {
            tracing::error!("signals can't be heard; a renewed certificate needs a restart");
            return;
        };
        let mut look = interval(LOOK_EVERY);
        look.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut complaint = String::new();
        loop {
            tokio::select! {
                _ = hangup.recv() => {}
                _ = look.tick() => {}
                () = stop.cancelled() => return,
            }
            match self.renew() {
                Ok(true) => tracing::info!("the certificate was renewed"),
                Ok(false) => complaint.clear(),
                Err(why) => {
                    let why = why.to_string();
                    if why != complaint {
                        tracing::warn!(
                            why,
                            "the renewed certificate can't be used; the old one stays in use"
                        );
                    }
                    complaint = why;
                }
            }
        }
    }

    /// Reads the files again; says whether there was anything new.
    fn renew(&self) -> Result<bool, TlsError> {
        let contents = contents(&self.files)?;
        if self.now.read().unwrap_or_else(PoisonError::into_inner).0 == contents {
            return Ok(false);
        }
        let key = certified(&self.files, &contents, &self.provider)?;
        *self.now.write().unwrap_or_else(PoisonError::into_inner) = (contents, Arc::new(key));
        Ok(true)
    }
}

impl ResolvesServerCert for Certificate {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.now.read().unwrap_or_else(PoisonError::into_inner).1.clone())
    }
}

fn contents(files: &Tls) -> Result<Contents, TlsError> {
    let read = |path: &Path| fs::read(path).map_err(|why| TlsError::Unreadable { path: path.into(), why });
    Ok([read(&files.certificate)?, read(&files.key)?])
}

fn certified(
    files: &Tls,
    [certificate, key]: &Contents,
    provider: &CryptoProvider,
) -> Result<CertifiedKey, TlsError> {
    let malformed = |path: &Path, why: String| TlsError::Malformed { path: path.into(), why };
    let chain: Vec<CertificateDer<'static>> = CertificateDer::pem_slice_iter(certificate)
        .collect::<Result<_, _>>()
        .map_err(|why| malformed(&files.certificate, why.to_string()))?;
    if chain.is_empty() {
        return Err(malformed(&files.certificate, "there is no certificate in it".into()));
    }
    let key = PrivateKeyDer::from_pem_slice(key).map_err(|why| malformed(&files.key, why.to_string()))?;
    Ok(CertifiedKey::from_der(chain, key, provider)?)
}
