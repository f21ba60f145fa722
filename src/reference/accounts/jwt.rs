//! JSON Web Tokens (RFC 7519) signed with HMAC-SHA256: the registry is the issuer of those that it takes, so one key signs and verifies.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// The name of the key.
pub(in crate::reference) const KEY_ID: &str = "regspec";

/// The one algorithm.
const ALGORITHM: &str = "HS256";

/// Makes a token of claims.
pub(in crate::reference) fn sign(key: &[u8], claims: &Value) -> String {
    let encode = |value: &Value| BASE64_URL_SAFE_NO_PAD.encode(value.to_string());
    let header = json!({ "alg": ALGORITHM, "typ": "JWT", "kid": KEY_ID });
    let signed = format!("{}.{}", encode(&header), encode(claims));
    let signature = BASE64_URL_SAFE_NO_PAD.encode(hmac(key, signed.as_bytes()));
    format!("{signed}.{signature}")
}

/// A token taken apart, not yet believed.
#[derive(Debug)]
pub(in crate::reference) struct Jwt<'a> {
    /// The name of the key that it was signed with.
    pub(in crate::reference) key_id: Option<String>,
    algorithm: Option<String>,
    claims: Vec<u8>,
    signed: &'a str,
    signature: Vec<u8>,
}

impl<'a> Jwt<'a> {
    /// Takes a token apart; nothing for what is none.
    pub(in crate::reference) fn read(token: &'a str) -> Option<Self> {
        let decode = |part: &str| BASE64_URL_SAFE_NO_PAD.decode(part).ok();
        let (signed, signature) = token.rsplit_once('.')?;
        let (header, claims) = signed.split_once('.')?;
        let header: Value = serde_json::from_slice(&decode(header)?).ok()?;
        let member = |name: &str| header.get(name).and_then(Value::as_str).map(str::to_owned);
        Some(Self {
            key_id: member("kid"),
            algorithm: member("alg").filter(|name| name.starts_with("RS") || *name == ALGORITHM),
            claims: decode(claims)?,
            signed,
            signature: decode(signature)?,
        })
        .filter(|jwt| jwt.algorithm.is_some())
    }

    /// What it says; nothing if that has not the form.
    pub(in crate::reference) fn claims<T: DeserializeOwned>(&self) -> Option<T> {
        serde_json::from_slice(&self.claims).ok()
    }

    /// It was signed with that key.
    pub(in crate::reference) fn is_signed(&self, key: &[u8]) -> bool {
        self.algorithm.as_deref() == Some(ALGORITHM) && self.signature == hmac(key, self.signed.as_bytes())
    }
}

/// RFC 2104. The key is at most a block long.
fn hmac(key: &[u8], text: &[u8]) -> Vec<u8> {
    const BLOCK: usize = 64;
    let pad = |with: u8| -> Vec<u8> { (0..BLOCK).map(|at| key.get(at).copied().unwrap_or(0) ^ with).collect() };
    let inner = Sha256::new().chain_update(pad(0x36)).chain_update(text).finalize();
    Sha256::new().chain_update(pad(0x5c)).chain_update(inner).finalize().to_vec()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{Jwt, hmac, sign};
    use crate::reference::caching::hex;

    #[test]
    fn the_code_is_that_of_rfc_4231() {
        // Test case 2.
        assert_eq!(
            hex(&hmac(b"Jefe", b"what do ya want for nothing?")),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        );
    }

    #[test]
    fn only_the_key_opens_what_it_signed() {
        let token = sign(b"key", &json!({ "iss": "me" }));
        let jwt = Jwt::read(&token).unwrap();
        assert!(jwt.is_signed(b"key") && !jwt.is_signed(b"other"));
        assert_eq!(jwt.claims::<Value>().unwrap()["iss"], "me");
        let (signed, _) = token.rsplit_once('.').unwrap();
        assert!(!Jwt::read(&format!("{signed}.AAAA")).unwrap().is_signed(b"key"));
        for nonsense in ["", "nonsense", "a.b", "a.b.c", "eyJhbGciOiAibm9uZSJ9.e30.c2ln"] {
            assert!(Jwt::read(nonsense).is_none(), "{nonsense}");
        }
    }
}
