"""HunyuanOCR: its prompts, what it answers, where it runs, and the OCR engine made of them."""
