//! The committed OpenAPI document, which the pages' types are made from, is the one that the code makes.

#[test]
fn the_committed_document_is_what_the_code_makes() {
    let committed = include_str!("../../../docs/openapi.json");
    assert!(
        committed == giliran_daemon::openapi(),
        "docs/openapi.json is not what the code makes: run `giliran openapi > docs/openapi.json`, and then \
         `npm run types` in the pages' folder"
    );
}
