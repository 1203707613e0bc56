"""Confined processes: a fresh child without network, writing or new processes reads what others sent.

``process`` starts one from the parent's side; ``limits`` and ``seccomp`` are what the child puts on
itself before it looks at a byte. Importers and examiners are the ones who use it.
"""
