"""What the directory says, a module a capability."""
