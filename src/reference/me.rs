use super::Registry;
use crate::exchange::Response;

impl Registry {
    /// The page that `cargo login` sends people to. Open even where all else is private, for it is where a token comes from.
    pub(super) fn me(&self) -> Response {
        Response::new(200).header("content-type", "text/html; charset=utf-8").body(concat!(
            "<!doctype html><title>Tokens</title>",
            "<p>This registry hands out no tokens: those it knows were given to it when it was started."
        ))
    }
}
