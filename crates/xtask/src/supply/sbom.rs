//! The list of all that is shipped, in the form of CycloneDX 1.6.
//!
//! It has neither a time nor a serial number: the same lock files give the same list.

use serde_json::{Value, json};

use super::{Package, npm};

/// The list.
pub fn document(crates: &[Package], npm: &[npm::Package]) -> Value {
    let components: Vec<Value> = crates
        .iter()
        .filter(|package| package.source.is_some())
        .map(of_crate)
        .chain(npm.iter().filter(|package| !package.tool).map(of_npm))
        .collect();
    let version = env!("CARGO_PKG_VERSION");
    json!({
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "component": {
                "type": "application",
                "bom-ref": format!("pkg:generic/giliran@{version}"),
                "name": "giliran",
                "version": version,
                "licenses": [{ "expression": "Apache-2.0" }],
            },
        },
        "components": components,
    })
}

/// What is shipped and does not stand in the list with all that is to be known of it.
pub fn gaps(list: &Value, crates: &[Package], npm: &[npm::Package]) -> Vec<String> {
    let components = list["components"].as_array().map(Vec::as_slice).unwrap_or_default();
    let wanted = crates
        .iter()
        .filter(|package| package.source.is_some())
        .map(|package| purl("cargo", &package.name, &package.version))
        .chain(npm.iter().filter(|package| !package.tool).map(|of| purl("npm", &of.name, &of.version)));
    wanted
        .filter(|purl| {
            let whole = |of: &&Value| {
                of["purl"] == **purl && !of["licenses"][0].is_null() && !of["hashes"][0]["content"].is_null()
            };
            components.iter().filter(whole).count() != 1
        })
        .map(|purl| format!("{purl} does not stand in the list, whole and once"))
        .collect()
}

fn of_crate(package: &Package) -> Value {
    let hash = package.checksum.as_ref().map(|hash| json!({ "alg": "SHA-256", "content": hash }));
    component("cargo", &package.name, &package.version, package.licence.as_deref(), hash)
}

fn of_npm(package: &npm::Package) -> Value {
    let hash =
        package.integrity.as_deref().and_then(|text| text.strip_prefix("sha512-")).and_then(hexadecimal);
    let hash = hash.map(|hash| json!({ "alg": "SHA-512", "content": hash }));
    component("npm", &package.name, &package.version, package.licence.as_deref(), hash)
}

fn component(kind: &str, name: &str, version: &str, licence: Option<&str>, hash: Option<Value>) -> Value {
    let purl = purl(kind, name, version);
    // The old way of writing a choice is no SPDX expression.
    let licence = licence.map(|licence| json!({ "expression": licence.replace('/', " OR ") }));
    json!({
        "type": "library",
        "bom-ref": purl,
        "name": name,
        "version": version,
        "purl": purl,
        "licenses": Vec::from_iter(licence),
        "hashes": Vec::from_iter(hash),
    })
}

/// The address of a package by the rules of package-url.
fn purl(kind: &str, name: &str, version: &str) -> String {
    format!("pkg:{kind}/{}@{}", name.replace('@', "%40"), version.replace('+', "%2B"))
}

/// Base 64 in hexadecimal.
fn hexadecimal(base64: &str) -> Option<String> {
    const DIGITS: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let (mut bits, mut held, mut text) = (0_u32, 0, String::new());
    for digit in base64.trim_end_matches('=').chars() {
        bits = bits << 6 | u32::try_from(DIGITS.find(digit)?).ok()?;
        held += 6;
        if held >= 8 {
            held -= 8;
            text += &format!("{:02x}", (bits >> held) & 0xff);
            bits &= (1 << held) - 1;
        }
    }
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn package(name: &str, checksum: Option<&str>) -> Package {
        Package {
            name: name.into(),
            version: "1.2.3+build".into(),
            licence: Some("MIT/Apache-2.0".into()),
            source: Some("registry+https://example.com".into()),
            checksum: checksum.map(str::to_owned),
            manifest: String::new(),
        }
    }

    #[test]
    fn what_is_missing_from_the_list_is_named() {
        let [one, two] = [package("one", Some("00ff")), package("two", None)];
        let list = document(&[one.clone(), two.clone()], &[]);
        assert_eq!(list["components"][0]["purl"], "pkg:cargo/one@1.2.3%2Bbuild");
        assert_eq!(list["components"][0]["licenses"][0]["expression"], "MIT OR Apache-2.0");
        assert_eq!(gaps(&list, std::slice::from_ref(&one), &[]), [""; 0]);
        assert_eq!(gaps(&list, &[one.clone(), two], &[]).len(), 1, "one without a checksum is not whole");
        assert_eq!(gaps(&document(&[], &[]), &[one], &[]).len(), 1);
    }

    #[test]
    fn a_checksum_is_written_as_others_write_it() {
        assert_eq!(hexadecimal("AP8Q").as_deref(), Some("00ff10"));
        assert_eq!(hexadecimal("/w==").as_deref(), Some("ff"));
        assert_eq!(hexadecimal("?").as_deref(), None);
    }
}
