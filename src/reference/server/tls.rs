use std::{fmt, io, sync::Arc};

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa, KeyPair,
    KeyUsagePurpose,
};
use rustls::{ServerConfig, crypto::ring, pki_types::PrivateKeyDer};

/// A certificate for the loopback addresses, and the authority that vouches for it.
#[derive(Clone)]
pub struct Tls {
    ca_pem: String,
    config: Arc<ServerConfig>,
}

impl Tls {
    /// Makes both anew. HTTP/2 is offered first, then HTTP/1.1.
    ///
    /// # Errors
    /// When the system has no randomness to make keys from.
    pub fn self_signed() -> io::Result<Self> {
        let mut authority = CertificateParams::default();
        authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        authority.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        authority.distinguished_name.push(DnType::CommonName, "regspec test authority");
        let key = KeyPair::generate().map_err(io::Error::other)?;
        let authority = CertifiedIssuer::self_signed(authority, key).map_err(io::Error::other)?;

        let names = ["127.0.0.1", "::1", "localhost"].map(str::to_owned);
        let mut server = CertificateParams::new(names).map_err(io::Error::other)?;
        server.distinguished_name.push(DnType::CommonName, "regspec reference registry");
        server.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        server.use_authority_key_identifier_extension = true;
        let key = KeyPair::generate().map_err(io::Error::other)?;
        let certificate = server.signed_by(&key, &authority).map_err(io::Error::other)?;

        let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(io::Error::other)?
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], PrivateKeyDer::Pkcs8(key.serialize_der().into()))
            .map_err(io::Error::other)?;
        config.alpn_protocols = ["h2", "http/1.1"].map(Into::into).into();
        Ok(Self { ca_pem: authority.pem(), config: Arc::new(config) })
    }

    /// The authority, for clients that are to trust the server.
    pub fn ca_pem(&self) -> &str {
        &self.ca_pem
    }

    pub(super) fn config(&self) -> Arc<ServerConfig> {
        self.config.clone()
    }
}

impl fmt::Debug for Tls {
    /// Without the key.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tls").finish_non_exhaustive()
    }
}
