"""What the newsletter says, a module a capability."""
