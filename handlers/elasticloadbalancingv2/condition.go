package elasticloadbalancingv2

import (
	"net/netip"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	elbv2 "github.com/ecs-emulator/ecs-emulator/internal/aws/elasticloadbalancingv2"
	"github.com/ecs-emulator/ecs-emulator/internal/base/lazyregexp"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sorting"
)

// conditionFields in the order in which rules are answered, which is none of the request
// (ELB0003).
var conditionFields = []string{"query-string", "host-header", "http-header", "path-pattern", "http-request-method", "source-ip"}

// knownFields are them in the order in which a refusal names them (ELB0006).
const knownFields = "http-header,http-request-method,host-header,query-string,path-pattern,source-ip"

// Source of what values consist of: ELBv2 API reference, RuleCondition. That a host without a wildcard
// has a dot: ELB0006.
var (
	hostValue   = lazyregexp.New(`^[A-Za-z0-9.*?-]*[.*?][A-Za-z0-9.*?-]*$`)
	pathValue   = lazyregexp.New(`^[A-Za-z0-9_.$/~"'@:+&*?-]+$`)
	methodValue = lazyregexp.New(`^[A-Z_-]+$`)
)

// conditionsOf checks the conditions of a rule and fills in the forms in which AWS answers
// them. Source of the texts: ELB0006, but for those that are said to be the emulator's.
func conditionsOf(given []types.RuleCondition) ([]types.RuleCondition, error) {
	if len(given) == 0 {
		return nil, invalid("A condition must be specified")
	}
	var made []types.RuleCondition
	values := 0
	for _, c := range given {
		field := aws.ToString(c.Field)
		if !slices.Contains(conditionFields, field) {
			return nil, invalid("Condition field '%s' must be one of '%s'", field, knownFields)
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
	if values > elbv2.MostConditionValues {
		return nil, invalid("A rule can only have '%d' condition values and regex values", elbv2.MostConditionValues)
	}
	sorting.By(made, func(x, y types.RuleCondition) int {
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
	if c.Values != nil { // the text is the emulator's
		return made, 0, invalid("You cannot provide Values for a condition of type '%s'", field)
	}
	return configured(field, c)
}

// textual are conditions on hosts and paths, whose values or expressions stand in one of two
// places, and are answered in both (ELB0003, which has no expressions). Source of the text about
// values in both: field reports.
func textual(field string, c types.RuleCondition) (made types.RuleCondition, n int, err error) {
	values, expressions, config := c.Values, c.RegexValues, configs[field]
	given := true
	switch h, p := c.HostHeaderConfig, c.PathPatternConfig; {
	case field == "host-header" && h != nil:
		values, expressions = h.Values, h.RegexValues
	case field == "path-pattern" && p != nil:
		values, expressions = p.Values, p.RegexValues
	default:
		given = false
	}
	switch {
	case given && c.Values != nil:
		return made, 0, invalid("You cannot provide both Values and '%s' for a condition of type '%s'", config, field)
	case given && c.RegexValues != nil:
		return made, 0, invalid("You cannot provide both RegexValues and '%s' for a condition of type '%s'", config, field)
	case !given && values == nil && expressions == nil:
		return made, 0, without(field, "Values or RegexValues or "+config)
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

// configs are the members that have what a condition on a field is about.
var configs = map[string]string{
	"host-header": "HostHeaderConfig", "path-pattern": "PathPatternConfig", "http-header": "HttpHeaderConfig",
	"query-string": "QueryStringConfig", "http-request-method": "HttpRequestMethodConfig", "source-ip": "SourceIpConfig",
}

// without refuses a condition that says nothing about its field.
func without(field, members string) error {
	return invalid("For conditions of type '%s', you must specify the following fields: '%s'", field, members)
}

// onlyOwn refuses what conditions of other fields have: it would else be lost. Source: ELBv2
// API reference, RuleCondition. The text about configurations is the emulator's.
func onlyOwn(field string, c types.RuleCondition) error {
	if c.RegexValues != nil && field != "host-header" && field != "path-pattern" && field != "http-header" {
		return invalid("'RegexValues' is not supported for a condition of type '%s'", field)
	}
	given := map[string]bool{
		"host-header": c.HostHeaderConfig != nil, "path-pattern": c.PathPatternConfig != nil, "http-header": c.HttpHeaderConfig != nil,
		"query-string": c.QueryStringConfig != nil, "http-request-method": c.HttpRequestMethodConfig != nil, "source-ip": c.SourceIpConfig != nil,
	}
	if !given[field] && c.Values == nil && c.RegexValues == nil {
		return nil // that is refused first
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
		err = checkUpTo(elbv2.LongestHeaderName, field, values, methodValue.MatchString)
	case field == "source-ip" && c.SourceIpConfig != nil:
		if c.SourceIpConfig.IpAddressType != "" {
			return made, 0, notBuilt("conditions by IP address type")
		}
		made.SourceIpConfig, values = c.SourceIpConfig, c.SourceIpConfig.Values
		for _, value := range values {
			if _, err := netip.ParsePrefix(value); err != nil {
				return made, 0, invalid("The specified value '%s' is not a valid CIDR block", value)
			}
		}
		err = check(field, values, elbv2.Shown.MatchString)
	case field == "http-header" && c.HttpHeaderConfig != nil:
		return onHeader(field, *c.HttpHeaderConfig, c.RegexValues)
	case field == "query-string" && c.QueryStringConfig != nil:
		made.QueryStringConfig = c.QueryStringConfig
		for _, pair := range c.QueryStringConfig.Values {
			if key := aws.ToString(pair.Key); len(key) > elbv2.LongestConditionValue || !elbv2.Shown.MatchString(key) { // the text is the emulator's
				return made, 0, invalid("The key '%s' of a query string is not valid", key)
			}
			values = append(values, aws.ToString(pair.Value))
		}
		err = check(field, values, elbv2.Shown.MatchString)
	default:
		err = without(field, configs[field])
	}
	return made, len(values), err
}

// onHeader are conditions on headers, whose expressions may stand beside the configuration.
func onHeader(field string, h types.HttpHeaderConditionConfig, beside []string) (made types.RuleCondition, n int, err error) {
	if text := elbv2.RefuseHeaderName(aws.ToString(h.HttpHeaderName)); text != "" {
		return made, 0, invalid("%s", text)
	}
	switch {
	case beside != nil && h.RegexValues != nil:
		return made, 0, invalid("You cannot provide both RegexValues and 'HttpHeaderConfig' for a condition of type '%s'", field)
	case beside != nil:
		h.RegexValues = beside
	}
	n, err = checkEither(field, h.Values, h.RegexValues, elbv2.Shown.MatchString)
	return types.RuleCondition{Field: &field, HttpHeaderConfig: &h}, n, err
}

// checkEither checks values or expressions, of which a condition has one kind, and counts them. The
// text about expressions is the emulator's.
func checkEither(field string, values, expressions []string, valid func(string) bool) (n int, err error) {
	switch {
	case (len(values) > 0) == (len(expressions) > 0):
		return 0, invalid("You must provide exactly one of the following: ['Values' 'RegexValues'] for config of type '%s'", configs[field])
	case len(expressions) > 0:
		for _, text := range expressions {
			if len(text) <= elbv2.LongestConditionValue && !expression(text) {
				return 0, invalid("The regular expression '%s' is not valid", text)
			}
		}
		return len(expressions), check(field, expressions, elbv2.Shown.MatchString)
	}
	return len(values), check(field, values, valid)
}

// check checks the values of a condition.
func check(field string, values []string, valid func(string) bool) error {
	return checkUpTo(elbv2.LongestConditionValue, field, values, valid)
}

func checkUpTo(most int, field string, values []string, valid func(string) bool) error {
	if text := elbv2.RefuseConditionValues(most, field, values, valid); text != "" {
		return invalid("%s", text)
	}
	return nil
}
