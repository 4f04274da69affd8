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
	// token is what RFC 7230 calls that: the name of a header, or of a cookie.
	token = regexp.MustCompile("^[0-9A-Za-z!#$%&'*+.^_`|~-]+$")
	// shown has no control characters, which neither a header nor XML can have.
	shown = regexp.MustCompile(`^\P{Cc}*$`)
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
	if err := onlyOwn(field, c); err != nil {
		return made, 0, err
	}
	switch field {
	case "host-header", "path-pattern":
		return textual(field, c)
	}
	if c.Values != nil {
		return made, 0, invalid("You cannot provide Values for a condition of type '%s'", field)
	}
	return configured(field, c)
}

// textual are conditions on hosts and paths, whose values or expressions stand in one of two
// places, and are answered in both (ELB0003, which has no expressions). Source of the first text:
// field reports.
func textual(field string, c types.RuleCondition) (made types.RuleCondition, n int, err error) {
	values, expressions, config := c.Values, c.RegexValues, ""
	switch h, p := c.HostHeaderConfig, c.PathPatternConfig; {
	case h != nil:
		values, expressions, config = h.Values, h.RegexValues, "HostHeaderConfig"
	case p != nil:
		values, expressions, config = p.Values, p.RegexValues, "PathPatternConfig"
	}
	switch {
	case config != "" && c.Values != nil:
		return made, 0, invalid("You cannot provide both Values and '%s' for a condition of type '%s'", config, field)
	case config != "" && c.RegexValues != nil:
		return made, 0, invalid("You cannot provide both RegexValues and '%s' for a condition of type '%s'", config, field)
	}
	made = types.RuleCondition{Field: &field, Values: values, RegexValues: expressions}
	valid := hostValue.MatchString
	if field == "host-header" {
		made.HostHeaderConfig = &types.HostHeaderConditionConfig{Values: values, RegexValues: expressions}
	} else {
		valid = pathValue.MatchString
		made.PathPatternConfig = &types.PathPatternConditionConfig{Values: values, RegexValues: expressions}
	}
	n, err = checkEither(field, values, expressions, valid)
	return made, n, err
}

// onlyOwn refuses what conditions of other fields have: it would else be lost. Source: ELBv2
// API reference, RuleCondition.
func onlyOwn(field string, c types.RuleCondition) error {
	if c.RegexValues != nil && field != "host-header" && field != "path-pattern" && field != "http-header" {
		return invalid("You cannot provide RegexValues for a condition of type '%s'", field)
	}
	given := map[string]bool{
		"host-header": c.HostHeaderConfig != nil, "path-pattern": c.PathPatternConfig != nil, "http-header": c.HttpHeaderConfig != nil,
		"query-string": c.QueryStringConfig != nil, "http-request-method": c.HttpRequestMethodConfig != nil, "source-ip": c.SourceIpConfig != nil,
	}
	for _, other := range conditionFields {
		if given[other] && other != field {
			return invalid("A condition of type '%s' cannot have the configuration of one of type '%s'", field, other)
		}
	}
	return nil
}

// configured are conditions of the other four fields, which have values of their own kind.
func configured(field string, c types.RuleCondition) (made types.RuleCondition, n int, err error) {
	made.Field = &field
	var values []string
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
		return onHeader(field, *c.HttpHeaderConfig, c.RegexValues)
	case field == "query-string" && c.QueryStringConfig != nil:
		made.QueryStringConfig = c.QueryStringConfig
		for _, pair := range c.QueryStringConfig.Values {
			if key := aws.ToString(pair.Key); len(key) > 128 || !shown.MatchString(key) {
				return made, 0, invalid("The key '%s' of a query string is not valid", key)
			}
			values = append(values, aws.ToString(pair.Value))
		}
		err = check(field, values, shown.MatchString)
	default:
		err = invalid("A condition of type '%s' must have its configuration", field)
	}
	return made, len(values), err
}

// onHeader are conditions on headers, whose expressions may stand beside the configuration.
func onHeader(field string, h types.HttpHeaderConditionConfig, beside []string) (made types.RuleCondition, n int, err error) {
	name := aws.ToString(h.HttpHeaderName)
	switch {
	case len(name) > 40 || strings.EqualFold(name, "host") || !token.MatchString(name):
		return made, 0, invalid("The HTTP header name '%s' is not valid", name)
	case beside != nil && h.RegexValues != nil:
		return made, 0, invalid("You cannot provide both RegexValues and 'HttpHeaderConfig' for a condition of type '%s'", field)
	case beside != nil:
		h.RegexValues = beside
	}
	n, err = checkEither(field, h.Values, h.RegexValues, shown.MatchString)
	return types.RuleCondition{Field: &field, HttpHeaderConfig: &h}, n, err
}

// checkEither checks values or expressions, of which a condition has one kind, and counts them.
func checkEither(field string, values, expressions []string, valid func(string) bool) (n int, err error) {
	switch {
	case values != nil && expressions != nil:
		return 0, invalid("You cannot provide both Values and RegexValues for a condition of type '%s'", field)
	case expressions != nil:
		for _, text := range expressions {
			if len(text) <= 128 && !expression(text) {
				return 0, invalid("The regular expression '%s' is not valid", text)
			}
		}
		return len(expressions), check(field, expressions, shown.MatchString)
	}
	return len(values), check(field, values, valid)
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
