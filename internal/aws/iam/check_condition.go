package iam

import (
	"encoding/base64"
	"net/netip"
	"slices"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/internal/base/lazyregexp"
	"github.com/ecs-emulator/ecs-emulator/internal/base/policy"
)

// fits reports whether the grammar takes a condition: Null asks whether there is a key, so it has no IfExists, and binary
// values are in base64 (IAM0011). Roles that an earlier version of the emulator stored may have conditions that do not fit.
func fits(c policy.Condition) bool {
	switch strings.ToLower(policy.PlainOperator(c.Operator)) {
	case "null":
		return !strings.HasSuffix(c.Operator, "IfExists")
	case "binaryequals":
		return !slices.ContainsFunc(c.Values, func(value string) bool {
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

// mistyped reports whether a value is not of its operator's type (IAM0011).
func mistyped(c policy.Condition) bool {
	operator := strings.ToLower(policy.PlainOperator(c.Operator))
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
	return slices.ContainsFunc(c.Values, func(value string) bool { return !is(value) })
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
