"""Who else holds data, and how a person is erased there. Room for the registry."""
