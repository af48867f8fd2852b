from tests.fixtures.installation import copy_of_sample, sample

__all__ = ["copy_of_sample", "sample"]
