"""How the model that answers questions from a text learns: SQuAD, and questions that a text does not answer."""
