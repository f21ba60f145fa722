use sha2::{Digest, Sha256};

use super::Accounts;

const ALPHABET: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

impl Accounts {
    /// A secret of that many ASCII letters and digits: a function of the seed and of how many were drawn, so that a run can be repeated.
    pub(in crate::reference) fn secret(&mut self, length: usize) -> String {
        self.drawn += 1;
        let mut text = String::with_capacity(length);
        for block in 0_u64.. {
            let words = [self.seed, self.drawn, block].map(u64::to_be_bytes);
            // Bytes from 248 on would make the first letters likelier than the rest.
            let digits = Sha256::digest(words.concat()).into_iter().filter(|byte| *byte < 248);
            text.extend(digits.map(|byte| char::from(ALPHABET[usize::from(byte) % ALPHABET.len()])));
            if text.len() >= length {
                break;
            }
        }
        text.truncate(length);
        text
    }
}

#[cfg(test)]
mod tests {
    use super::Accounts;

    #[test]
    fn secrets_are_repeatable_and_all_different() {
        let draw = |seed| {
            let mut accounts = Accounts::new(seed);
            [32, 32, 100].map(|length| accounts.secret(length))
        };
        assert_eq!(draw(7), draw(7));
        assert_ne!(draw(7), draw(8));
        let [first, second, long] = draw(7);
        assert!(first != second && first.len() == 32 && long.len() == 100);
        assert!(long.bytes().all(|byte| byte.is_ascii_alphanumeric()));
    }
}
