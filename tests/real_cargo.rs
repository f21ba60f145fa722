//! The reference registry, judged by the cargo that runs this test.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail the test that calls them")]

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::Arc,
};

use regspec::reference::{Config, Registry, Server, Tls, Validators};
use tempfile::TempDir;

/// A registry and a home with nothing else in it.
struct World {
    server: Server,
    _files: Option<Server>,
    home: TempDir,
    token: Option<&'static str>,
    cainfo: Option<PathBuf>,
}

impl World {
    fn new(configure: impl FnOnce(Config) -> Config) -> Self {
        Self::serving(None, configure)
    }

    fn serving(tls: Option<Tls>, configure: impl FnOnce(Config) -> Config) -> Self {
        let home = tempfile::tempdir().unwrap();
        let cainfo = tls.as_ref().map(|tls| {
            let path = home.path().join("ca.pem");
            fs::write(&path, tls.ca_pem()).unwrap();
            path
        });
        let mut bound = Server::bind("127.0.0.1:0").unwrap();
        if let Some(tls) = tls {
            bound = bound.tls(tls);
        }
        let files = Server::bind("127.0.0.1:0").unwrap();
        let config = configure(Config::new(bound.origin()).token("main").other_token("other"));
        // The port is known only now, so its test asks for it by an empty origin.
        let redirects = config.downloads_at.as_deref() == Some("");
        let config = if redirects { config.downloads_at(files.origin()) } else { config };
        let registry = Arc::new(Registry::new(config));
        let handler = { move |request: &_| registry.handle(request) };
        let handler: regspec::reference::Handler = Arc::new(handler);
        let files = redirects.then(|| files.serve(handler.clone()).unwrap());
        Self { server: bound.serve(handler).unwrap(), _files: files, home, token: Some("main"), cainfo }
    }

    /// Runs cargo in a folder below the home. What it prints comes back with whether it succeeded.
    fn cargo(&self, folder: &str, arguments: &[&str]) -> (bool, String) {
        let cargo = Path::new(env!("CARGO"));
        let path = env::join_paths([cargo.parent().unwrap(), Path::new("/usr/bin"), Path::new("/bin")]).unwrap();
        let mut command = Command::new(cargo);
        command
            .args(arguments)
            .current_dir(self.home.path().join(folder))
            .stdin(Stdio::null())
            .env_clear()
            .env("PATH", path)
            .env("HOME", self.home.path())
            .env("CARGO_HOME", self.home.path().join("cargo-home"))
            .env("CARGO_TARGET_DIR", self.home.path().join("target"))
            .env("CARGO_TERM_COLOR", "never")
            .env("CARGO_NET_RETRY", "0")
            .env("CARGO_REGISTRY_DEFAULT", "t")
            .env("CARGO_REGISTRIES_T_INDEX", format!("sparse+{}/index/", self.server.origin()))
            .env("CARGO_REGISTRY_GLOBAL_CREDENTIAL_PROVIDERS", "cargo:token");
        if let Some(token) = self.token {
            command.env("CARGO_REGISTRIES_T_TOKEN", token);
        }
        if let Some(cainfo) = &self.cainfo {
            command.env("CARGO_HTTP_CAINFO", cainfo);
        }
        let output = command.output().unwrap();
        let text = [output.stdout, output.stderr].concat();
        (output.status.success(), String::from_utf8(text).unwrap())
    }

    fn ok(&self, folder: &str, arguments: &[&str]) -> String {
        let (success, text) = self.cargo(folder, arguments);
        assert!(success, "cargo {arguments:?} in {folder}:\n{text}");
        text
    }

    fn fails(&self, folder: &str, arguments: &[&str]) -> String {
        let (success, text) = self.cargo(folder, arguments);
        assert!(!success, "cargo {arguments:?} in {folder} should fail:\n{text}");
        text
    }

    fn package(&self, name: &str, version: &str, rest: &str) {
        let folder = self.home.path().join(name);
        fs::create_dir_all(folder.join("src")).unwrap();
        let package = format!(
            "[package]\nname = \"{name}\"\nversion = \"{version}\"\nedition = \"2021\"\ndescription = \"Die Größe ✓\"\nlicense = \"MIT\"\n"
        );
        fs::write(folder.join("Cargo.toml"), package + rest).unwrap();
        fs::write(folder.join("src/lib.rs"), "").unwrap();
    }

    fn publish(&self, name: &str, version: &str, rest: &str) {
        self.package(name, version, rest);
        let text = self.ok(name, &["publish", "--no-verify", "--allow-dirty"]);
        assert!(text.contains("Published"), "{text}");
    }

    /// As if on a machine that has not seen the registry yet.
    fn forget(&self, folder: &str) {
        let _: Result<(), _> = fs::remove_dir_all(self.home.path().join("cargo-home/registry"));
        let _: Result<(), _> = fs::remove_file(self.home.path().join(folder).join("Cargo.lock"));
    }
}

