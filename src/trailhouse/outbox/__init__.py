"""What is to leave the house after a commit: mail, and work that takes long."""
