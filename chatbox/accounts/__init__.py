"""Accounts: people, what they sign in with, and what they may do."""
