"""Removing a person everywhere, and proving it: the plan, the scrub, the ledger, the residue scan, the certificate."""
