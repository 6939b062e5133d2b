"""Tests of the room `legal`."""
