"""Balance sheets of natural resources as workbooks."""
