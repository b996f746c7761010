//! From a provider's claims to a person and roles of ours.

use std::{collections::BTreeMap, str::FromStr};

use giliran_core::{BranchId, OfficerId};
use giliran_protocol::access::{Grant, Role};
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::Settings;

/// A role as the office's table names it, in one office or in all: `supervisor`, `officer@contoh`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(try_from = "String")]
pub struct Named(Grant);

/// The text is no role.
#[derive(Debug, Clone, thiserror::Error)]
#[error("`{0}` is not a role such as `supervisor` or `officer@contoh`")]
pub struct NoRole(String);

impl FromStr for Named {
    type Err = NoRole;

    fn from_str(text: &str) -> Result<Self, NoRole> {
        let no = || NoRole(text.chars().take(100).collect());
        let (role, branch) = match text.split_once('@') {
            Some((role, branch)) => (role, Some(branch.parse::<BranchId>().map_err(|_| no())?)),
            None => (text, None),
        };
        let role = Role::ALL.into_iter().find(|known| known.as_str() == role).ok_or_else(no)?;
        Ok(Self(Grant { role, branch: branch.map(|branch| branch.to_string()) }))
    }
}

impl TryFrom<String> for Named {
    type Error = NoRole;

    fn try_from(text: String) -> Result<Self, NoRole> {
        text.parse()
    }
}

/// Which roles each value of the claim brings.
pub type Roles = BTreeMap<String, Vec<Named>>;

/// Who signed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Somebody {
    /// The short name here.
    pub id: OfficerId,
    /// The name as colleagues know it.
    pub name: String,
    /// The roles, each once, in order; never empty.
    pub grants: Vec<Grant>,
}

/// Why somebody whom the provider knows is not let in.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    /// The claim that is the short name is missing, or is none.
    #[error("the claim `{claim}` is no short name of a-z, 0-9 and hyphens")]
    Name {
        /// The claim.
        claim: String,
    },
    /// None of the values means a role here.
    #[error("no value of the claim `{claim}` means a role here")]
    Roles {
        /// The claim.
        claim: String,
    },
}

/// Makes a person of claims that are believed.
pub fn somebody(claims: &Map<String, Value>, settings: &Settings) -> Result<Somebody, Unfit> {
    let text = |claim: &str| claims.get(claim).and_then(Value::as_str);
    let bad_name = || Unfit::Name { claim: settings.name_claim.clone() };
    // Providers use addresses of e-mail too: what stands before the @ is the person.
    let id = text(&settings.name_claim).ok_or_else(bad_name)?.to_lowercase();
    let id = id.split('@').next().unwrap_or_default().replace(['.', '_'], "-");
    let id: OfficerId = id.parse().map_err(|_| bad_name())?;
    let values = match claims.get(&settings.roles_claim) {
        Some(Value::String(one)) => vec![one.as_str()],
        Some(Value::Array(many)) => many.iter().filter_map(Value::as_str).collect(),
        Some(Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_)) | None => Vec::new(),
    };
    let named = values.into_iter().filter_map(|value| settings.roles.get(value)).flatten();
    let mut grants: Vec<Grant> = named.map(|Named(grant)| grant.clone()).collect();
    grants.sort();
    grants.dedup();
    if grants.is_empty() {
        return Err(Unfit::Roles { claim: settings.roles_claim.clone() });
    }
    let name = text("name").map(str::trim).filter(|name| !name.is_empty()).unwrap_or(id.as_str());
    Ok(Somebody { name: name.chars().filter(|c| !c.is_control()).take(80).collect(), id, grants })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn who(claims: Value) -> Result<(String, String, String), Unfit> {
        let settings: Settings = serde_json::from_value(json!({
            "issuer": "https://login.example.my",
            "client_id": "giliran",
            "roles": { "kaunter": ["officer@contoh"], "ketua": ["supervisor", "officer@contoh"], "audit": ["auditor"] },
        }))
        .unwrap();
        somebody(claims.as_object().unwrap(), &settings).map(|Somebody { id, name, grants }| {
            let grants: Vec<String> = grants.iter().map(ToString::to_string).collect();
            (id.to_string(), name, grants.join(" "))
        })
    }

    #[test]
    fn roles_are_those_that_the_table_names_for_the_claim() {
        for (groups, roles) in [
            (json!("kaunter"), "officer@contoh"),
            (json!(["kaunter", "ketua", "tetamu"]), "officer@contoh supervisor"),
            (json!(["audit"]), "auditor"),
        ] {
            let (_, _, got) = who(json!({ "preferred_username": "aminah", "groups": groups })).unwrap();
            assert_eq!(got, roles);
        }
        let none = Unfit::Roles { claim: "groups".into() };
        for groups in
            [json!([]), json!(null), json!("KAUNTER"), json!(["administrator"]), json!({ "kaunter": true })]
        {
            assert_eq!(who(json!({ "preferred_username": "aminah", "groups": groups })), Err(none.clone()));
        }
        assert_eq!(who(json!({ "preferred_username": "aminah" })), Err(none));
    }

    #[test]
    fn a_short_name_is_made_of_the_claim_or_nobody_is_let_in() {
        for (claim, id) in [
            ("aminah", Some("aminah")),
            ("Aminah.Ali@pejabat.example.my", Some("aminah-ali")),
            ("p_07", Some("p-07")),
            ("", None),
            ("@example.my", None),
            ("../../etc", None),
            ("நபர்", None),
        ] {
            let got =
                who(json!({ "preferred_username": claim, "groups": "kaunter", "name": " Aminah \u{7}" }));
            assert_eq!(got.as_ref().ok().map(|(id, ..)| id.as_str()), id, "{claim}");
            if let Ok((_, name, _)) = got {
                assert_eq!(name, "Aminah ");
            }
        }
    }

    #[test]
    fn a_role_is_one_of_four_in_one_office_or_in_all() {
        for (text, fine) in [
            ("officer", true),
            ("auditor@contoh", true),
            ("king", false),
            ("officer@", false),
            ("Officer", false),
        ] {
            assert_eq!(text.parse::<Named>().is_ok(), fine, "{text}");
        }
    }
}
