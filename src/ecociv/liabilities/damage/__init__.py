"""Environmental damage (生态环境损害赔偿): what was valued, agreed, paid and restored, beside its case."""
