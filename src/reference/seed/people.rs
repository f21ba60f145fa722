use crate::reference::{
    accounts::{Account, Accounts, Id, Lock, Session, Team},
    crates_io::{Time, moment},
};

/// 2020-01-01.
const FIRST: u64 = 1_577_836_800;

/// Who is there. They join day by day, so that their numbers follow this order.
struct Person {
    login: &'static str,
    name: Option<&'static str>,
    mail: Mail,
    github: bool,
    admin: bool,
    locked: bool,
}

#[derive(PartialEq)]
enum Mail {
    None,
    Unconfirmed,
    Confirmed,
}

const fn person(login: &'static str, name: &'static str, mail: Mail) -> Person {
    Person { login, name: Some(name), mail, github: false, admin: false, locked: false }
}

const PEOPLE: &[Person] = &[
    Person { github: true, ..person("alice", "Alice, who owns most", Mail::Confirmed) },
    Person { github: true, ..person("bob", "Bob, who owns some", Mail::Confirmed) },
    person("carol", "Carol, not confirmed", Mail::Unconfirmed),
    person("dave", "Dave", Mail::Confirmed),
    Person { admin: true, ..person("erin", "Erin, who administers", Mail::Confirmed) },
    Person { locked: true, ..person("frank", "Frank, who is locked", Mail::Confirmed) },
    person("grace", "Grace, without address", Mail::None),
    Person { name: None, ..person("heidi", "", Mail::Unconfirmed) },
    // Their addresses are there to be confirmed.
    person("ivan-1", "Ivan", Mail::Unconfirmed),
    person("ivan-2", "Ivan", Mail::Unconfirmed),
    person("ivan-3", "Ivan", Mail::Unconfirmed),
    person("ivan-4", "Ivan", Mail::Unconfirmed),
];

/// Logins of those whose addresses are there to be confirmed.
pub(super) const UNCONFIRMED: &str = "ivan-";

/// Lets everybody join.
pub(super) fn settle(accounts: &mut Accounts) {
    for (day, person) in (0..).zip(PEOPLE) {
        let id = accounts.join(account(person, moment(FIRST + day * 86_400)));
        if person.mail != Mail::None {
            accounts.set_email(id, &format!("{}@example.com", person.login));
        }
        if let Some(email) = accounts.users.get_mut(&id).and_then(|account| account.email.as_mut()) {
            email.verified = person.mail == Mail::Confirmed;
        }
        if person.github {
            accounts.organisations.insert(person.login.to_owned(), 1000 + id);
        }
        // The main account may log in once more, by the way over GitHub that it has begun.
        let state = (person.login == "alice").then(|| accounts.secret(22));
        accounts.begin(Session { user: Some(id), state });
    }
    accounts.organisations.insert("example-org".to_owned(), 42);
    let alice = id(accounts, "alice");
    let bob = id(accounts, "bob");
    for (name, members, listed) in
        [("core", vec![alice, bob], true), ("docs", vec![alice], false), ("other", vec![bob], false)]
    {
        accounts.found(Team {
            login: format!("github:example-org:{name}"),
            name: Some(name.to_owned()),
            members: members.into_iter().collect(),
            listed,
            ..Team::default()
        });
    }
    let code = accounts.secret(20);
    accounts.codes.insert(code, alice);
}

fn account(person: &Person, created: Time) -> Account {
    Account {
        name: person.name.map(str::to_owned),
        avatar: person.github.then(|| format!("https://avatars.githubusercontent.com/{}", person.login)),
        github: person.github,
        is_admin: person.admin,
        lock: person.locked.then(|| Lock { reason: "locked for testing".to_owned(), until: None }),
        ..Account::new(person.login, created)
    }
}

/// The number of somebody who is surely there.
pub(super) fn id(accounts: &Accounts, login: &str) -> Id {
    accounts.user_exactly(login).map_or(0, |account| account.id)
}
