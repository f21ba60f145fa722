macro_rules! rules {
    ($($(#[doc = $text:literal])+ $name:ident,)+) => {
        /// One validation or behaviour that a mutant may switch off. The comment says what happens then.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Rule {
            $($(#[doc = $text])+ $name,)+
        }

        impl Rule {
            /// Every rule, in order of declaration.
            pub const ALL: &'static [Self] = &[$(Self::$name,)+];
        }
    };
}

rules! {
    /// Crate names with other characters than ASCII letters, digits, `-` and `_` are accepted.
    NameCharset,
    /// Crate names that begin with a digit, `-` or `_` are accepted.
    NameFirstLetter,
    /// Crate names of more than 64 characters are accepted.
    NameLength,
    /// Device names of Windows (`nul`, `com1` …) are accepted.
    NameReserved,
    /// A crate whose name differs from another's only by case is accepted; both share an index file.
    NameCaseCollision,
    /// A crate whose name differs from another's by `-` against `_` is accepted.
    NameDashCollision,

    /// Versions that are not SemVer are accepted.
    VersionSemver,
    /// A version that exists is published again: a second line, and downloads give the newer bytes.
    VersionUnique,
    /// A version that differs from another only by build metadata is accepted.
    VersionUniqueIgnoringBuild,

    /// Dependencies with impossible crate names are accepted.
    DependencyName,
    /// Dependencies with an impossible or empty alias are accepted.
    DependencyAlias,
    /// Version requirements that cargo cannot read are accepted.
    RequirementSyntax,
    /// Targets that are neither a triple nor a `cfg(…)` are accepted.
    TargetSyntax,
    /// Dependency kinds besides `normal`, `build` and `dev` are accepted and indexed as they are.
    KindKnown,
    /// An optional development dependency is accepted.
    OptionalDev,
    /// A dependency's `registry` may be empty or no URL, and is indexed as it is.
    DepRegistryUrl,
    /// Feature names that cargo refuses are accepted.
    FeatureNames,
    /// Features that refer to nothing, and optional dependencies that no feature reaches, are accepted.
    FeatureReferences,
    /// A `rust_version` that is not one to three numbers is accepted and indexed as it is.
    RustVersionForm,

    /// Bytes behind the tarball are ignored.
    TrailingBytes,
    /// Metadata with bytes that are not UTF-8 is accepted, with U+FFFD in their place.
    MetadataUtf8,
    /// A byte order mark before the metadata is skipped.
    MetadataBom,
    /// Request bodies of any length are accepted.
    UploadLimit,

    /// A tarball that is not a whole gzip member around a tar archive is accepted.
    TarballGzip,
    /// Entries outside `{name}-{version}/` are accepted.
    TarballRoot,
    /// Entries with `..`, `.`, a backslash or an absolute path are accepted.
    TarballTraversal,
    /// Links, devices and other special entries are accepted.
    TarballTypes,
    /// A tarball without `{name}-{version}/Cargo.toml` is accepted.
    TarballManifest,
    /// A manifest with another name or version than the metadata is accepted.
    TarballAgrees,
    /// A tarball that unpacks to more than cargo does is accepted.
    UnpackLimit,

    /// Publishing needs no token; the call counts as the owner's.
    TokenForPublish,
    /// Yanking needs no token; the call counts as the owner's.
    TokenForYank,
    /// Taking a yank back needs no token; the call counts as the owner's.
    TokenForUnyank,
    /// Adding and removing owners needs no token; the call counts as an owner's.
    TokenForOwners,
    /// A token in other case is accepted.
    TokenCase,
    /// The beginning of a token, if not empty, is accepted.
    TokenPrefix,
    /// A token behind `Bearer ` is accepted although it was issued without.
    TokenScheme,

    /// Requests from pages of other origins are let in.
    OriginKnown,
    /// Accounts that are locked may go on.
    AccountLock,
    /// Tokens serve although they were revoked.
    TokenRevoked,
    /// Tokens serve although their time is over.
    TokenExpiry,
    /// Tokens of old serve where only a session does.
    SessionOnly,
    /// Tokens serve beyond their endpoint scopes.
    EndpointScopes,
    /// Tokens serve beyond their crate scopes.
    CrateScopes,
    /// Tokens of old serve where they are refused.
    LegacyTokens,
    /// A token serves to make another.
    TokenBySession,
    /// The tokens of others can be read and revoked.
    OwnTokens,
    /// The plaintext of a token is told again whenever it is shown.
    PlaintextOnce,
    /// Revoking a token answers well and does nothing.
    RevokingWorks,
    /// The accounts of others can be changed.
    OwnAccount,
    /// A session begins without the word that it was to begin with.
    SessionState,
    /// A user who is added is an owner at once.
    OwnersInvited,
    /// The invitations of others are shown.
    OwnInvitations,
    /// An invitation can be accepted although its time is over.
    InvitationExpiry,
    /// An invitation can be accepted without a confirmed address.
    InviteeVerified,
    /// An invitation stays when it is accepted.
    InvitationOnce,
    /// A crate may have any number of configurations for Trusted Publishing.
    TrustpubLimit,
    /// The configurations of others can be seen, made and deleted.
    OwnConfigs,
    /// The token of a workflow can be exchanged again.
    JwtOnce,

    /// Anyone with a token may publish a new version.
    OwnerForPublish,
    /// Anyone with a token may yank.
    OwnerForYank,
    /// Anyone with a token may take a yank back.
    OwnerForUnyank,
    /// Anyone with a token may change owners.
    OwnerForOwners,
    /// The first publisher does not become owner: a new crate has none.
    OwnerFirstPublisher,
    /// Logins that nobody has can be added.
    OwnerKnown,
    /// An owner who is added again is listed twice.
    OwnerOnce,
    /// The last owner can be removed.
    LastOwner,

    /// `config.json` of a private registry needs no token.
    ConfigAuth,
    /// Index files of a private registry need no token.
    IndexAuth,
    /// Downloads from a private registry need no token.
    DownloadAuth,
    /// Searching a private registry needs no token.
    SearchAuth,
    /// Listing owners on a private registry needs no token.
    OwnersAuth,
    /// The 401 of a private registry has no `WWW-Authenticate`.
    Challenge,

    /// Index files lie under the name as published instead of its lower-case form.
    PathLowerCase,
    /// The last line of an index file has no LF.
    FinalNewline,
    /// The index keeps a renamed dependency the way round that it has in the upload.
    RenameSwap,
    /// Of several dependencies on one crate only the first is indexed.
    DuplicateDependencies,
    /// A dependency's `kind` is not indexed.
    KindKept,
    /// A dependency's `target` is not indexed.
    TargetKept,
    /// The index URL of another registry is not indexed.
    DepRegistryKept,
    /// Lines with `features2` say `v` 1.
    FeaturesVersion,
    /// `links` is not indexed.
    LinksCopied,
    /// `rust_version` is not indexed.
    RustVersionCopied,
    /// `pubtime` moves with each yank and unyank.
    PubtimeImmutable,

    /// Yanking answers well and does nothing.
    YankWorks,
    /// Taking a yank back answers well and does nothing.
    UnyankWorks,
    /// A yank hits every version of the crate.
    YankOnlyThat,
    /// A yanked version cannot be downloaded.
    YankKeepsDownload,
    /// Yanking a version that does not exist answers well.
    YankUnknown,

    /// Search does not fold case.
    SearchCase,
    /// Search tells `-` from `_`.
    SearchDashes,
    /// `q` is taken as it is, without percent-decoding.
    SearchDecoding,
    /// `meta.total` counts the page.
    SearchTotal,
    /// Without `per_page` everything is listed.
    PerPageDefault,
    /// `per_page` is ignored.
    PerPageHonoured,

    /// Requests that do not say who sends them are answered.
    UserAgent,
    /// Lists of crates are not narrowed by keyword, letter, owner and name.
    ListFilters,
    /// A category does not take in those below it.
    Subcategories,
    /// Crates of which every version is yanked are listed although they were not asked for.
    YankedFilter,
    /// Lists that begin with the highest begin with the lowest.
    SortDirection,
    /// Yanked versions count among those that depend on a crate.
    YankedDependents,
    /// Downloads after `before_date` are listed as well.
    BeforeDate,

    /// A page by number begins with the last item of the one before.
    PagesApart,
    /// Links to other pages have forgotten the rest of the query.
    LinksKeepQuery,
    /// What was searched for by its exact name comes wherever it happens to.
    ExactFirst,
    /// Keywords of a publish are added to those of the one before.
    KeywordsReplaced,
    /// The name of a crate that was just deleted can be taken again.
    DeletedNameKept,
    /// A crate that others depend on can be deleted.
    DependedOnKept,
    /// A version that there is not is told of only to those who may yank.
    ExistenceFirst,
    /// The view of the third party needs no key.
    OanorKey,

    /// Conditional requests never get 304.
    Revalidates,
    /// A weak form of the ETag does not match.
    WeakComparison,
    /// A list of ETags and `*` do not match.
    ETagList,
    /// `If-Modified-Since` is looked at although `If-None-Match` is there.
    NoneMatchFirst,
    /// The validator of an index file does not move when a version is added.
    ValidatorMovesOnPublish,
    /// The validator of an index file does not move with a yank.
    ValidatorMovesOnYank,
    /// `Last-Modified` is the time of the change, so two changes within a second share it.
    LastModifiedAdvances,
    /// `config.json` has an ETag and answers 304.
    ConfigUnconditional,

    /// Replies of a private registry say nothing about caches.
    PrivateCaching,
    /// A method that a route does not have gets 404 instead of 405.
    MethodKnown,
}
