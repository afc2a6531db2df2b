"""Small tools that everything else may use: clock, ids, secretbox, tasks, egress."""
