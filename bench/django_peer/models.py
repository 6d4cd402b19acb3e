"""The tables as Django sees them; it neither makes nor changes them."""

from django.db import models


class Account(models.Model):
    """A person."""

    id = models.CharField(primary_key=True, max_length=26)
    email = models.CharField(max_length=254)

    class Meta:
        """Ours."""

        managed = False
        db_table = "account"

    def __str__(self) -> str:
        return str(self.email)


class UsageEvent(models.Model):
    """One event. Django's admin takes no composite key; the bench's ids are unique, so the id alone is the key.

    Its properties are left out: Django wants jsonb on PostgreSQL, and the list does not show them.
    """

    id = models.CharField(primary_key=True, max_length=64)
    account = models.ForeignKey(Account, models.CASCADE)
    occurred_at = models.DateTimeField()
    session = models.CharField(max_length=64)
    feature = models.CharField(max_length=60)
    action = models.CharField(max_length=60)

    class Meta:
        """Ours."""

        managed = False
        db_table = "usage_event"

    def __str__(self) -> str:
        return str(self.id)
