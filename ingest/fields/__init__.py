"""Fields of documents: what an invoice or a contract states, each value with its place on the page."""
