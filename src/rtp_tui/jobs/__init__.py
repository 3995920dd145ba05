"""One file per kind of job: composes rooms, has no logic of its own.

Each is called with the job's settings and told where to say how far it is; it raises what went wrong.
"""
