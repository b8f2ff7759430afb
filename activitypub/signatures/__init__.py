"""Signed requests: draft-cavage-12 and RFC 9421, both ways, behind one small door."""

from .values import Claim, Scheme, SigningKey
from .verify import check, check_key, claim_of, precheck, sign

__all__ = ["Claim", "Scheme", "SigningKey", "check", "check_key", "claim_of", "precheck", "sign"]
