"""The pictures of README.md, and what takes them: the first page of a demonstration, as a clerk sees it."""
