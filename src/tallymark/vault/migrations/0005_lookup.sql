-- Only adds indexes, so that a small act does not look through the vault.
CREATE INDEX records_by_type ON records (type, idx) WHERE data IS NOT NULL;

-- By which record a record was replaced or withdrawn. An erased record names nothing any more.
CREATE INDEX records_replacing ON records (json_extract(CAST(data AS TEXT), '$.supersedes'))
  WHERE data IS NOT NULL;
CREATE INDEX records_withdrawing ON records (json_extract(CAST(data AS TEXT), '$.body.target'))
  WHERE type = 'correction' AND data IS NOT NULL;

CREATE INDEX blobs_by_digest ON blobs (sha256) WHERE identity IS NOT NULL;
