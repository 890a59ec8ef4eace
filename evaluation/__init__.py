"""How good retrieval and answers are, in figures, on sets of questions whose answers are known."""
