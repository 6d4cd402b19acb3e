"""The tests of Need-to-Know. Nothing here may be imported by the product."""
