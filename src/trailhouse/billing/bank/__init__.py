"""Bank statements as the lines that came in: CAMT.053 and CSV. Pure: bytes in, values out."""
