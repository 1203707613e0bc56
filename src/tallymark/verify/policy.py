"""Whose seal is accepted. Policies are values; the one that accepts anybody says so in its name."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Protocol

from tallymark.errors import UsageProblem, VerificationError

_FINGERPRINT = re.compile(r"[A-Za-z0-9+/]{43}")


@dataclass(frozen=True)
class Signer:
    """Who signed: the 32-byte public key, and its fingerprint as ``ssh-keygen -l`` prints it."""

    public: bytes
    fingerprint: str


class Policy(Protocol):
    """Decides about a signature that holds."""

    def trusts(self, signer: Signer) -> bool:
        """True when the reader knows this signer, False when nobody was asked for.

        Raises ``VerificationError`` when this signer must not be accepted.
        """


@dataclass(frozen=True)
class UnsafeAcceptAnySigner:
    """Accepts every key and trusts none: the verdict then says "signer not known"."""

    def trusts(self, signer: Signer) -> bool:  # noqa: ARG002 - the protocol's shape
        """Never refuses, never trusts."""
        return False


class KnownSigner:
    """Accepts one key, by the fingerprint that the reader got in another way than the bundle.

    ``fingerprint`` is 43 base64 characters, with or without ``SHA256:``. Anything else raises
    ``UsageProblem``.
    """

    def __init__(self, fingerprint: str) -> None:
        bare = fingerprint.strip()
        bare = bare[7:] if bare.upper().startswith("SHA256:") else bare
        if not _FINGERPRINT.fullmatch(bare):
            raise UsageProblem(
                "This is not a key's fingerprint.",
                next_step="Give it as SHA256: and 43 characters, as ssh-keygen -l prints it.",
            )
        self.fingerprint = "SHA256:" + bare

    def trusts(self, signer: Signer) -> bool:
        """True for the one key; refuses every other."""
        if signer.fingerprint != self.fingerprint:
            raise VerificationError(
                "It is sealed with another key than the one you named. Signer not known."
            )
        return True


class AnyOf:
    """Accepts what at least one of ``policies`` accepts; trusts when one of those trusts."""

    def __init__(self, *policies: Policy) -> None:
        self._policies = policies

    def trusts(self, signer: Signer) -> bool:
        """Refuses when all refuse, or when there is no policy at all."""
        refusal = VerificationError("No signer is accepted.")
        answers: list[bool] = []
        for policy in self._policies:
            try:
                answers.append(policy.trusts(signer))
            except VerificationError as error:
                refusal = error
        if not answers:
            raise refusal
        return any(answers)


class AllOf:
    """Accepts what all of ``policies`` accept; trusts when one of them trusts."""

    def __init__(self, *policies: Policy) -> None:
        self._policies = policies

    def trusts(self, signer: Signer) -> bool:
        """Refuses when one refuses, or when there is no policy at all."""
        if not self._policies:
            raise VerificationError("No signer is accepted.")
        answers = [policy.trusts(signer) for policy in self._policies]  # all are asked
        return any(answers)
