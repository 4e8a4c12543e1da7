//! Key signatures of Cytomine's clients: `Authorization: CYTOMINE <public key>:<signature>`.
//!
//! The signature is base64 of HMAC-SHA1 over lines joined by a line feed. 4.x clients sign four lines (method, MD5 of
//! the content, content type, date), 3.x clients a fifth one, the raw path and query as sent; where 3.x is confused
//! about its base address it signs `/api/` and the absolute address. The content type may have been replaced by
//! nothing on the way. All of these are tried; the first line that differs between forms is never guessed from what
//! the client claims to be.
//!
//! SHA-1 is the protocol's. The private key is 122 random bits, for which HMAC-SHA1 is still sound. A signature is good
//! for some minutes around its date; one that covers the body ([`SignedRequest::covers_body`]) can be told from a
//! repetition, those of the clients, which sign an empty MD5 and a date in seconds, cannot.

use base64::{Engine, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use http::{HeaderMap, header};
use sha1::Sha1;
use subtle::{Choice, ConstantTimeEq};

/// What the header holds, before anything is believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyAuthorization<'a> {
    /// Public key: names the account.
    pub public_key: &'a str,
    /// Signature in base64.
    pub signature: &'a str,
}

impl<'a> KeyAuthorization<'a> {
    /// Reads the header. `None` for other schemes and for shapes that no client sends: such a request goes on as
    /// anonymous, as with Cytomine.
    pub fn parse(headers: &'a HeaderMap) -> Option<Self> {
        let text = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
        let (public_key, signature) = text.strip_prefix("CYTOMINE ")?.trim().split_once(':')?;
        (!public_key.is_empty() && !signature.is_empty()).then_some(Self { public_key, signature })
    }
}

/// The parts of a request that a signature covers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedRequest<'a> {
    method: &'a str,
    content_md5: &'a str,
    content_types: Vec<&'a str>,
    dates: Vec<&'a str>,
    target: &'a str,
    bases: &'a [String],
}

impl<'a> SignedRequest<'a> {
    /// Gathers them. `target` is the untouched path and query ([`crate::edge::suffix::SignedTarget`]); `bases` are
    /// the addresses (`https://host:port`) under which the client may have reached this server.
    ///
    /// `None` without a date, as nothing can have been signed then.
    pub fn new(
        method: &'a str,
        headers: &'a HeaderMap,
        target: &'a str,
        bases: &'a [String],
    ) -> Option<Self> {
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        // A browser cannot set `date`, so Cytomine's UI sends `dateFull` when it uploads.
        let dates: Vec<&str> = ["date", "datefull"].into_iter().filter_map(text).collect();
        if dates.is_empty() {
            return None;
        }
        // `content-type-full: null` says that nothing was signed; that form is always tried.
        let mut content_types: Vec<&str> = ["content-type", "content-type-full"]
            .into_iter()
            .filter_map(text)
            .filter(|value| !value.is_empty() && *value != "null")
            .collect();
        content_types.push("");
        Some(Self {
            method,
            content_md5: text("content-md5").unwrap_or(""),
            content_types,
            dates,
            target,
            bases,
        })
    }

    /// Every text the signature may have been made over with that date, the likeliest first.
    fn strings_over(&self, date: &str) -> Vec<String> {
        let fifth_lines = self.fifth_lines();
        let mut strings = Vec::new();
        for content_type in &self.content_types {
            let four = format!("{}\n{}\n{content_type}\n{date}", self.method, self.content_md5);
            strings.extend(fifth_lines.iter().map(|fifth| format!("{four}\n{fifth}")));
            strings.push(four);
        }
        strings
    }

    /// The date over which `signature` was made with `private_key`, if it was. Takes the same time wherever a difference
    /// lies, and whichever form matches.
    pub fn verify(&self, private_key: &str, signature: &str) -> Option<&'a str> {
        let given = STANDARD.decode(signature).ok()?;
        let mut verified = None;
        for date in &self.dates {
            let mut matched = Choice::from(0);
            for message in self.strings_over(date) {
                matched |= mac(private_key, &message).as_slice().ct_eq(given.as_slice());
            }
            if matched.into() {
                verified = Some(*date);
            }
        }
        verified
    }

    /// Whether the signature covers what the body must be.
    pub fn covers_body(&self) -> bool {
        !self.content_md5.is_empty()
    }

    fn fifth_lines(&self) -> Vec<String> {
        let mut lines = vec![self.target.to_owned()];
        if !self.target.contains('?') {
            // The stand-alone image server's helper appends `?` even without a query.
            lines.push(format!("{}?", self.target));
        }
        lines.extend(self.bases.iter().map(|base| format!("/api/{base}{}", self.target)));
        lines
    }
}

