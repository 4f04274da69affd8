package iam

import (
	"encoding/base64"
	"encoding/json"
	"net/netip"
	"slices"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/internal/base/lazyregexp"
)

// condition compares a key of the request with values.
type condition struct {
	operator, key string
	values        []string
}

func parseConditions(text json.RawMessage) (list []condition, ok bool) {
	if text == nil {
		return nil, true
	}
	var operators map[string]map[string]json.RawMessage
	if json.Unmarshal(text, &operators) != nil || operators == nil {
		return nil, false
	}
	for operator, keys := range operators {
		if keys == nil || len(keys) > 0 && !knownOperator(operator) {
			return nil, false
		}
		for key, text := range keys {
			values, ok := scalars(text)
			if !ok {
				return nil, false
			}
			list = append(list, condition{operator, key, values})
		}
	}
	return list, true
}

// scalars reads what a condition compares with: strings, numbers and booleans.
func scalars(text json.RawMessage) (list []string, ok bool) {
	var values []json.RawMessage
	if json.Unmarshal(text, &values) != nil {
		values = []json.RawMessage{text}
	}
	for _, v := range values {
		var s string
		switch {
		case v[0] == '{' || v[0] == '[' || v[0] == 'n':
			return nil, false
		case json.Unmarshal(v, &s) != nil:
			s = string(v)
		}
		list = append(list, s)
	}
	return list, true
}

// operators of conditions. Source: IAM user guide, condition operators.
var operators = []string{
	"StringEquals", "StringNotEquals", "StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase", "StringLike", "StringNotLike",
	"NumericEquals", "NumericNotEquals", "NumericLessThan", "NumericLessThanEquals", "NumericGreaterThan", "NumericGreaterThanEquals",
	"DateEquals", "DateNotEquals", "DateLessThan", "DateLessThanEquals", "DateGreaterThan", "DateGreaterThanEquals",
	"Bool", "BinaryEquals", "IpAddress", "NotIpAddress", "ArnEquals", "ArnLike", "ArnNotEquals", "ArnNotLike", "Null",
}

func knownOperator(name string) bool {
	plain := plainOperator(name)
	return slices.ContainsFunc(operators, func(o string) bool { return strings.EqualFold(o, plain) })
}

// plainOperator leaves out what says only how many values a key has, or that it may have
// none.
func plainOperator(name string) string {
	name = strings.TrimPrefix(strings.TrimPrefix(name, "ForAnyValue:"), "ForAllValues:")
	return strings.TrimSuffix(name, "IfExists")
}

// fits reports whether the grammar takes the condition: Null asks whether there is a key, so it has no IfExists, and binary
// values are in base64 (IAM0011). Roles that an earlier version of the emulator stored may have conditions that do not fit.
func (c condition) fits() bool {
	switch strings.ToLower(plainOperator(c.operator)) {
	case "null":
		return !strings.HasSuffix(c.operator, "IfExists")
	case "binaryequals":
		return !slices.ContainsFunc(c.values, func(value string) bool {
			_, err := base64.StdEncoding.DecodeString(value)
			return err != nil
		})
	}
	return true
}

// Forms of values. A date is a year with what may follow, or seconds since 1970; its time is not looked at.
var (
	number = lazyregexp.New(`^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?$`)
	date   = lazyregexp.New(`^[+-]?[0-9]+(-(0?[1-9]|1[0-2])(-(0?[1-9]|[12][0-9]|3[01]))?)?([Tt ][0-9].*)?$`)
)

// failsLegacy reports whether a value is not of its operator's type (IAM0011).
func (c condition) failsLegacy() bool {
	operator := strings.ToLower(plainOperator(c.operator))
	var is func(string) bool
	switch {
	case strings.HasPrefix(operator, "numeric"):
		is = number.MatchString
	case strings.HasPrefix(operator, "date"):
		is = date.MatchString
	case strings.HasPrefix(operator, "arn"):
		is = mayBeARN
	case strings.HasSuffix(operator, "ipaddress"):
		is = isAddress
	default:
		return false
	}
	return slices.ContainsFunc(c.values, func(value string) bool { return !is(value) })
}

// mayBeARN takes all patterns: only texts without wildcards, and * alone, have been seen.
func mayBeARN(value string) bool {
	return strings.ContainsAny(value, "*?") || strings.HasPrefix(value, "arn:") && strings.Count(value, ":") >= 5
}

func isAddress(value string) bool {
	_, notAddress := netip.ParseAddr(value)
	_, notRange := netip.ParsePrefix(value)
	return notAddress == nil || notRange == nil
}
