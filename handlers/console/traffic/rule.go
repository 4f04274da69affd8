package traffic

import (
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	elbv2 "github.com/ecs-emulator/ecs-emulator/internal/aws/elasticloadbalancingv2"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
)

// conditions says the conditions of a rule in words: path-pattern is /api/* or /v2/*.
func conditions(list []types.RuleCondition) string {
	all := make([]string, 0, len(list))
	for _, c := range list {
		field := aws.ToString(c.Field)
		if c.HttpHeaderConfig != nil {
			field += " " + aws.ToString(c.HttpHeaderConfig.HttpHeaderName)
		}
		all = append(all, field+" is "+strings.Join(valuesOf(c), " or "))
	}
	return strings.Join(all, " and ")
}

func valuesOf(c types.RuleCondition) (values []string) {
	switch {
	case c.HostHeaderConfig != nil:
		values = slices.Concat(c.HostHeaderConfig.Values, c.HostHeaderConfig.RegexValues)
	case c.PathPatternConfig != nil:
		values = slices.Concat(c.PathPatternConfig.Values, c.PathPatternConfig.RegexValues)
	case c.HttpHeaderConfig != nil:
		values = slices.Concat(c.HttpHeaderConfig.Values, c.HttpHeaderConfig.RegexValues)
	case c.HttpRequestMethodConfig != nil:
		values = c.HttpRequestMethodConfig.Values
	case c.SourceIpConfig != nil:
		values = c.SourceIpConfig.Values
	case c.QueryStringConfig != nil:
		for _, pair := range c.QueryStringConfig.Values {
			text := aws.ToString(pair.Value)
			if key := aws.ToString(pair.Key); key != "" {
				text = key + "=" + text
			}
			values = append(values, text)
		}
	default:
		values = c.Values
	}
	return values
}

// actions says the actions of a rule in words. The body of a fixed response is not shown, nor a client's secret of a login.
func actions(list []types.Action) string {
	all := make([]string, 0, len(list))
	for _, a := range list {
		switch {
		case a.RedirectConfig != nil:
			all = append(all, "redirect "+string(a.RedirectConfig.StatusCode)+" to "+redirection(a.RedirectConfig))
		case a.FixedResponseConfig != nil:
			all = append(all, "answer "+aws.ToString(a.FixedResponseConfig.StatusCode))
		case a.ForwardConfig != nil && len(a.ForwardConfig.TargetGroups) > 0:
			all = append(all, "forward to "+shares(a.ForwardConfig.TargetGroups))
		case a.TargetGroupArn != nil:
			all = append(all, "forward to "+groupName(*a.TargetGroupArn))
		default:
			all = append(all, string(a.Type))
		}
	}
	return strings.Join(all, ", then ")
}

// shares are target groups with their weights, where there are several.
func shares(groups []types.TargetGroupTuple) string {
	if len(groups) == 1 {
		return groupName(aws.ToString(groups[0].TargetGroupArn))
	}
	list := make([]string, 0, len(groups))
	for _, t := range groups {
		list = append(list, fmt.Sprintf("%s (weight %d)", groupName(aws.ToString(t.TargetGroupArn)), elbv2.Weight(t)))
	}
	return strings.Join(list, " and ")
}

func redirection(c *types.RedirectActionConfig) string {
	text := aws.ToString(c.Protocol) + "://" + aws.ToString(c.Host) + ":" + aws.ToString(c.Port) + aws.ToString(c.Path)
	if query := aws.ToString(c.Query); query != "" {
		text += "?" + query
	}
	return text
}

// groupName is the name of a target group in its ARN: …:targetgroup/NAME/ID.
func groupName(groupARN string) string {
	return arn.Name(strings.TrimSuffix(groupARN, "/"+arn.Name(groupARN)))
}
