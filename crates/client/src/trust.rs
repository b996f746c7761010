//! Whose certificates are believed: those that this machine believes.
//!
//! An office with an authority of its own adds its certificate to the machine's, or names the file in
//! `SSL_CERT_FILE`.

use std::sync::Arc;

use rustls::{ClientConfig, RootCertStore, crypto::ring};

/// What is needed for TLS; `secure` says whether there will be any. Nothing is read where there is none.
pub fn config(secure: bool) -> ClientConfig {
    let mut roots = RootCertStore::empty();
    if secure {
        // A certificate that can't be read is one that is not believed; with none nobody is, and the
        // connection says so.
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    }
    ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("the provider knows the protocols that it is made for")
        .with_root_certificates(roots)
        .with_no_client_auth()
}
