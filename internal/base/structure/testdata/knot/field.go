package knot

type record struct{ value int }

func read() int { return compute() }
