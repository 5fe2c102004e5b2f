"""Makes new material: pairs that an author, any subject that talks, writes and strict filters let through."""
