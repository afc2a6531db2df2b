"""Tests; the folders mirror `chatbox/`."""