/// The moment that a signed date names, in milliseconds since 1970: as mail and HTTP write it (RFC 2822), which the
/// clients do, or as ISO 8601, which Cytomine's UI does.
pub fn moment(date: &str) -> Option<i64> {
    let date = date.trim();
    let mail = jiff::fmt::rfc2822::DateTimeParser::new().parse_timestamp(date);
    mail.or_else(|_| date.parse::<jiff::Timestamp>()).ok().map(jiff::Timestamp::as_millisecond)
}

/// Signs a text as the clients do, for the endpoint that signs on a user's behalf and for tests.
pub fn sign(private_key: &str, message: &str) -> String {
    STANDARD.encode(mac(private_key, message))
}

fn mac(private_key: &str, message: &str) -> [u8; 20] {
    let mut mac =
        Hmac::<Sha1>::new_from_slice(private_key.as_bytes()).expect("HMAC takes keys of any length");
    mac.update(message.as_bytes());
    mac.finalize().into_bytes().into()
}

#[cfg(test)]
mod tests {
    //! The signatures were computed with the algorithms of the published Python clients 3.1.0 and 4.3.0.

    use super::*;
    use http::{HeaderName, HeaderValue};
    use proptest::prelude::*;

    const PRIVATE: &str = "b1d7c3a4-52f0-4c6b-8a8e-0f1e2d3c4b5a";
    const DATE: &str = "Tue, 24 Nov 2026 08:20:50 +0000";
    const MULTIPART: &str = "multipart/form-data; boundary=0123456789abcdef";

