"""What is done: each bot is one short page that reads as the story it automates."""
