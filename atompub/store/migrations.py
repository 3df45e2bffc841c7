"""The schema, as an append-only list of steps; all that are missing run in one transaction.

Types are the ones SQLite and PostgreSQL share. Instants are microseconds since 1970 UTC,
`modified` columns whole seconds, and 0 and 1 are no and yes.
"""

import re

from atompub.errors import ConfigError
from atompub.names import new_epoch
from atompub.store.engine import Engine, Transaction

FIRST_SCHEMA = """
-- One row: the schema's version, and the number of the last change to workspaces, collections,
-- accounts and grants, which the service document's validators are made of.
CREATE TABLE site (
    version  BIGINT NOT NULL,
    epoch    TEXT   NOT NULL,
    sequence BIGINT NOT NULL,
    edited   BIGINT NOT NULL,
    modified BIGINT NOT NULL
);

CREATE TABLE workspace (
    id    BIGINT PRIMARY KEY,
    title TEXT   NOT NULL UNIQUE
);

CREATE TABLE collection (
    id              BIGINT PRIMARY KEY,
    workspace       BIGINT NOT NULL,
    name            TEXT   NOT NULL UNIQUE,
    title           TEXT   NOT NULL,
    atom_id         TEXT   NOT NULL UNIQUE,
    settings        TEXT   NOT NULL, -- JSON of model.CollectionSettings
    epoch           TEXT   NOT NULL, -- random; new when the numbers start anew
    sequence        BIGINT NOT NULL, -- number of the last change
    public          BIGINT NOT NULL, -- number of the last change readers can see
    edited          BIGINT NOT NULL,
    updated         BIGINT NOT NULL, -- of the feed, for authors and for readers
    public_updated  BIGINT NOT NULL,
    modified        BIGINT NOT NULL,
    public_modified BIGINT NOT NULL,
    due             BIGINT           -- the earliest release of a member
);

-- name = stem, or stem-copy from the second copy on, so one index finds names and free numbers.
CREATE TABLE member (
    id         TEXT   PRIMARY KEY,
    collection BIGINT NOT NULL,
    stem       TEXT   NOT NULL,
    copy       BIGINT NOT NULL,
    atom_id    TEXT   NOT NULL UNIQUE,
    number     BIGINT NOT NULL,
    created    BIGINT NOT NULL,
    edited     BIGINT NOT NULL,
    modified   BIGINT NOT NULL,
    updated    BIGINT NOT NULL,
    published  BIGINT,
    release    BIGINT,
    draft      BIGINT NOT NULL,
    visible    BIGINT NOT NULL,
    account    TEXT   NOT NULL,
    author     TEXT   NOT NULL,
    title      TEXT   NOT NULL,
    summary    TEXT   NOT NULL,
    based      BIGINT NOT NULL,
    control    BYTEA,
    xml        BYTEA  NOT NULL
);
CREATE UNIQUE INDEX member_name ON member (collection, stem, copy);
CREATE UNIQUE INDEX member_number ON member (collection, number);
CREATE INDEX member_visible ON member (collection, number) WHERE visible = 1;
CREATE INDEX member_hidden ON member (collection, account, number) WHERE visible = 0;
CREATE INDEX member_release ON member (collection, release) WHERE release IS NOT NULL;

-- What a member's XML was before an edit or a delete.
CREATE TABLE revision (
    member  TEXT   NOT NULL,
    number  BIGINT NOT NULL,
    edited  BIGINT NOT NULL,
    control BYTEA,
    xml     BYTEA  NOT NULL,
    PRIMARY KEY (member, number)
);

-- A member deleted (deleted = 1) or withdrawn from readers (0); public = readers had seen it.
CREATE TABLE tombstone (
    collection BIGINT NOT NULL,
    number     BIGINT NOT NULL,
    member     TEXT   NOT NULL,
    stem       TEXT   NOT NULL,
    copy       BIGINT NOT NULL,
    atom_id    TEXT   NOT NULL,
    account    TEXT   NOT NULL,
    removed    BIGINT NOT NULL,
    deleted    BIGINT NOT NULL,
    public     BIGINT NOT NULL,
    PRIMARY KEY (collection, number)
);
CREATE INDEX tombstone_public ON tombstone (collection, number) WHERE public = 1;
CREATE INDEX tombstone_name ON tombstone (collection, stem, copy) WHERE deleted = 1;
CREATE INDEX tombstone_atom_id ON tombstone (atom_id) WHERE deleted = 1;

CREATE TABLE account (
    id       TEXT   PRIMARY KEY,
    name     TEXT   NOT NULL UNIQUE,
    password TEXT   NOT NULL, -- argon2id
    role     BIGINT,          -- model.Role, on every collection
    created  BIGINT NOT NULL
);

CREATE TABLE "grant" (
    account    TEXT   NOT NULL,
    collection BIGINT NOT NULL,
    role       BIGINT NOT NULL,
    PRIMARY KEY (account, collection)
);

-- Requests that carried an Idempotency-Key, for a day.
CREATE TABLE idempotency (
    account    TEXT   NOT NULL,
    key        TEXT   NOT NULL,
    digest     TEXT   NOT NULL,
    collection BIGINT NOT NULL,
    member     TEXT   NOT NULL,
    created    BIGINT NOT NULL,
    PRIMARY KEY (account, key)
);
CREATE INDEX idempotency_created ON idempotency (created);
"""

