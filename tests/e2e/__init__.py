"""The product as a person meets it: a real browser, the real server, a scripted provider."""
