"""Whose name, colours, logos and domains the people of an account meet."""
