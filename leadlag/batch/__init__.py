"""Many KPIs and segments at night: from a config to a folder of results, resumable, with one line to say how it went.

How a run goes: `config/` reads what is asked, `sources/` the tables and what stands against them, `plan` makes jobs with an
identity of their own, `job` runs one, `pool` many of them in processes, `runner` sees to the whole; `store/` keeps it: the
journal of a run that is not finished, its folder once it is, and the index over all of them.
"""
