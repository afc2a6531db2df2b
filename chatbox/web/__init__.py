"""How the server answers: the boundary around it, problem documents, paging, streams, the UI."""