/// What every variant must carry: publish, add, build, yank and back.
fn carries(world: &World) {
    world.publish("MyCrate", "1.0.0-rc.1+b.2", "");
    world.publish("a", "1.0.0", "");
    world.package("user", "0.1.0", "");
    world.ok("user", &["add", "MyCrate@1.0.0-rc.1", "a"]);
    world.ok("user", &["build"]);
    world.forget("user");
    world.ok("user", &["build"]);
    world.ok("user", &["yank", "a@1.0.0"]);
    world.ok("user", &["build", "--locked"]);
    world.forget("user");
    assert!(world.fails("user", &["fetch"]).contains("yanked"));
    world.ok("user", &["yank", "a@1.0.0", "--undo"]);
    world.ok("user", &["fetch"]);
}

#[test]
fn a_public_registry_carries_a_project() {
    carries(&World::new(|config| config));
}

#[test]
fn dates_serve_as_well_as_etags() {
    carries(&World::new(|config| config.validators(Validators::LastModified)));
}

#[test]
fn a_private_registry_carries_a_project() {
    let mut world = World::new(Config::private);
    carries(&world);
    assert!(world.ok("user", &["search", "mycrate"]).contains("1.0.0-rc.1+b.2"));
    world.forget("user");
    world.token = Some("wrong");
    assert!(world.fails("user", &["fetch"]).contains("rejected"));
    world.token = None;
    assert!(world.fails("user", &["fetch"]).contains("no token"));
}

#[test]
fn private_downloads_may_be_redirected() {
    carries(&World::new(|config| config.private().downloads_at("")));
}

#[test]
fn a_template_with_markers_carries_a_project() {
    carries(&World::new(|config| {
        let origin = config.origin.clone();
        config.dl(origin + "/files/{prefix}/{lowerprefix}/{crate}/{crate}-{version}-{sha256-checksum}.crate")
    }));
}

#[test]
fn https_carries_a_project() {
    carries(&World::serving(Some(Tls::self_signed().unwrap()), |config| config));
}

#[test]
fn dependencies_and_features_of_all_kinds_resolve() {
    let world = World::new(|config| config);
    for name in ["leaf", "twig", "bush"] {
        world.publish(name, "1.2.0", "[features]\nx = []\n");
    }
    let rich = r#"
        links = "z"
        rust-version = "1.60"
        [features]
        default = ["c++17"]
        "c++17" = ["dep:alias"]
        weak = ["alias?/x"]
        [dependencies]
        leaf = { version = "1", registry = "t" }
        alias = { package = "twig", version = "1.1", registry = "t", optional = true, default-features = false }
        [build-dependencies]
        leaf = { version = "1", registry = "t" }
        [target.'cfg(unix)'.dependencies]
        unixy = { package = "bush", version = "1", registry = "t", features = ["x"] }
    "#;
    world.package("rich", "1.0.0", rich);
    fs::write(world.home.path().join("rich/build.rs"), "fn main() {}").unwrap();
    world.ok("rich", &["publish", "--no-verify", "--allow-dirty"]);
    world.package("user", "0.1.0", "");
    world.ok("user", &["add", "rich", "--features", "weak"]);
    assert!(world.ok("user", &["info", "rich"]).contains("1.60"));
    let tree = world.ok("user", &["tree", "-e", "features"]);
    assert!(tree.contains("bush feature \"x\"") && tree.contains("rich feature \"weak\""), "{tree}");
    world.ok("user", &["build"]);
}

#[test]
fn owners_search_and_refusals_are_shown() {
    let mut world = World::new(|config| config);
    world.publish("thing", "1.0.0", "");
    assert!(world.ok("thing", &["owner", "--list", "thing"]).contains("alice"));
    assert!(world.ok("thing", &["owner", "--add", "bob", "--add", "carol", "thing"]).contains("bob, carol"));
    world.ok("thing", &["owner", "--remove", "carol", "thing"]);
    let owners = world.ok("thing", &["owner", "--list", "thing"]);
    assert!(owners.contains("bob") && !owners.contains("carol"), "{owners}");
    assert!(world.fails("thing", &["owner", "--add", "nobody", "thing"]).contains("there is no user"));
    let found = world.ok("thing", &["search", "THI", "größe"]);
    assert!(found.contains("thing = \"1.0.0\"") && found.contains('✓'), "{found}");
    assert!(world.ok("thing", &["search", "nothing-of-that-name"]).is_empty());
    world.token = Some("wrong");
    world.package("thing", "1.0.1", "");
    let refused = world.fails("thing", &["publish", "--no-verify", "--allow-dirty"]);
    assert!(refused.contains("valid token") && !refused.contains("wrong"), "{refused}");
}
