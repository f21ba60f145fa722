//! A check of the caller that one operation alone has forgotten: who they are, what their token may be used for, whose things they are.

use super::{
    spoil::{as_main, credential, has_credential, is, trusting},
    spoilt,
};
use crate::{
    exchange::{Request, Response},
    mutant::Mutant,
    reference::Registry,
};

/// Mutants of one kind: id, operation, method and path of each.
macro_rules! table {
    ($aspect:literal, $open:path, $($id:literal $operation:literal $method:literal $path:literal,)+) => {
        &[$(spoilt($id, &[concat!($operation, "/", $aspect)], |registry, request| {
            $open(registry, request, is(request, $method, $path))
        }),)+]
    };
}

/// The check of the caller is missing: whoever calls is let in.
pub(super) const OPEN: &[Mutant] = table! { "credential*", trusting,
    "publish-open" "publish" "PUT" "/api/v1/crates/new",
    "yank-open" "yank_version" "DELETE" "/api/v1/crates/{}/{}/yank",
    "unyank-open" "unyank_version" "PUT" "/api/v1/crates/{}/{}/unyank",
    "update-version-open" "update_version" "PATCH" "/api/v1/crates/{}/{}",
    "update-crate-open" "update_crate" "PATCH" "/api/v1/crates/{}",
    "delete-crate-open" "delete_crate" "DELETE" "/api/v1/crates/{}",
    "add-owners-open" "add_owners" "PUT" "/api/v1/crates/{}/owners",
    "remove-owners-open" "remove_owners" "DELETE" "/api/v1/crates/{}/owners",
    "follow-open" "follow_crate" "PUT" "/api/v1/crates/{}/follow",
    "unfollow-open" "unfollow_crate" "DELETE" "/api/v1/crates/{}/follow",
    "following-open" "get_following_crate" "GET" "/api/v1/crates/{}/following",
    "rebuild-docs-open" "rebuild_version_docs" "POST" "/api/v1/crates/{}/{}/rebuild_docs",
    "me-open" "get_authenticated_user" "GET" "/api/v1/me",
    "updates-open" "get_authenticated_user_updates" "GET" "/api/v1/me/updates",
    "notifications-open" "update_email_notifications" "PUT" "/api/v1/me/email_notifications",
    "invitations-open" "list_crate_owner_invitations" "GET" "/api/private/crate_owner_invitations",
    "own-invitations-open" "list_crate_owner_invitations_for_user" "GET" "/api/v1/me/crate_owner_invitations",
    "tokens-open" "list_api_tokens" "GET" "/api/v1/me/tokens",
    "create-token-open" "create_api_token" "PUT" "/api/v1/me/tokens",
    "find-token-open" "find_api_token" "GET" "/api/v1/me/tokens/{}",
    "revoke-token-open" "revoke_api_token" "DELETE" "/api/v1/me/tokens/{}",
    "update-user-open" "update_user" "PUT" "/api/v1/users/{}",
    "resend-open" "resend_email_verification" "PUT" "/api/v1/users/{}/resend",
    "github-configs-open" "list_trustpub_github_configs" "GET" "/api/v1/trusted_publishing/github_configs",
    "gitlab-configs-open" "list_trustpub_gitlab_configs" "GET" "/api/v1/trusted_publishing/gitlab_configs",
    "create-github-config-open" "create_trustpub_github_config" "POST" "/api/v1/trusted_publishing/github_configs",
    "create-gitlab-config-open" "create_trustpub_gitlab_config" "POST" "/api/v1/trusted_publishing/gitlab_configs",
    "delete-github-config-open" "delete_trustpub_github_config" "DELETE" "/api/v1/trusted_publishing/github_configs/{}",
    "delete-gitlab-config-open" "delete_trustpub_gitlab_config" "DELETE" "/api/v1/trusted_publishing/gitlab_configs/{}",
};

/// The scopes of a token are not looked at.
pub(super) const UNSCOPED: &[Mutant] = table! { "credential", scoped,
    "publish-scope-ignored" "publish" "PUT" "/api/v1/crates/new",
    "yank-scope-ignored" "yank_version" "DELETE" "/api/v1/crates/{}/{}/yank",
    "unyank-scope-ignored" "unyank_version" "PUT" "/api/v1/crates/{}/{}/unyank",
    "update-version-scope-ignored" "update_version" "PATCH" "/api/v1/crates/{}/{}",
    "update-crate-scope-ignored" "update_crate" "PATCH" "/api/v1/crates/{}",
    "add-owners-scope-ignored" "add_owners" "PUT" "/api/v1/crates/{}/owners",
    "remove-owners-scope-ignored" "remove_owners" "DELETE" "/api/v1/crates/{}/owners",
    "follow-scope-ignored" "follow_crate" "PUT" "/api/v1/crates/{}/follow",
    "revoke-token-scope-ignored" "revoke_api_token" "DELETE" "/api/v1/me/tokens/{}",
    "update-user-scope-ignored" "update_user" "PUT" "/api/v1/users/{}",
    "create-config-scope-ignored" "create_trustpub_github_config" "POST" "/api/v1/trusted_publishing/github_configs",
    "delete-config-scope-ignored" "delete_trustpub_gitlab_config" "DELETE" "/api/v1/trusted_publishing/gitlab_configs/{}",
};

