"""Rights in the hands of people: allocation, surrender, pledge and freezing under a document; supervision of the market."""
