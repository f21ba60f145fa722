use url::form_urlencoded;

use crate::{exchange::Request, reference::reply::Refusal};

/// The parameters of the operations that take an empty value for an absent one. These read the query by other rules than the rest:
/// a parameter that comes twice is refused in other words, and names behind `[]` are lists.
pub(super) struct Filters(Vec<(String, String)>);

impl Filters {
    pub(super) fn read(request: &Request) -> Self {
        let pairs = form_urlencoded::parse(request.query().as_bytes());
        Self(pairs.filter(|(_, value)| !value.is_empty()).map(|(name, value)| (name.into(), value.into())).collect())
    }

    /// A parameter that may come once.
    ///
    /// # Errors
    /// 400 where it comes more often.
    pub(super) fn text(&self, name: &str) -> Result<Option<&str>, Refusal> {
        let mut values = self.0.iter().filter(|(key, _)| key == name).map(|(_, value)| value.as_str());
        match (values.next(), values.next()) {
            (value, None) => Ok(value),
            _ => Err(malformed(name, "unsupported value")),
        }
    }

    /// A parameter that goes to the database, which has no null byte.
    ///
    /// # Errors
    /// 400 where it comes twice or holds one.
    pub(super) fn clean(&self, name: &str) -> Result<Option<&str>, Refusal> {
        let value = self.text(name)?;
        if value.is_some_and(|value| value.contains('\0')) {
            return Err(malformed(name, "string contains null byte"));
        }
        Ok(value)
    }

    /// A number of an account.
    ///
    /// # Errors
    /// 400 where it comes twice or is no 32-bit integer.
    pub(super) fn number(&self, name: &str) -> Result<Option<i32>, Refusal> {
        let parsed = self.text(name)?.map(str::parse::<i32>).transpose();
        parsed.map_err(|error| malformed(name, &error.to_string()))
    }

    /// A list, each item of which is a parameter `name[]`.
    ///
    /// # Errors
    /// 400 where an item holds a null byte.
    pub(super) fn list(&self, name: &str) -> Result<Option<Vec<&str>>, Refusal> {
        let list: Vec<&str> = self.0.iter().filter(|(key, _)| key == name).map(|(_, value)| value.as_str()).collect();
        if let Some(at) = list.iter().position(|value| value.contains('\0')) {
            return Err(malformed(&format!("{name}[{at}]"), "string contains null byte"));
        }
        Ok(Some(list).filter(|list| !list.is_empty()))
    }
}

fn malformed(name: &str, what: &str) -> Refusal {
    Refusal::exact(400, format!("Failed to deserialize query string: {name}: {what}"))
}

#[cfg(test)]
mod tests {
    use super::Filters;
    use crate::{
        exchange::{Request, Response},
        reference::testing::detail,
    };

    fn filters(query: &str) -> Filters {
        Filters::read(&Request::new("GET", format!("http://a/b?{query}")))
    }

    #[test]
    fn an_empty_value_is_none_at_all() {
        let filters = filters("q=&sort=&sort=a%20b&ids[]=&ids%5B%5D=x&ids[]=y&n=7");
        assert_eq!(filters.text("q").unwrap(), None);
        assert_eq!(filters.text("sort").unwrap(), Some("a b"));
        assert_eq!(filters.list("ids[]").unwrap(), Some(vec!["x", "y"]));
        assert_eq!(filters.number("n").unwrap(), Some(7));
    }

    #[test]
    fn refusals_say_what_is_wrong() {
        let filters = filters("q=a&q=b&n=x&m=2147483648&l[]=a&l[]=b%00&k=%00");
        let told = |refusal| detail(&Response::from(refusal));
        let begin = "Failed to deserialize query string: ";
        for (refusal, text) in [
            (filters.text("q").unwrap_err(), "q: unsupported value"),
            (filters.number("n").unwrap_err(), "n: invalid digit found in string"),
            (filters.number("m").unwrap_err(), "m: number too large to fit in target type"),
            (filters.list("l[]").unwrap_err(), "l[][1]: string contains null byte"),
            (filters.clean("k").unwrap_err(), "k: string contains null byte"),
        ] {
            assert_eq!(told(refusal), format!("{begin}{text}"));
        }
    }
}
