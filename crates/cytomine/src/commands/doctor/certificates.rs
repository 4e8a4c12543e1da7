//! Certificates: dates of the server's own and of the authorities that the database is checked against, and how far
//! a change of authority is.

use std::fs;
use std::path::Path;

use jiff::Timestamp;
use x509_parser::extensions::ParsedExtension;
use x509_parser::pem::Pem;
use x509_parser::x509::X509Version;

use super::Finding;
use crate::cli::Serve;
use crate::config::Database;

/// Seconds before its end from which a certificate is pointed out.
const SOON: i64 = 30 * 86_400;

/// What of a certificate is looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Certificate {
    subject: String,
    /// Seconds since 1970 from which and until which it holds.
    from: i64,
    until: i64,
    /// Names its key, where it says so.
    key: Option<Vec<u8>>,
    /// Names the key that signed it, where it says so.
    signer: Option<Vec<u8>>,
}

pub(super) fn check(settings: &Serve) -> Vec<Finding> {
    let now = Timestamp::now().as_second();
    let mut found = Vec::new();
    let mut leaf = None;
    if let Some(file) = &settings.tls.cert {
        match read(file) {
            Ok(chain) => {
                found.extend(chain.iter().map(|certificate| dates("certificate", certificate, now)));
                leaf = chain.into_iter().next();
            }
            Err(cause) => found.push(Finding::refused("certificate", cause)),
        }
    }
    let authorities = match settings.system.database.database() {
        Ok(Database::Postgres(url)) => root_file(&url).map(|file| read(Path::new(&file))),
        _ => None,
    };
    match authorities {
        None => {}
        Some(Err(cause)) => found.push(Finding::refused("authority", cause)),
        Some(Ok(authorities)) => {
            found.extend(authorities.iter().map(|authority| dates("authority", authority, now)));
            if let Some(leaf) = leaf {
                found.extend(rotation(&authorities, &leaf));
            }
        }
    }
    found
}

fn dates(check: &'static str, certificate: &Certificate, now: i64) -> Finding {
    let Certificate { subject, from, until, .. } = certificate;
    let text = format!("{subject} holds until {}", moment(*until));
    let remedy = "Renew it: in a cluster by `helm upgrade` (leaves) or `init --rotate ca` (authority)";
    if now < *from {
        let text = format!("{subject} holds only from {}", moment(*from));
        Finding::fail(check, text, "Set the clock of this machine, or wait")
    } else if now >= *until {
        Finding::fail(check, format!("{subject} ended at {}", moment(*until)), remedy)
    } else if until - now < SOON {
        Finding::warn(check, text, remedy)
    } else {
        Finding::ok(check, text)
    }
}

/// How far a staged change of authority is: first another one is trusted besides, then it signs, then the old one goes.
fn rotation(authorities: &[Certificate], leaf: &Certificate) -> Option<Finding> {
    let signer = authorities.iter().find(|authority| leaf.signer.is_some() && authority.key == leaf.signer);
    let Some(signer) = signer else {
        // The server's certificate need not come from the authority of the database.
        return None;
    };
    let text = match authorities {
        [_] => return Some(Finding::ok("rotation", "one authority is trusted, no change under way")),
        _ if authorities.iter().any(|other| other.from > signer.from) => {
            "stage 1: a newer authority is trusted besides and signs nothing yet"
        }
        _ => "stage 2: the newer authority signs, the older one is still trusted",
    };
    Some(Finding::warn("rotation", text, "Go on with `init --rotate ca` and `helm upgrade`"))
}

/// Certificates of a PEM file, in its order.
fn read(file: &Path) -> Result<Vec<Certificate>, String> {
    let failed = |cause: String| {
        format!("{} cannot be used ({cause}): name a PEM file of certificates", file.display())
    };
    let bytes = fs::read(file).map_err(|cause| failed(cause.to_string()))?;
    let found = parse(&bytes).map_err(failed)?;
    if found.is_empty() { Err(failed("it holds none".to_owned())) } else { Ok(found) }
}