/// Whose thing it is goes unasked.
pub(super) const UNOWNED: &[Mutant] = table! { "credential", owned,
    "yank-of-others" "yank_version" "DELETE" "/api/v1/crates/{}/{}/yank",
    "unyank-of-others" "unyank_version" "PUT" "/api/v1/crates/{}/{}/unyank",
    "update-version-of-others" "update_version" "PATCH" "/api/v1/crates/{}/{}",
    "update-crate-of-others" "update_crate" "PATCH" "/api/v1/crates/{}",
    "delete-crate-of-others" "delete_crate" "DELETE" "/api/v1/crates/{}",
    "add-owners-of-others" "add_owners" "PUT" "/api/v1/crates/{}/owners",
    "remove-owners-of-others" "remove_owners" "DELETE" "/api/v1/crates/{}/owners",
    "rebuild-docs-of-others" "rebuild_version_docs" "POST" "/api/v1/crates/{}/{}/rebuild_docs",
    "find-token-of-others" "find_api_token" "GET" "/api/v1/me/tokens/{}",
    "create-config-of-others" "create_trustpub_gitlab_config" "POST" "/api/v1/trusted_publishing/gitlab_configs",
    "delete-config-of-others" "delete_trustpub_github_config" "DELETE" "/api/v1/trusted_publishing/github_configs/{}",
    "update-user-of-others" "update_user" "PUT" "/api/v1/users/{}",
};

/// Good tokens are not read.
pub(super) const TOKENLESS: &[Mutant] = table! { "credential", tokenless,
    "yank-reads-no-token" "yank_version" "DELETE" "/api/v1/crates/{}/{}/yank",
    "unyank-reads-no-token" "unyank_version" "PUT" "/api/v1/crates/{}/{}/unyank",
    "follow-reads-no-token" "follow_crate" "PUT" "/api/v1/crates/{}/follow",
    "unfollow-reads-no-token" "unfollow_crate" "DELETE" "/api/v1/crates/{}/follow",
    "add-owners-reads-no-token" "add_owners" "PUT" "/api/v1/crates/{}/owners",
    "remove-owners-reads-no-token" "remove_owners" "DELETE" "/api/v1/crates/{}/owners",
    "update-version-reads-no-token" "update_version" "PATCH" "/api/v1/crates/{}/{}",
    "invitation-reads-no-token" "handle_crate_owner_invitation" "PUT" "/api/v1/me/crate_owner_invitations/{}",
    "configs-read-no-token" "list_trustpub_*_configs" "GET" "/api/v1/trusted_publishing/{}",
    "create-config-reads-no-token" "create_trustpub_*_config" "POST" "/api/v1/trusted_publishing/{}",
    "delete-config-reads-no-token" "delete_trustpub_*_config" "DELETE" "/api/v1/trusted_publishing/{}/{}",
};

/// Good sessions are not read.
pub(super) const SESSIONLESS: &[Mutant] = table! { "credential", sessionless,
    "remove-owners-reads-no-session" "remove_owners" "DELETE" "/api/v1/crates/{}/owners",
    "invitation-reads-no-session" "handle_crate_owner_invitation" "PUT" "/api/v1/me/crate_owner_invitations/{}",
    "find-token-reads-no-session" "find_api_token" "GET" "/api/v1/me/tokens/{}",
    "revoke-token-reads-no-session" "revoke_api_token" "DELETE" "/api/v1/me/tokens/{}",
};

/// Lets in a token that lacks a scope.
fn scoped(registry: &Registry, request: &Request, when: bool) -> Response {
    trusting(registry, request, when && request.headers.has("authorization") && is_held(registry, request))
}

/// Takes a request with a token for one without.
fn tokenless(registry: &Registry, request: &Request, when: bool) -> Response {
    without(registry, request, "authorization", when)
}

/// Takes a request with a session for one without.
fn sessionless(registry: &Registry, request: &Request, when: bool) -> Response {
    without(registry, request, "cookie", when)
}

fn without(registry: &Registry, request: &Request, field: &str, when: bool) -> Response {
    let mut request = request.clone();
    if when {
        request.headers.remove(field);
    }
    registry.handle(&request)
}

/// Lets in an account that is known, whatever of another's it asks for.
fn owned(registry: &Registry, request: &Request, when: bool) -> Response {
    let reply = registry.handle(request);
    let known = has_credential(request) && (is_held(registry, request) || request.headers.has("cookie"));
    if when && known && matches!(reply.status, 400 | 403 | 404) { as_main(registry, request) } else { reply }
}

/// The token is one that the registry gave.
fn is_held(registry: &Registry, request: &Request) -> bool {
    registry.access().tokens.iter().any(|token| token.value == credential(request) && token.state == "valid")
}
