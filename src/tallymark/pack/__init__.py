"""The sealed folder and zip that an officer opens by double-click: pages, originals, tables, proofs."""
