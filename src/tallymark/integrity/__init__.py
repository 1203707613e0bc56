"""How what was said is proved: digests, canonical bytes, the Merkle log, keys, seals, containers.

Nothing here knows what a record means. Every format is one that other programs read: RFC 8785,
RFC 6962, C2SP checkpoints and signed notes, SSHSIG, age v1, BagIt, zip. The bytes are fixed by
``docs/spec/log.md`` and by the files under ``vectors/``.
"""
