//! Single sign-on by OpenID Connect: authorization code with PKCE, state and nonce.
//!
//! A provider says who somebody is; what that somebody may do here follows from a claim by a table of the
//! office's. Sessions, cookies and pages are the daemon's work.
//!
//! - [`Settings`] are what the office says.
//! - [`Provider`] is asked where to send a browser ([`Provider::begin`]) and who came back
//!   ([`Provider::finish`]).
//! - [`mapping`] makes roles of claims.
//!
//! Invariants: nobody is believed but by a token that is signed by the provider's key, made for this
//! office, and for this very sign-in; and nobody gets a role that the table does not name.

pub mod mapping;
mod provider;

pub use self::{
    mapping::{Named, Roles, Somebody},
    provider::{OidcError, Pending, Provider},
};

use serde::Deserialize;

/// What an office says of its provider: the section `[sign_in.oidc.provider]`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// The provider's own address, exactly as its tokens name it.
    pub issuer: String,
    /// The name under which the provider knows the office.
    pub client_id: String,
    /// Which claim is the person's short name here.
    #[serde(default = "name_claim")]
    pub name_claim: String,
    /// Which claim says what the person may do: a text, or a list of them.
    #[serde(default = "roles_claim")]
    pub roles_claim: String,
    /// What its values mean.
    pub roles: Roles,
    /// What is asked for beside `openid`.
    #[serde(default = "scopes")]
    pub scopes: Vec<String>,
}

fn name_claim() -> String {
    "preferred_username".into()
}

fn roles_claim() -> String {
    "groups".into()
}

fn scopes() -> Vec<String> {
    vec!["profile".into()]
}
