"""Complaints: received, investigated by somebody uninvolved, answered in time, reviewed above."""
