"""What a message is. Reading knows neither the channel nor the rules."""
