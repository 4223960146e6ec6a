"""Registration of natural resource rights (自然资源确权登记): units, parties, rights, restrictions, certificates."""
