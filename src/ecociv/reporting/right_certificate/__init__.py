"""The certificate of a registered unit (自然资源登记单元证书): one page with its map, as PDF and as Word."""
