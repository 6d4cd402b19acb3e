"""A stand-in company for whoever tries the product: its app and its website, which know only the intake API.

People, companies and texts are invented and come from a seed, so two tellings are equal. What must never
happen here: a look into the database, the services or the models; an address outside `.example`; a moment in
the future; a personal value in a usage event.
"""
