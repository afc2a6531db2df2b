"""OpenID Connect: signing in through somebody else's server (OpenID Connect Core 1.0, code flow).

`discovery` and `keys` ask what the provider is, `flows` remembers who has set out, `idtoken` judges
what comes back, `provider` puts them together. Whose account it is, `accounts/sso.py` decides.
"""
