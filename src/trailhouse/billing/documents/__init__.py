"""Invoices and credit notes as PDF/A-3 with their EN 16931 XML inside, year overviews, and a table of all documents.

Everything is made from what stands on the rows of a final document, at any time again with the same bytes. Reads alone.
"""
