package knot

func compute() int { return (&service{}).answer() }
