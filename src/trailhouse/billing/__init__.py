"""What a site costs, when it is paid for, and what follows when it is not."""
