package elasticloadbalancingv2

import (
	"net/netip"
	"regexp"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"
)

// conditionFields in the order in which rules are answered, which is none of the request
// (ELB0003).
var conditionFields = []string{"query-string", "host-header", "http-header", "path-pattern", "http-request-method", "source-ip"}

// Source of what values consist of: ELBv2 API reference, RuleCondition.
var (
	hostValue   = regexp.MustCompile(`^[A-Za-z0-9.*?-]+$`)
	pathValue   = regexp.MustCompile(`^[A-Za-z0-9_.$/~"'@:+&*?-]+$`)
	methodValue = regexp.MustCompile(`^[A-Z_-]{1,40}$`)
)

// conditionsOf checks the conditions of a rule and fills in the forms in which AWS answers
// them. Where no source is named, texts are the emulator's.
func conditionsOf(given []types.RuleCondition) ([]types.RuleCondition, error) {
	if len(given) == 0 {
		return nil, invalid("A condition must be specified")
	}
	var made []types.RuleCondition
	values := 0
	for _, c := range given {
		field := aws.ToString(c.Field)
		if !slices.Contains(conditionFields, field) { // Source: field reports
			return nil, invalid("Condition field '%s' must be one of '[%s]'", field, strings.Join(conditionFields, ", "))
		}
		several := field == "http-header" || field == "query-string"
		if !several && slices.ContainsFunc(made, func(m types.RuleCondition) bool { return *m.Field == field }) {
			return nil, invalid("A rule can only have one '%s' condition", field)
		}
		one, n, err := conditionOf(field, c)
		if err != nil {
			return nil, err
		}
		made, values = append(made, one), values+n
	}
	if values > 5 { // Source: field reports
		return nil, invalid("A rule can only have '5' condition values")
	}
	slices.SortStableFunc(made, func(x, y types.RuleCondition) int {
		return slices.Index(conditionFields, *x.Field) - slices.Index(conditionFields, *y.Field)
	})
	return made, nil
}

// conditionOf returns a condition as it is answered, and how many values it has.
func conditionOf(field string, c types.RuleCondition) (made types.RuleCondition, n int, err error) {
	made.Field = &field
	values := c.Values
	switch field {
	case "host-header":
		if h := c.HostHeaderConfig; h != nil {
			if values, err = either(c, "HostHeaderConfig", h.Values, h.RegexValues); err != nil {
				return made, 0, err
			}
		}
		made.Values, made.HostHeaderConfig = values, &types.HostHeaderConditionConfig{Values: values}
		err = check(field, values, func(s string) bool { return hostValue.MatchString(s) })
	case "path-pattern":
		if p := c.PathPatternConfig; p != nil {
			if values, err = either(c, "PathPatternConfig", p.Values, p.RegexValues); err != nil {
				return made, 0, err
			}
		}
		made.Values, made.PathPatternConfig = values, &types.PathPatternConditionConfig{Values: values}
		err = check(field, values, func(s string) bool { return pathValue.MatchString(s) })
	default:
		if c.Values != nil {
			return made, 0, invalid("You cannot provide Values for a condition of type '%s'", field)
		}
		return configured(field, c)
	}
	if err == nil && c.RegexValues != nil {
		err = notBuilt("regular expressions in conditions")
	}
	return made, len(values), err
}

// either are the values of a condition, which stand in one of two places. Source: field
// reports.
func either(c types.RuleCondition, config string, values, expressions []string) ([]string, error) {
	switch {
	case c.Values != nil:
		return nil, invalid("You cannot provide both Values and '%s' for a condition of type '%s'", config, *c.Field)
	case expressions != nil:
		return nil, notBuilt("regular expressions in conditions")
	}
	return values, nil
}

// configured are conditions of the other four fields, which have values of their own kind.
func configured(field string, c types.RuleCondition) (made types.RuleCondition, n int, err error) {
	made.Field = &field
	var values []string
	anything := func(string) bool { return true }
	switch {
	case field == "http-request-method" && c.HttpRequestMethodConfig != nil:
		made.HttpRequestMethodConfig, values = c.HttpRequestMethodConfig, c.HttpRequestMethodConfig.Values
		err = check(field, values, methodValue.MatchString)
	case field == "source-ip" && c.SourceIpConfig != nil:
		if c.SourceIpConfig.IpAddressType != "" {
			return made, 0, notBuilt("conditions by IP address type")
		}
		made.SourceIpConfig, values = c.SourceIpConfig, c.SourceIpConfig.Values
		err = check(field, values, func(s string) bool { _, err := netip.ParsePrefix(s); return err == nil })
	case field == "http-header" && c.HttpHeaderConfig != nil:
		h := c.HttpHeaderConfig
		switch name := aws.ToString(h.HttpHeaderName); {
		case h.RegexValues != nil:
			return made, 0, notBuilt("regular expressions in conditions")
		case name == "" || len(name) > 40 || strings.EqualFold(name, "host"):
			return made, 0, invalid("The HTTP header name '%s' is not valid", name)
		}
		made.HttpHeaderConfig, values = h, h.Values
		err = check(field, values, anything)
	case field == "query-string" && c.QueryStringConfig != nil:
		made.QueryStringConfig = c.QueryStringConfig
		for _, pair := range c.QueryStringConfig.Values {
			values = append(values, aws.ToString(pair.Value))
		}
		err = check(field, values, anything)
	default:
		err = invalid("A condition of type '%s' must have its configuration", field)
	}
	return made, len(values), err
}

// check checks the values of a condition. Source of the text about characters: field reports.
func check(field string, values []string, valid func(string) bool) error {
	if len(values) == 0 {
		return invalid("A condition value must be specified for a condition of type '%s'", field)
	}
	for _, value := range values {
		switch {
		case value == "":
			return invalid("A condition value cannot be empty")
		case len(value) > 128:
			return invalid("Condition value '%s' cannot be longer than '128' characters", value)
		case !valid(value):
			return invalid("Condition value '%s' contains a character that is not valid", value)
		}
	}
	return nil
}
