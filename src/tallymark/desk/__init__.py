"""The receiving side: sealed packs are taken in, verified, ordered by a printed rule and linked.

``tallymark.desk.office.Desk`` is the door. Nothing here opens a vault, and nothing here decides.
"""
