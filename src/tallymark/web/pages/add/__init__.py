"""Write down what happened, one question on each page."""
