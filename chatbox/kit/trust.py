"""Which certificates other servers are known by: the system's, else those that come along."""

import ssl

import certifi


def trusting_context() -> ssl.SSLContext:
    """Make a context for outbound TLS."""
    context = ssl.create_default_context()
    if not context.cert_store_stats()["x509_ca"]:
        context.load_verify_locations(certifi.where())  # no system certificates here
    return context
