"""Shared by every page: the shell, the view state, the components."""
