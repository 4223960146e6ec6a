"""Leaving-office audit of natural resource assets (领导干部自然资源资产离任审计)."""
