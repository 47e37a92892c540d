"""The parts that `draw_samples.py` draws the sample documents with."""
