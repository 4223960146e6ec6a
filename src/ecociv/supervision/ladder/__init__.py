"""The ladder (督查督办): triggers that propose, people who decide, interviews, and where work is stuck."""
