"""GitHub's side of the house: the door for webhooks, what they mean, and the calls that leave."""
