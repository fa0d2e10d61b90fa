"""How identities are written: document numbers, phone numbers, e-mail, customer numbers, masks."""
