"""The database: all tables, the transaction, and one repository per noun. Rows in, model out."""
