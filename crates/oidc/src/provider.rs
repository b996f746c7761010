//! A conversation with a provider: where a browser is sent, and who comes back.

use std::{pin::Pin, sync::Arc, time::Duration};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use openidconnect::{
    AccessToken, AdditionalClaims, AsyncHttpClient, AuthenticationFlow, AuthorizationCode, ClientId,
    ClientSecret, CsrfToken, EndpointMaybeSet, EndpointNotSet, EndpointSet, HttpRequest, HttpResponse,
    IssuerUrl, Nonce, OAuth2TokenResponse, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, Scope,
    TokenResponse, UserInfoClaims,
    core::{CoreClient, CoreGenderClaim, CoreProviderMetadata, CoreResponseType},
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use tokio::sync::Mutex;

use crate::{
    Settings,
    mapping::{self, Somebody, Unfit},
};

/// How long the provider may take for an answer.
const ANSWER_WITHIN: Duration = Duration::from_secs(10);

/// The largest answer that is read: keys and descriptions have some 10 KiB.
const ANSWER_BYTES: usize = 256 * 1024;

/// What the provider's description gives a client.
type Client = CoreClient<
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

/// Why nobody was signed in.
#[derive(Debug, thiserror::Error)]
pub enum OidcError {
    /// The settings can't be right.
    #[error("the settings of single sign-on can't be right: {0}")]
    Settings(String),
    /// The provider does not answer, or not as one does.
    #[error("the provider of single sign-on can't be asked: {0}")]
    Unreachable(String),
    /// What came back is not what the provider gave for this sign-in.
    #[error("the provider's word is not believed: {0}")]
    NotBelieved(String),
    /// The provider knows the person, and the office does not.
    #[error("the person has no part here: {0}")]
    Unfit(#[from] Unfit),
}

/// A sign-in that is under way. It is kept here, and never shown to a browser but for its `state`.
#[derive(Debug)]
pub struct Pending {
    /// What comes back with the browser, so that it is known which sign-in it belongs to.
    pub state: String,
    nonce: Nonce,
    verifier: PkceCodeVerifier,
}

/// A provider, asked for its description when it is first needed.
#[derive(Debug)]
pub struct Provider {
    settings: Settings,
    secret: String,
    back: String,
    http: Http,
    known: Mutex<Option<Arc<Client>>>,
}

/// All claims, whatever their names.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct All(#[serde(default)] Map<String, Value>);

impl AdditionalClaims for All {}

impl Provider {
    /// A provider; `back` is where it sends browsers back to. Nothing is asked yet.
    pub fn new(settings: Settings, secret: &str, back: &str) -> Result<Self, OidcError> {
        let wrong = |why: String| OidcError::Settings(why);
        IssuerUrl::new(settings.issuer.clone()).map_err(|why| wrong(format!("issuer: {why}")))?;
        RedirectUrl::new(back.to_owned())
            .map_err(|why| wrong(format!("the address to come back to: {why}")))?;
        let http = giliran_client::http(settings.issuer.starts_with("https:"))
            .timeout(ANSWER_WITHIN)
            .build()
            .map_err(|why| wrong(why.to_string()))?;
        let http = Http(http);
        let secret = secret.trim().to_owned();
        Ok(Self { settings, secret, back: back.to_owned(), http, known: Mutex::default() })
    }

    /// Where to send a browser, and what to keep until it comes back.
    pub async fn begin(&self) -> Result<(String, Pending), OidcError> {
        let client = self.client().await?;
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let mut asked = client
            .authorize_url(
                AuthenticationFlow::<CoreResponseType>::AuthorizationCode,
                CsrfToken::new_random,
                Nonce::new_random,
            )
            .set_pkce_challenge(challenge);
        for scope in &self.settings.scopes {
            asked = asked.add_scope(Scope::new(scope.clone()));
        }
        let (url, state, nonce) = asked.url();
        Ok((url.to_string(), Pending { state: state.into_secret(), nonce, verifier }))
    }

    /// Who came back with `code` and `state`.
    pub async fn finish(&self, pending: Pending, state: &str, code: &str) -> Result<Somebody, OidcError> {
        let Pending { state: expected, nonce, verifier } = pending;
        if state != expected {
            return Err(not_believed("the state is another sign-in's"));
        }
        let client = self.client().await?;
        let answer = client
            .exchange_code(AuthorizationCode::new(code.to_owned()))
            .map_err(|why| OidcError::Unreachable(why.to_string()))?
            .set_pkce_verifier(verifier)
            .request_async(&self.http)
            .await;
        let tokens = answer.map_err(|why| {
            if let openidconnect::RequestTokenError::Request(why) = &why {
                OidcError::Unreachable(why.to_string())
            } else {
                not_believed(why)
            }
        })?;
        let id_token = tokens.id_token().ok_or_else(|| not_believed("there is no ID token"))?;
        let checked = id_token.claims(&client.id_token_verifier(), &nonce);
        let subject = match checked {
            Ok(claims) => claims.subject().clone(),
            Err(why) => {
                // The provider may have changed its keys since it was asked for them.
                *self.known.lock().await = None;
                return Err(not_believed(why));
            }
        };
        // The token is the provider's: now what it says may be read, whatever the claims are called.
        let mut claims =
            payload(&id_token.to_string()).ok_or_else(|| not_believed("the ID token is no token"))?;
        let wanted = [&self.settings.name_claim, &self.settings.roles_claim];
        if !wanted.into_iter().all(|claim| claims.contains_key(claim)) {
            claims.extend(self.more(&client, tokens.access_token().clone(), subject).await?);
        }
        Ok(mapping::somebody(&claims, &self.settings)?)
    }

    /// What the provider says of the person only when asked for it.
    async fn more(
        &self,
        client: &Client,
        token: AccessToken,
        subject: openidconnect::SubjectIdentifier,
    ) -> Result<Map<String, Value>, OidcError> {
        let Ok(asked) = client.user_info(token, Some(subject)) else { return Ok(Map::new()) };
        let said: UserInfoClaims<All, CoreGenderClaim> = asked
            .request_async(&self.http)
            .await
            .map_err(|why| not_believed(format!("about the person: {why}")))?;
        match serde_json::to_value(&said) {
            Ok(Value::Object(claims)) => Ok(claims),
            Ok(_) | Err(_) => Ok(Map::new()),
        }
    }

    /// The provider as it described itself.
    async fn client(&self) -> Result<Arc<Client>, OidcError> {
        let mut known = self.known.lock().await;
        if let Some(client) = &*known {
            return Ok(client.clone());
        }
        let wrong = |why: String| OidcError::Settings(why);
        let issuer = IssuerUrl::new(self.settings.issuer.clone()).map_err(|why| wrong(why.to_string()))?;
        let back = RedirectUrl::new(self.back.clone()).map_err(|why| wrong(why.to_string()))?;
        let described = CoreProviderMetadata::discover_async(issuer, &self.http).await;
        let described = described.map_err(|why| OidcError::Unreachable(why.to_string()))?;
        let client = CoreClient::from_provider_metadata(
            described,
            ClientId::new(self.settings.client_id.clone()),
            Some(ClientSecret::new(self.secret.clone())),
        );
        let client = Arc::new(client.set_redirect_uri(back));
        *known = Some(client.clone());
        Ok(client)
    }
}

/// How the provider is asked.
#[derive(Debug, Clone)]
struct Http(reqwest::Client);

impl Http {
    /// Sends a request of the protocol's, and takes an answer of bearable size.
    async fn ask(&self, request: HttpRequest) -> Result<HttpResponse, Broken> {
        let request = reqwest::Request::try_from(request).map_err(Broken::new)?;
        let mut answer = self.0.execute(request).await.map_err(Broken::new)?;
        let mut whole = http::Response::builder().status(answer.status());
        if let Some(headers) = whole.headers_mut() {
            *headers = std::mem::take(answer.headers_mut());
        }
        let mut body = Vec::new();
        while let Some(piece) = answer.chunk().await.map_err(Broken::new)? {
            body.extend_from_slice(&piece);
            if body.len() > ANSWER_BYTES {
                return Err(Broken("the answer is too large".into()));
            }
        }
        whole.body(body).map_err(Broken::new)
    }
}

impl<'c> AsyncHttpClient<'c> for Http {
    type Error = Broken;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, Broken>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(self.ask(request))
    }
}

/// Why a request of the protocol's came to nothing.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Broken(String);

impl Broken {
    fn new(why: impl std::error::Error) -> Self {
        // The cause says more than "error sending request".
        let mut text = why.to_string();
        let mut cause = why.source();
        while let Some(why) = cause {
            text += &format!(": {why}");
            cause = why.source();
        }
        Self(text)
    }
}

fn not_believed(why: impl ToString) -> OidcError {
    OidcError::NotBelieved(why.to_string())
}

/// What a token says, without a look at its signature.
fn payload(token: &str) -> Option<Map<String, Value>> {
    let bytes = URL_SAFE_NO_PAD.decode(token.split('.').nth(1)?).ok()?;
    serde_json::from_slice(&bytes).ok()
}
