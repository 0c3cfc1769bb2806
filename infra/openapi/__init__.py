"""One OpenAPI document for the API of all functions, made of what their routes say of themselves."""
