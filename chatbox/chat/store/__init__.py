"""The SQL of the chat package: sessions, messages and their branches, turns and the journal."""
