"""placeholder"""
def compare(report, path, write): pass
