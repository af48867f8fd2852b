"""What events says, a module a capability."""
