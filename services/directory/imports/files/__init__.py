"""What is uploaded: kept encrypted, read as a table, its columns as facts of structures."""
