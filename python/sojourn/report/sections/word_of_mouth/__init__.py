"""Word of mouth: what customers are worth with all whom they bring."""
