"""The promise board: checks are run and kept, and read again for the page. What is true, dashboard/checks says."""
