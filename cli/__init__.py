"""The xueji command."""
