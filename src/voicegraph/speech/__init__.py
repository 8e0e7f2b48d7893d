"""Audio to text: the port `Transcriber`, an embedded recogniser, any OpenAI-compatible endpoint, and the repair of what was heard."""
