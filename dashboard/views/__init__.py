"""What staff see. Lists and pages only; every change calls a service, and nothing here touches the database."""
