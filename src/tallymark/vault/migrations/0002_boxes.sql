-- Facts: the post-boxes that write to this vault, and which of their entries were brought in.
-- identity and first_key are NULL once revoked; then nothing more of that box can be opened.
CREATE TABLE boxes (
  box TEXT PRIMARY KEY, label TEXT NOT NULL, made TEXT NOT NULL, revoked TEXT,
  identity TEXT, first_key BLOB
) WITHOUT ROWID, STRICT;

-- digest is SHA-256 over header and files. Kept when the entry is erased, so that no gap shows.
CREATE TABLE box_entries (
  box TEXT NOT NULL REFERENCES boxes (box), number INTEGER NOT NULL,
  digest TEXT NOT NULL, written TEXT NOT NULL, PRIMARY KEY (box, number)
) WITHOUT ROWID, STRICT;
