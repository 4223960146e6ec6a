"""Valuation of environmental damage (生态环境损害数额评估): methods as data, amounts as pure functions with a trace."""
