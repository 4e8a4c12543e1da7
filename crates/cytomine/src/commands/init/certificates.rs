//! The private authority and the certificates it signs.
//!
//! ECDSA on P-256. Names stand in the subject alternative names only; the subject is an organisation, for verifiers
//! that follow RFC 5280 to the letter refuse an empty one. No wildcard.

use std::time::{Duration, SystemTime};

use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer,
    KeyPair, KeyUsagePurpose, PKCS_ECDSA_P256_SHA256,
};

use super::InitError;
use crate::commands::system;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);
/// Ten years.
const AUTHORITY_DAYS: u32 = 3650;
/// Clocks of nodes that are behind still take a new certificate.
const SKEW: Duration = Duration::from_secs(60 * 60);

/// A certificate and its key, PEM.
#[derive(Debug, Clone)]
pub(super) struct Pair {
    pub(super) crt: String,
    pub(super) key: String,
    /// End, as `2027-12-31T00:00:00Z`.
    pub(super) not_after: String,
}

/// What a certificate is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Use {
    /// Proves a server.
    Server,
    /// Proves a client of this name, which the database takes as the role.
    Client(&'static str),
}

/// An authority that can sign.
#[derive(Debug)]
pub(super) struct Authority {
    issuer: Issuer<'static, KeyPair>,
}

impl Authority {
    /// Makes a new one for ten years; also returns what is kept of it.
    pub(super) fn make(full: &str) -> Result<(Self, Pair), InitError> {
        let what = || "the private CA".to_owned();
        let failed = |cause| InitError::Certificate { what: what(), cause };
        let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).map_err(failed)?;
        let mut params = CertificateParams::default();
        params.distinguished_name = DistinguishedName::new();
        params.distinguished_name.push(DnType::CommonName, format!("{full} private CA"));
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let not_after = valid(&mut params, AUTHORITY_DAYS);
        let crt = params.self_signed(&key).map_err(failed)?.pem();
        let pair = Pair { crt, key: key.serialize_pem(), not_after };
        Ok((Self { issuer: Issuer::new(params, key) }, pair))
    }

    /// The one that is kept in `place`.
    pub(super) fn load(crt: &str, key: &str, place: &'static str) -> Result<Self, InitError> {
        let failed = |cause| InitError::Authority { place, cause };
        let key = KeyPair::from_pem(key).map_err(failed)?;
        let issuer = Issuer::from_ca_cert_pem(crt, key).map_err(failed)?;
        Ok(Self { issuer })
    }

    /// Signs a certificate of the given names for a new key.
    pub(super) fn sign(&self, names: &[String], purpose: Use, days: u32) -> Result<Pair, InitError> {
        let failed =
            |cause| InitError::Certificate { what: names.first().cloned().unwrap_or_default(), cause };
        let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).map_err(failed)?;
        let mut params = CertificateParams::new(names).map_err(failed)?;
        params.distinguished_name = DistinguishedName::new();
        params.distinguished_name.push(DnType::OrganizationName, "Cytomine");
        let usage = match purpose {
            Use::Server => ExtendedKeyUsagePurpose::ServerAuth,
            Use::Client(name) => {
                params.distinguished_name.push(DnType::CommonName, name);
                ExtendedKeyUsagePurpose::ClientAuth
            }
        };
        params.extended_key_usages = vec![usage];
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.use_authority_key_identifier_extension = true;
        params.is_ca = IsCa::ExplicitNoCa;
        let not_after = valid(&mut params, days);
        let crt = params.signed_by(&key, &self.issuer).map_err(failed)?.pem();
        Ok(Pair { crt, key: key.serialize_pem(), not_after })
    }
}

/// Valid from now on for so many days; returns the end.
fn valid(params: &mut CertificateParams, days: u32) -> String {
    let now =
        SystemTime::UNIX_EPOCH + Duration::from_millis(u64::try_from(system::clock().now().0).unwrap_or(0));
    let end = now + DAY * days;
    params.not_before = (now - SKEW).into();
    params.not_after = end.into();
    // Whole seconds, as in the certificate. Years beyond 9999 cannot come from a number of days that was checked.
    let seconds = end.duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let seconds = i64::try_from(seconds).unwrap_or(i64::MAX);
    jiff::Timestamp::from_second(seconds).map(|end| end.to_string()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_authority_signs_again_after_it_was_stored() {
        let (_, stored) = Authority::make("lab-cytomine").unwrap();
        let authority = Authority::load(&stored.crt, &stored.key, "values.yaml").unwrap();
        let leaf = authority.sign(&["slides.test".into()], Use::Server, 397).unwrap();
        assert!(
            leaf.crt.starts_with("-----BEGIN CERTIFICATE-----\n")
                && leaf.crt.ends_with("-----END CERTIFICATE-----\n")
        );
        assert!(leaf.key.starts_with("-----BEGIN PRIVATE KEY-----\n"));
    }

    #[test]
    fn the_end_is_told_in_whole_seconds() {
        let (authority, _) = Authority::make("cytomine").unwrap();
        let leaf = authority.sign(&["cytomine".into()], Use::Client("backup"), 397).unwrap();
        let end: jiff::Timestamp = leaf.not_after.parse().unwrap();
        assert_eq!(leaf.not_after.len(), "2027-12-31T00:00:00Z".len());
        let days = (end.as_second() - jiff::Timestamp::now().as_second() + 60) / (24 * 60 * 60);
        assert_eq!(days, 397);
    }

    #[test]
    fn a_broken_authority_is_told_with_its_place() {
        let (_, stored) = Authority::make("cytomine").unwrap();
        let error = Authority::load("no PEM", &stored.key, "values.yaml").unwrap_err().to_string();
        assert!(error.starts_with("The private CA in values.yaml cannot sign"), "{error}");
        assert!(Authority::load(&stored.crt, "no PEM", "values.yaml").is_err());
    }
}
