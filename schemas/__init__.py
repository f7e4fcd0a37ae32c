"""What travels on Kafka and what is stored in MongoDB; imports none of our other packages."""
