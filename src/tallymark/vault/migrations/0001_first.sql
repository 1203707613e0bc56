-- Facts: meta, secrets, log_heads, leaves, records, acts, blobs. The rest is derived or scratch.
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID, STRICT;

-- Signing seed of each epoch and the identity that opens notes in inbox/.
CREATE TABLE secrets (name TEXT PRIMARY KEY, secret BLOB NOT NULL) WITHOUT ROWID, STRICT;

-- log: 0 the diary log, 1 the acts log. note is the signed checkpoint of the head.
CREATE TABLE log_heads (
  log INTEGER PRIMARY KEY, frontier BLOB NOT NULL, note TEXT NOT NULL
) STRICT;
CREATE TABLE leaves (
  log INTEGER NOT NULL, idx INTEGER NOT NULL, hash BLOB NOT NULL CHECK (length(hash) = 32),
  PRIMARY KEY (log, idx)
) WITHOUT ROWID, STRICT;

-- data is the RFC 8785 form; NULL once erased (the leaf stays).
CREATE TABLE records (
  idx INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, type TEXT NOT NULL, data BLOB
) STRICT;
CREATE TABLE acts (idx INTEGER PRIMARY KEY, data BLOB NOT NULL) STRICT;

-- name is the file in blobs/ without .age; identity opens it, NULL once erased.
CREATE TABLE blobs (
  ordinal INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE,
  exhibit TEXT NOT NULL UNIQUE REFERENCES records (id),
  identity TEXT, sha256 TEXT NOT NULL, size INTEGER NOT NULL, sealed_size INTEGER NOT NULL
) STRICT;

-- Notes from inbox/ that are in the acts log already, until their file is gone.
CREATE TABLE inbox_seen (name TEXT PRIMARY KEY) WITHOUT ROWID, STRICT;

CREATE TABLE drafts (key TEXT PRIMARY KEY, words TEXT NOT NULL, saved TEXT NOT NULL)
  WITHOUT ROWID, STRICT;

-- Derived. A generation is one run of an importer over one exhibit. Readers see it once import_id
-- is set; doomed ones are being deleted. first is the place of its first row among all rows.
CREATE TABLE generations (
  gen INTEGER PRIMARY KEY AUTOINCREMENT,
  exhibit TEXT NOT NULL REFERENCES records (id), sha256 TEXT NOT NULL,
  channel TEXT NOT NULL, zone TEXT NOT NULL,
  import_id TEXT UNIQUE REFERENCES records (id), doomed INTEGER NOT NULL DEFAULT 0,
  first INTEGER NOT NULL DEFAULT 0, count INTEGER NOT NULL DEFAULT 0,
  events_digest TEXT NOT NULL DEFAULT '', owner TEXT NOT NULL DEFAULT '',
  parties TEXT NOT NULL DEFAULT '[]',
  rises INTEGER NOT NULL DEFAULT 0, falls INTEGER NOT NULL DEFAULT 0
) STRICT;

-- key = gen << 32 | number of the first event in the block; data is zlib over canonical lines.
CREATE TABLE event_blocks (key INTEGER PRIMARY KEY, data BLOB NOT NULL) STRICT;

-- key = gen << 32 | chunk number; each chunk holds 65,536 events, little endian.
CREATE TABLE event_columns (
  key INTEGER PRIMARY KEY, seconds BLOB NOT NULL, party BLOB NOT NULL, kind BLOB NOT NULL,
  flags BLOB NOT NULL
) STRICT;

-- Words of the entries (rowid is the record's idx). Each generation has its own event_words_N.
CREATE VIRTUAL TABLE record_words USING fts5 (
  words, content = '', columnsize = 0,
  tokenize = "unicode61 remove_diacritics 2 categories 'L* N* Co So'"
);
