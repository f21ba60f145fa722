use std::sync::Arc;

use super::{Done, Failure, args::Serve, output};
use crate::{
    engine::{MAIN_TOKEN, OTHER_TOKEN, of_variant},
    mutant,
    reference::{Bound, Config, Handler, Policy, Registry, Server},
    spec::{LoadError, nearest},
    suite::Variant,
    target::Secret,
};

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
    let given = |secret: &Option<Secret>, otherwise| secret.as_ref().map_or(otherwise, Secret::reveal).to_owned();
    let mut config = match policy {
        Policy::Cargo => Config::new(origin.clone())
            .token(given(&args.token, MAIN_TOKEN))
            .other_token(given(&args.other_token, OTHER_TOKEN)),
        Policy::CratesIo => {
            let mut config = Config::new(origin.clone()).crates_io(args.seed);
            for (user, token) in config.users.iter_mut().zip([&args.token, &args.other_token]) {
                user.token = token.as_ref().map(|token| token.reveal().to_owned());
            }
            config
        }
    };
    if args.private {
        config = config.private();
    }
    if let Some(template) = &args.dl {
        config = config.dl(template.replace("{origin}", &origin));
    }
    if let Some(url) = &args.public_url {
        config = config.public_url(url.trim_end_matches('/'));
    }
    config.removed_operations = args.contract == "legacy";
    if let Some(path) = &args.credentials {
        let unwritten = |error: &dyn std::fmt::Display| {
            LoadError::new(path.display().to_string(), format!("the credentials cannot be written: {error}"))
        };
        let text = credentials(&config).map_err(|error| unwritten(&error))?;
        std::fs::write(path, text).map_err(|error| unwritten(&error))?;
    }
    let mut downloads = None;
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
            if (mutant.contract == "cargo") != (policy == Policy::Cargo) {
                return Err(LoadError::new("--mutant", format!("`{id}` breaks the contract {}", mutant.contract))
                    .hint(format!("serve it with --contract {}", mutant.contract))
                    .into());
            }
            // It shows on that kind of registry alone.
            let base = args.public_url.as_deref().map_or(origin.as_str(), |url| url.trim_end_matches('/'));
            let mut config = of_variant(config, base, mutant.variant);
            if mutant.variant == Variant::Redirect {
                let files = Server::bind("127.0.0.1:0").map_err(failed)?;
                config = config.downloads_at(files.origin());
                downloads = Some(files);
            }
            mutant.handler(Arc::new(Registry::new(mutant.config(config))))
        }
    };
    let _files = downloads.map(|files: Bound| files.serve(Arc::clone(&handler))).transpose().map_err(failed)?;
    let _server = bound.serve(handler).map_err(failed)?;
    output::line(&format!("index    sparse+{origin}/index/"));
    output::line(&format!("web API  {origin}"));
    if policy == Policy::Cargo && args.token.is_none() {
        output::line(&format!("token    {MAIN_TOKEN}"));
    }
    output::line("stop it with Ctrl-C");
    loop {
        std::thread::park();
    }
}

/// What a run has to hold, as the file that `run --credentials` reads.
fn credentials(config: &Config) -> Result<String, toml::ser::Error> {
    if config.policy == Policy::CratesIo {
        return toml::to_string(&config.access());
    }
    let users = config.users.iter();
    let tokens = ["token", "other-token"].into_iter().zip(users.clone().map(|user| user.token.clone()));
    let logins = ["login", "other-login", "third-login"].into_iter().zip(users.map(|user| Some(user.login.clone())));
    let table = tokens.chain(logins).filter_map(|(key, value)| Some((key.to_owned(), toml::Value::from(value?))));
    toml::to_string(&toml::Table::from_iter(table))
}
