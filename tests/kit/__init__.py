"""Tests of chatbox.kit."""
