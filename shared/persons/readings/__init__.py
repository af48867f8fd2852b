"""Who read whose personal data, when and why: noted where values are opened, kept for a term, shown to auditors
(docs/adr/0064). Never a value, never a name: ids of accounts and of persons."""
