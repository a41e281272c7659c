"""How two metrics move together when one of them is shifted."""
