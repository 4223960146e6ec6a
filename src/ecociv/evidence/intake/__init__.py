"""Ways in for messages: MQTT, HJ 212 over TCP, and a simulator that plays a file through each of them."""
