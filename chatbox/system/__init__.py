"""The server itself: personal settings, what it is and how it does."""
