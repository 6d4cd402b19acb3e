"""What one database engine has and the other lacks. Room for roles, row-level security and partitions."""
