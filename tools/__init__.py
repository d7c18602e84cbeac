"""What builds and checks the parts of the repository that are made from others."""