MEDIA = """
-- A media link entry's media resource: the blob's key, and what is known of its octets.
ALTER TABLE member ADD COLUMN media_key TEXT;
ALTER TABLE member ADD COLUMN media_type TEXT;
ALTER TABLE member ADD COLUMN media_length BIGINT;
ALTER TABLE member ADD COLUMN media_sha256 TEXT;
ALTER TABLE member ADD COLUMN media_genuine BIGINT;
CREATE UNIQUE INDEX member_media ON member (media_key) WHERE media_key IS NOT NULL;
"""

TOKENS = """
CREATE TABLE token (
    id      TEXT   PRIMARY KEY,
    account TEXT   NOT NULL,
    digest  TEXT   UNIQUE,   -- SHA-256 of the token; null for WSSE
    secret  TEXT,            -- the token itself, for WSSE only: its digests need it
    scopes  TEXT   NOT NULL, -- JSON: model.Scope by atom_id of a collection, "" for all
    created BIGINT NOT NULL,
    expires BIGINT
);
CREATE INDEX token_account ON token (account);

-- WSSE nonces that were used, until their requests are too old anyway.
CREATE TABLE nonce (
    token  TEXT   NOT NULL,
    digest TEXT   NOT NULL,
    until  BIGINT NOT NULL,
    PRIMARY KEY (token, digest)
);
CREATE INDEX nonce_until ON nonce (until);
"""

READERS = """
-- What readers find members by. posted is the instant they are sorted by: published, or created.
-- ordinal is a member's place in the order of first publication; the collection counts them.
ALTER TABLE collection ADD COLUMN ordinals BIGINT NOT NULL DEFAULT 0;
ALTER TABLE member ADD COLUMN posted BIGINT NOT NULL DEFAULT 0;
ALTER TABLE member ADD COLUMN ordinal BIGINT;
ALTER TABLE tombstone ADD COLUMN ordinal BIGINT;
CREATE INDEX member_posted ON member (collection, posted, id) WHERE visible = 1;
CREATE INDEX member_ordinal ON member (collection, ordinal) WHERE ordinal IS NOT NULL;
CREATE INDEX tombstone_ordinal ON tombstone (collection, ordinal) WHERE ordinal IS NOT NULL;

-- A category or an author of a member, or the atom:id of what it replies to; visible or not.
CREATE TABLE heading (
    collection BIGINT NOT NULL,
    kind       TEXT   NOT NULL,
    value      TEXT   NOT NULL,
    posted     BIGINT NOT NULL,
    member     TEXT   NOT NULL,
    PRIMARY KEY (collection, kind, value, posted, member)
);
CREATE INDEX heading_member ON heading (member);

-- Pictures made smaller; gc removes those of media that are gone.
CREATE TABLE thumbnail (
    media_key TEXT   NOT NULL,
    width     BIGINT NOT NULL,
    octets    BYTEA  NOT NULL,
    PRIMARY KEY (media_key, width)
);

-- What a hub was last told of a publication: the number of the last change it knows. Another
-- attempt waits until due, which whoever makes one moves ahead first.
CREATE TABLE ping (
    hub        TEXT   NOT NULL,
    collection BIGINT NOT NULL,
    number     BIGINT NOT NULL,
    attempts   BIGINT NOT NULL,
    due        BIGINT NOT NULL,
    PRIMARY KEY (hub, collection)
);
"""

MIGRATIONS = (FIRST_SCHEMA, MEDIA, TOKENS, READERS)
"""Step n takes the schema from version n to n + 1. Never change one that was released."""


def migrate(engine: Engine, now: int) -> int:
    """Bring the schema up to date; the number of steps taken. Raises ConfigError if it is newer."""
    return engine.write(lambda transaction: _migrate(engine, transaction, now))


def check_schema(engine: Engine) -> None:
    """Raise ConfigError unless the schema is this version's, naming the command to run."""
    version = engine.read(lambda transaction: _version(engine, transaction))
    if version == 0:
        raise ConfigError("the store is empty: run 'atompub init' first")
    if version < len(MIGRATIONS):
        raise ConfigError("the store was made by an older version: run 'atompub migrate' first")


def is_empty(engine: Engine) -> bool:
    """Whether nobody has made the store yet, or nothing was ever put into it."""

    def work(transaction: Transaction) -> bool:
        if _version(engine, transaction) == 0:
            return True
        return transaction.rows("SELECT sequence FROM site") == [(0,)]

    return engine.read(work)


def _version(engine: Engine, transaction: Transaction) -> int:
    """How many steps the database has taken; 0 when it is empty."""
    if ("site",) not in transaction.rows(engine.tables):
        return 0
    version = int(transaction.rows("SELECT version FROM site")[0][0])
    if version > len(MIGRATIONS):
        raise ConfigError("the store was made by a newer version of atompub: use that one")
    return version


def _migrate(engine: Engine, transaction: Transaction, now: int) -> int:
    version = _version(engine, transaction)
    for step in MIGRATIONS[version:]:
        full_text = engine.full_text.schema if step is READERS else ""
        for statement in re.sub(r"--.*", "", step + full_text).split(";"):
            if statement.strip():
                transaction.rows(statement)
    if version == 0:
        transaction.rows(
            "INSERT INTO site (version, epoch, sequence, edited, modified)"
            " VALUES (0, :epoch, 0, :now, :now / 1000000)",
            epoch=new_epoch(),
            now=now,
        )
    transaction.rows("UPDATE site SET version = :version", version=len(MIGRATIONS))
    return len(MIGRATIONS) - version
