"""Quotes with the consent of whom they quote (FEP-044f), and the same for answers as GoToSocial asks for them."""
