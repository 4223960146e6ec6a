"""The site check (项目合规性审查): a site and a purpose in, what touches it and a verdict with reasons out."""
