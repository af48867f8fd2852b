from tests.ledger.archives import small_files

__all__ = ["small_files"]
