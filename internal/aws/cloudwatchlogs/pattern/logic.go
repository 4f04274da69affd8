package pattern

// disjunction reads conditions with or between them, and those with and between them, which binds more.
func disjunction[V any](one func() (func(V) bool, error), take func(string) bool, or, and string) (func(V) bool, error) {
	c, err := conjunction(one, take, and)
	for err == nil && take(or) {
		var right func(V) bool
		right, err = conjunction(one, take, and)
		left := c
		c = func(v V) bool { return left(v) || right(v) }
	}
	return c, err
}

func conjunction[V any](one func() (func(V) bool, error), take func(string) bool, and string) (func(V) bool, error) {
	c, err := one()
	for err == nil && take(and) {
		var right func(V) bool
		right, err = one()
		left := c
		c = func(v V) bool { return left(v) && right(v) }
	}
	return c, err
}
