"""Stock Django admin over the same tables: `python -m bench.django_peer URL FACTS`, in the bench's own environment."""
