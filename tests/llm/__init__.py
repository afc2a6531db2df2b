"""Tests of chatbox.llm."""
