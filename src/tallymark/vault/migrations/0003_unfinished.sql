-- Imports that were stopped or cut off and can go on. kept events of the generation are on disk,
-- digest (hex) is that of their lines; task is what was being read and how, for who goes on.
CREATE TABLE unfinished (
  gen INTEGER PRIMARY KEY, exhibit TEXT NOT NULL, task TEXT NOT NULL,
  kept INTEGER NOT NULL DEFAULT 0, digest TEXT NOT NULL DEFAULT ''
) STRICT;

-- Derived. key = gen << 32 | chunk number, as in event_columns; data is eight bytes an event, little
-- endian, equal for what two exports of one channel both hold. Only where a channel has several.
CREATE TABLE event_keys (key INTEGER PRIMARY KEY, data BLOB NOT NULL) STRICT;