fn parse(bytes: &[u8]) -> Result<Vec<Certificate>, String> {
    let mut found = Vec::new();
    for pem in Pem::iter_from_buffer(bytes) {
        let pem = pem.map_err(|cause| cause.to_string())?;
        if pem.label != "CERTIFICATE" {
            continue;
        }
        let certificate = pem.parse_x509().map_err(|cause| cause.to_string())?;
        let (mut key, mut signer) = (None, None);
        if certificate.version() == X509Version::V3 {
            for extension in certificate.extensions() {
                match extension.parsed_extension() {
                    ParsedExtension::SubjectKeyIdentifier(id) => key = Some(id.0.to_vec()),
                    ParsedExtension::AuthorityKeyIdentifier(id) => {
                        signer = id.key_identifier.as_ref().map(|id| id.0.to_vec());
                    }
                    _ => {}
                }
            }
        }
        found.push(Certificate {
            subject: certificate.subject().to_string(),
            from: certificate.validity().not_before.timestamp(),
            until: certificate.validity().not_after.timestamp(),
            key,
            signer,
        });
    }
    Ok(found)
}

/// The file of authorities in the address of a database.
fn root_file(url: &str) -> Option<String> {
    let parameters = url.split_once('?')?.1;
    let file = parameters
        .split('&')
        .find_map(|pair| pair.strip_prefix("sslrootcert=").or_else(|| pair.strip_prefix("ssl-root-cert=")))?;
    Some(file.replace("%2F", "/"))
}

fn moment(second: i64) -> String {
    Timestamp::from_second(second).map_or_else(|_| "an unknown time".to_owned(), |time| time.to_string())
}

#[cfg(test)]
mod tests {
    use super::super::State;
    use super::*;

    fn certificate(from: i64, until: i64) -> Certificate {
        Certificate { subject: "CN=x".to_owned(), from, until, key: None, signer: None }
    }

    #[test]
    fn ends_are_told_a_month_ahead() {
        let states =
            [certificate(0, 200 + SOON), certificate(0, 150), certificate(0, 100), certificate(101, 900)]
                .map(|certificate| dates("certificate", &certificate, 100).state);
        assert_eq!(states, [State::Ok, State::Warn, State::Fail, State::Fail]);
    }

    #[test]
    fn the_stage_of_a_change_of_authority_is_read_from_who_signed() {
        let authority = |from, key: u8| Certificate { key: Some(vec![key]), ..certificate(from, i64::MAX) };
        let leaf = |signer: u8| Certificate { signer: Some(vec![signer]), ..certificate(0, i64::MAX) };
        let (old, new) = (authority(1, 1), authority(2, 2));
        let said = |authorities: &[Certificate], signer| rotation(authorities, &leaf(signer)).map(|f| f.text);
        assert!(said(std::slice::from_ref(&old), 1).unwrap().contains("no change under way"));
        assert!(said(&[old.clone(), new.clone()], 1).unwrap().starts_with("stage 1"));
        assert!(said(&[new.clone(), old], 2).unwrap().starts_with("stage 2"));
        assert_eq!(said(&[new], 9), None);
    }

    #[test]
    fn a_made_certificate_is_read() {
        let key = rcgen::KeyPair::generate().unwrap();
        let mut wanted = rcgen::CertificateParams::new(vec!["cytomine.test".to_owned()]).unwrap();
        wanted.not_before = rcgen::date_time_ymd(2026, 1, 1);
        wanted.not_after = rcgen::date_time_ymd(2027, 1, 1);
        let pem = wanted.self_signed(&key).unwrap().pem();
        let found = parse(format!("{}{pem}", key.serialize_pem()).as_bytes()).unwrap();
        assert_eq!(found.len(), 1);
        assert_eq!((moment(found[0].from).as_str(), found[0].until), ("2026-01-01T00:00:00Z", 1_798_761_600));
        assert!(read(Path::new("/no/such/file")).unwrap_err().contains("cannot be used"));
    }

    #[test]
    fn the_file_of_authorities_is_found() {
        let url = "postgres://ada@db/x?sslmode=verify-full&sslrootcert=/run/ca.crt";
        assert_eq!(root_file(url).as_deref(), Some("/run/ca.crt"));
        assert_eq!(root_file("postgres://ada@db/x"), None);
    }
}
