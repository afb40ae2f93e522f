"""What sinks share: TLS as we do it, a connection to an MQTT broker that is kept, and bounded HTTP requests."""
