"""The engine behind flow: the inbox that makes deliveries durable, and the work that must happen until it has."""
