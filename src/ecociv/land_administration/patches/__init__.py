"""Change patches from remote sensing (疑似图斑): dispatched, looked at in the field, closed."""
