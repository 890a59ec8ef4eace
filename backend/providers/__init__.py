"""Who can word an answer: a provider's wire format here, how it is called in `calls`."""
