"""What every page shares: the shell, the view state, the components."""
