"""Interfaces: systems that answer requests of other programs, in JSON, in XML or by SOAP."""
