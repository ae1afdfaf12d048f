"""How it travels: nameko and kombu, nowhere else."""
