"""How is a debate rehearsed from evidence alone? Pure text work: no model, no clock, no disk."""