    fn headers(pairs: &[(&str, &str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(name, value)| {
                (HeaderName::from_bytes(name.as_bytes()).unwrap(), HeaderValue::from_str(value).unwrap())
            })
            .collect()
    }

    fn accepted(method: &str, target: &str, pairs: &[(&str, &str)], signature: &str) -> bool {
        let headers = headers(pairs);
        let bases = ["http://localhost:8080".to_owned()];
        SignedRequest::new(method, &headers, target, &bases).unwrap().verify(PRIVATE, signature).is_some()
    }

    #[test]
    fn clients_4_sign_four_lines() {
        let json = [("date", DATE), ("content-type", "application/json")];
        assert!(accepted("GET", "/api/project.json", &[("date", DATE)], "xi3Hk9ek3iRG7C/iZq2ZVwFsP2o="));
        assert!(accepted("POST", "/api/project.json", &json, "zHC9K3VVCymakPA/K/7PO0e3vMk="));
        assert!(accepted("DELETE", "/api/project/1.json", &json, "gRRe3P7zNWF0UARVyyoTbc6mlzs="));
        let upload = [("date", DATE), ("content-type", MULTIPART)];
        assert!(accepted("POST", "/upload?idStorage=12", &upload, "b/t43DuFBAPIEx3ujBDDQOV9yy0="));
    }

    #[test]
    fn clients_3_sign_the_raw_path_and_query() {
        let target = "/api/project.json?max=0&offset=0&name%5Bilike%5D=a%20b";
        let signature = "LicVRu8Z+D48pQQ5QmKH7cUBzCQ=";
        assert!(accepted("GET", target, &[("date", DATE)], signature));
        let decoded = "/api/project.json?max=0&offset=0&name[ilike]=a%20b";
        assert!(!accepted("GET", decoded, &[("date", DATE)], signature));
        let json = [("date", DATE), ("content-type", "application/json")];
        assert!(accepted("POST", "/api/annotation.json", &json, "Hev+xiDXDI53MI4VaUVmhbJ1mpE="));
        let upload = [("date", DATE), ("content-type", MULTIPART)];
        assert!(accepted(
            "POST",
            "/upload?idStorage=12&cytomine=http%3A%2F%2Flocalhost%3A8080",
            &upload,
            "0AjB5nLwzL3hnJ7vGPqUsWkvuUw="
        ));
    }

    #[test]
    fn clients_3_sign_an_absolute_address_outside_of_their_base() {
        assert!(accepted(
            "GET",
            "/session/admin/open.json",
            &[("date", DATE)],
            "hJOcIV0QpDwc8nvTR8+bFMYnotk="
        ));
        assert!(accepted("GET", "/server/ping", &[("date", DATE)], "YyM1TqOBqDuO4HYNL+21NqkTFec="));
    }

    #[test]
    fn the_image_servers_helper_appends_a_question_mark() {
        assert!(accepted("GET", "/upload", &[("date", DATE)], "0YOeXQKXHZFogt8EaNWCL5nNVBE="));
    }

    #[test]
    fn uploads_of_the_web_ui_bring_their_own_headers() {
        let pairs = [
            ("datefull", "2026-11-24T08:20:50.123Z"),
            ("content-type", MULTIPART),
            ("content-type-full", "null"),
        ];
        assert!(accepted("POST", "/upload?idStorage=12", &pairs, "N+Nik6fu8Rd/hoadRM+Hm42ok+0="));
    }

    #[test]
    fn a_content_type_added_on_the_way_does_no_harm() {
        let json = [("date", DATE), ("content-type", "application/json")];
        assert!(accepted("GET", "/api/project.json", &json, "xi3Hk9ek3iRG7C/iZq2ZVwFsP2o="));
    }

    #[test]
    fn anything_changed_is_refused() {
        let good = "xi3Hk9ek3iRG7C/iZq2ZVwFsP2o=";
        assert!(!accepted("PUT", "/api/project.json", &[("date", DATE)], good));
        assert!(!accepted("GET", "/api/project.json", &[("date", "Wed, 25 Nov 2026 08:20:50 +0000")], good));
        assert!(!accepted("GET", "/api/project.json", &[("date", DATE), ("content-md5", "x")], good));
        assert!(!accepted("GET", "/api/project.json", &[("date", DATE)], "yi3Hk9ek3iRG7C/iZq2ZVwFsP2o="));
        assert!(!accepted("GET", "/api/project.json", &[("date", DATE)], "xi3Hk9ek"));
        assert!(!accepted("GET", "/api/project.json", &[("date", DATE)], "not base64!"));
        assert!(!accepted("GET", "/api/project.json", &[("date", DATE)], ""));
    }

    #[test]
    fn dates_are_read_as_clients_write_them() {
        for date in [
            DATE,
            "Tue, 24 Nov 2026 08:20:50 GMT",
            "24 Nov 2026 10:20:50 +0200",
            "2026-11-24T08:20:50Z",
            "2026-11-24T09:20:50.000+01:00",
        ] {
            assert_eq!(moment(date), Some(1_795_508_450_000), "{date}");
        }
        for date in ["", "yesterday", "2026-11-24", "08:20:50", "Tue, 32 Nov 2026 08:20:50 GMT"] {
            assert_eq!(moment(date), None, "{date}");
        }
    }

    #[test]
    fn without_a_date_nothing_was_signed() {
        assert_eq!(SignedRequest::new("GET", &HeaderMap::new(), "/", &[]), None);
    }

    #[test]
    fn only_the_scheme_of_cytomine_is_read() {
        let header = |value| headers(&[("authorization", value)]);
        let good = header("CYTOMINE pub:sig=");
        assert_eq!(
            KeyAuthorization::parse(&good),
            Some(KeyAuthorization { public_key: "pub", signature: "sig=" })
        );
        for other in
            ["Bearer abc", "CYTOMINE", "CYTOMINE pub", "CYTOMINE :sig", "CYTOMINE pub:", "cytomine a:b"]
        {
            assert_eq!(KeyAuthorization::parse(&header(other)), None, "{other}");
        }
    }

    proptest! {
        #[test]
        fn what_is_signed_verifies_and_another_key_does_not(
            target in "/[a-z0-9/?=&%.]{0,40}", key in "[a-f0-9-]{8,36}", pick in any::<prop::sample::Index>(),
        ) {
            let headers = headers(&[("date", DATE), ("content-type", "application/json")]);
            let bases = ["https://slides.example".to_owned()];
            let request = SignedRequest::new("GET", &headers, &target, &bases).unwrap();
            let strings = request.strings_over(DATE);
            let signature = sign(&key, &strings[pick.index(strings.len())]);
            prop_assert_eq!(request.verify(&key, &signature), Some(DATE));
            prop_assert_eq!(request.verify(PRIVATE, &signature), None);
        }

        #[test]
        fn no_signature_panics(signature in ".{0,60}") {
            let headers = headers(&[("date", DATE)]);
            let _ = SignedRequest::new("GET", &headers, "/", &[]).unwrap().verify(PRIVATE, &signature);
        }
    }
}
