//! Objects for `kubectl apply`: Secrets that hold what values.yaml does not, and ExternalSecrets that fetch it.

use std::fmt::Write as _;

use super::yaml::Document;

/// Name of an object; the chart's own Secrets have other names, so neither takes the other's place.
pub(super) fn name(full: &str, part: &str) -> String {
    if part.is_empty() { format!("{full}-given") } else { format!("{full}-given-{part}") }
}

/// A Secret with empty keys.
pub(super) fn secret(name: &str, namespace: &str, kind: &str, keys: &[&str]) -> (String, Document) {
    let mut text = format!(
        "apiVersion: v1\nkind: Secret\nmetadata:\n  name: {name}\n  namespace: {namespace}\ntype: {kind}\nstringData:\n"
    );
    for key in keys {
        let _ = writeln!(text, "  {key}: \"\"");
    }
    (name.to_owned(), Document::new(&text))
}

/// The file of all Secrets.
pub(super) fn file(heading: &str, objects: &[(String, Document)]) -> String {
    objects.iter().fold(heading.to_owned(), |mut text, (_, object)| {
        text.push_str("---\n");
        text.push_str(&object.text());
        text
    })
}

/// The heading of such a file, and its objects by name.
pub(super) fn parse(text: &str) -> (String, Vec<(String, Document)>) {
    let mut documents = vec![String::new()];
    for line in text.lines() {
        if line == "---" {
            documents.push(String::new());
        } else if let Some(last) = documents.last_mut() {
            last.push_str(line);
            last.push('\n');
        }
    }
    let heading = documents.remove(0);
    let named = documents.iter().map(|text| {
        let document = Document::new(text);
        (document.get(&["metadata", "name"]).unwrap_or_default(), document)
    });
    (heading, named.collect())
}

/// An ExternalSecret that fills the Secret of this name from a store.
pub(super) fn external(name: &str, namespace: &str, keys: &[&str]) -> String {
    let mut text = format!(
        "---\napiVersion: external-secrets.io/v1\nkind: ExternalSecret\nmetadata:\n  name: {name}\n  namespace: \
         {namespace}\nspec:\n  refreshInterval: 1h\n  secretStoreRef: # Your store\n    kind: SecretStore\n    name: \
         cytomine\n  target:\n    name: {name}\n    creationPolicy: Owner\n  data:\n"
    );
    for key in keys {
        let _ = writeln!(text, "    - secretKey: {key}\n      remoteRef:\n        key: {namespace}/{key}");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_of_secrets_is_read_as_it_was_written() {
        let mut objects = vec![
            secret("a-given", "ns", "Opaque", &["admin-password", "signing.pem"]),
            secret("a-given-edge", "ns", "kubernetes.io/tls", &["tls.crt"]),
        ];
        objects[0].1.set(&["stringData", "signing.pem"], "one\ntwo\n").unwrap();
        let text = file("# Heading\n", &objects);
        let (heading, read) = parse(&text);
        assert_eq!((heading.as_str(), read.len()), ("# Heading\n", 2));
        assert_eq!(read[0].1.get(&["stringData", "signing.pem"]), Ok("one\ntwo\n".into()));
        assert_eq!(read[1].0, "a-given-edge");
        assert_eq!(file(&heading, &read), text);
    }
}
