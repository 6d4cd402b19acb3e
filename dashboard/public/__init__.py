"""What the person sees, without an account: requests, confirmations, downloads. Rooms for the subject requests."""
