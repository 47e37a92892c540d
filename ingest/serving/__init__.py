"""Starts model servers: vLLM with HunyuanOCR, and vLLM with an answering LLM, in an environment of their own."""
