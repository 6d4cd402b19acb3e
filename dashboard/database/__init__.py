"""What one database engine has and the other lacks. Room for roles and row-level security."""
