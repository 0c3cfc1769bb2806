"""Scoring of essays on a scale."""
