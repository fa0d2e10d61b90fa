"""The administration site: every record of the bank, to be found and read in one manner."""

# under what the access trail keeps looks and refusals of the site
PURPOSE = "administration_site"
