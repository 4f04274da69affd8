package query

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// order is which results of a comparison an operator takes.
func (c *condition) order() func(compared int) bool {
	switch c.operator {
	case equals:
		return func(n int) bool { return n == 0 }
	case notEquals:
		return func(n int) bool { return n != 0 }
	case greater:
		return func(n int) bool { return n > 0 }
	case greaterOrEqual:
		return func(n int) bool { return n >= 0 }
	case less:
		return func(n int) bool { return n < 0 }
	default:
		return func(n int) bool { return n <= 0 }
	}
}

func byCount(c *condition) (test, error) {
	wanted, err := strconv.Atoi(c.arguments[0].text)
	if err != nil {
		return nil, c.malformed("a number")
	}
	order := c.order()
	return func(s *Subject) bool { return order(cmp.Compare(s.Running, wanted)) }, nil
}

// Source: ECS developer guide, cluster query language: valid date formats.
var timeLayouts = []string{time.RFC3339, "2006-01-02T15:04:05", time.DateOnly}

// byTime takes a time without a zone for UTC.
func byTime(c *condition) (test, error) {
	for _, layout := range timeLayouts {
		if wanted, err := time.Parse(layout, c.arguments[0].text); err == nil {
			order := c.order()
			return func(s *Subject) bool { return order(s.Instance.RegisteredAt.Compare(wanted)) }, nil
		}
	}
	return nil, c.malformed("a date")
}

// byVersion compares component by component. An agent without a version is only
// different from others.
func byVersion(c *condition) (test, error) {
	wanted, ok := version(c.arguments[0].text)
	if !ok {
		return nil, c.malformed("a version")
	}
	order, different := c.order(), c.operator == notEquals
	return func(s *Subject) bool {
		v := s.Instance.Version.AgentVersion
		if v == nil {
			return different
		}
		has, ok := version(*v)
		if !ok {
			return different
		}
		return order(slices.Compare(has, wanted))
	}, nil
}

// version is the numbers of a version, without zeros at the end: 1.60.0 is 1.60.
func version(text string) (numbers []int, ok bool) {
	for part := range strings.SplitSeq(text, ".") {
		n, err := strconv.ParseUint(part, 10, 31)
		if err != nil {
			return nil, false
		}
		numbers = append(numbers, int(n))
	}
	for len(numbers) > 0 && numbers[len(numbers)-1] == 0 {
		numbers = numbers[:len(numbers)-1]
	}
	return numbers, true
}

func (c *condition) malformed(what string) error {
	return &Error{c.arguments[0].at, "'" + c.arguments[0].text + "' is not " + what}
}
