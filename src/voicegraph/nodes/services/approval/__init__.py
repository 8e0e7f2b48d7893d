"""Approvals: a person says whether the run goes on."""
