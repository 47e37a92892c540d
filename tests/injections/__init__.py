"""Documents that try to give orders, drawn by ourselves, and a chat model that obeys them."""
