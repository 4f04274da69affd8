// Package knot is one of whose files three use each other: by a function, a method and a field.
package knot

type service struct{ kept record }

func (s *service) answer() int { return s.kept.value + limit }
