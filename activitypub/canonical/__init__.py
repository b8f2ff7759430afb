"""One spelling for each document, so that a signature over it means the same to everybody: as JSON, and as RDF."""
