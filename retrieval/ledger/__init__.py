"""Questions over the ledger: computed over the fields of many documents, each figure with its rows and their pages."""
