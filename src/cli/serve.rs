use std::sync::Arc;

use super::{Done, Failure, args::Serve, output};
use crate::{
    engine::{MAIN_TOKEN, OTHER_TOKEN},
    mutant,
    reference::{Config, Handler, Policy, Registry, Server},
    spec::{LoadError, nearest},
    target::Secret,
};

/// What the secrets of a served registry are drawn from, so that they are the same each time.
const SEED: u64 = 0;

pub(super) fn serve(args: Serve) -> Done {
    let policy = match args.contract.as_str() {
        "cargo" => Policy::Cargo,
        "crates-io" | "apis-io" | "legacy" | "oanor" => Policy::CratesIo,
        other => {
            return Err(LoadError::new("--contract", format!("the reference registry has no policy `{other}`"))
                .hint("it has: cargo, and crates-io for apis-io, legacy and oanor as well")
                .into());
        }
    };
    let failed = |error: std::io::Error| Failure::Serve(format!("cannot listen on {}: {error}", args.listen));
    let bound = Server::bind(&args.listen).map_err(failed)?;
    let origin = bound.origin();
    let token = args.token.as_ref().map_or(MAIN_TOKEN, Secret::reveal).to_owned();
    let other = args.other_token.as_ref().map_or(OTHER_TOKEN, Secret::reveal).to_owned();
    let mut config = Config::new(origin.clone()).token(&token).other_token(&other);
    if args.private {
        config = config.private();
    }
    if let Some(template) = &args.dl {
        config = config.dl(template.replace("{origin}", &origin));
    }
    if let Some(url) = &args.public_url {
        config = config.public_url(url.trim_end_matches('/'));
    }
    if policy == Policy::CratesIo {
        config = config.crates_io(SEED);
        config.removed_operations = args.contract == "legacy";
    }
    if let Some(path) = &args.credentials {
        let text = match policy {
            Policy::Cargo => toml::to_string(&toml::Table::from_iter(
                [
                    ("token", &token),
                    ("login", &"alice".to_owned()),
                    ("other-token", &other),
                    ("other-login", &"bob".to_owned()),
                    ("third-login", &"carol".to_owned()),
                ]
                .map(|(key, value)| (key.to_owned(), toml::Value::from(value.as_str()))),
            )),
            Policy::CratesIo => toml::to_string(&config.access()),
        };
        std::fs::write(path, text.unwrap_or_default()).map_err(|error| {
            LoadError::new(path.display().to_string(), format!("the credentials cannot be written: {error}"))
        })?;
    }
    let handler: Handler = match &args.mutant {
        None => {
            let registry = Arc::new(Registry::new(config));
            Arc::new(move |request| registry.handle(request))
        }
        Some(id) => {
            let mutant = mutant::find(id).ok_or_else(|| {
                let error = LoadError::new("--mutant", format!("there is no mutant `{id}`"));
                match nearest(id, mutant::all().map(|mutant| mutant.id)) {
                    Some(known) => error.hint(format!("did you mean `{known}`?")),
                    None => error.hint("`regspec explain MUTANT` tells what one breaks"),
                }
            })?;
            mutant.handler(Arc::new(Registry::new(mutant.config(config))))
        }
    };
    let _server = bound.serve(handler).map_err(failed)?;
    output::line(&format!("index    sparse+{origin}/index/"));
    output::line(&format!("web API  {origin}"));
    output::line("stop it with Ctrl-C");
    loop {
        std::thread::park();
    }
}
