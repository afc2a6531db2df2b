"""The heart: sessions, their message trees, and turns that write replies into them."""
