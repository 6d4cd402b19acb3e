"""How fast it is: our pages and our intake beside stock Flask-Admin, Django admin and raw SQL, in one run.

Only ratios of one run count: every figure here is taken in turns with those it is compared with. Nothing is kept:
the invented data go under var/bench and a PostgreSQL server of its own, and both are gone at the end.
"""
