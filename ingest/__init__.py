"""Documents in, library out: pages, text, chunks and the `ingest` command line."""
