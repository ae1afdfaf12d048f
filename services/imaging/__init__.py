"""Imaging: capture codes and graduation photos."""
