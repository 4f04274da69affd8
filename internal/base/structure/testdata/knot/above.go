package knot

func start() int { return read() + limit }
