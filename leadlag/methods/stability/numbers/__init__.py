"""Tests of a change at an unknown date, and effects before and after a known one."""
