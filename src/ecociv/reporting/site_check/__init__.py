"""The certificate of a site check (项目合规性审查单): one page with a map, as PDF and as Word."""
