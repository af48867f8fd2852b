from tests.installation import copy_of_sample, sample

__all__ = ["copy_of_sample", "sample"]
