"""The drill: load, builds, switches, rollbacks and kills on a running system, and what users saw.

It speaks to the system as an operator does, by HTTP with the control token, and leaves things as
they were.
"""
