package elasticloadbalancingv2

import (
	_ "embed"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/constraint"
	"github.com/ecs-emulator/ecs-emulator/internal/base/lazyregexp"
)

//go:embed model.json
var table []byte

// model is what the service model demands of requests.
var model = constraint.New(table, constraint.Style{
	Code: "ValidationError",
	Seen: map[string]constraint.Shape{
		// That there is one is an assumption; for the most of a load balancer see checkNumber.
		"ModifyLoadBalancerAttributesInput.Attributes": constraint.Length(1, 0),
		"ModifyListenerAttributesInput.Attributes":     constraint.Length(1, 0),
		"ModifyTargetGroupAttributesInput.Attributes":  constraint.Length(1, 0),
		// What the model leaves out. Source: ELBv2 API reference, DescribeTags, RewriteConfig.
		"DescribeTagsInput.ResourceArns": constraint.Length(0, 20),
		"RewriteConfig.Regex":            constraint.Length(1, 1024),
		"RewriteConfig.Replace":          constraint.Length(0, 1024),
		// That these are no longer than those of load balancers is an assumption.
		"ListenerAttribute.Value":    constraint.Length(0, 1024),
		"TargetGroupAttribute.Value": constraint.Length(0, 1024),
	},
	Own: []string{"DescribeTargetHealthInput.Include"}, // see DescribeTargetHealth
})

// refusal is what the framework refuses beside that.
func refusal(v constraint.Violations) error { return v.Refusal("ValidationError") }

// Source: ELBv2 API reference, CreateLoadBalancer and CreateTargetGroup, Name.
var nameCharacters = lazyregexp.New(`^[a-zA-Z0-9-]*$`)

const maxName = 32

// checkBalancerName checks the name of a load balancer. Source of the texts: ELB0004; those about
// empty names and those that begin with a hyphen are the emulator's.
func checkBalancerName(name string) error {
	switch {
	case name == "":
		return invalid("The load balancer name cannot be empty")
	case len(name) > maxName:
		return invalid("The load balancer name '%s' cannot be longer than '%d' characters", name, maxName)
	case !nameCharacters.MatchString(name):
		return invalid("The load balancer name '%s' can only contain characters that are alphanumeric characters and hyphens(-)", name)
	case strings.HasPrefix(name, "-"):
		return invalid("The load balancer name '%s' cannot begin with a hyphen(-)", name)
	case strings.HasSuffix(name, "-"):
		return invalid("The load balancer name '%s' cannot end with a hyphen(-)", name)
	case strings.HasPrefix(name, "internal-"):
		return invalid("The load balancer name '%s' cannot begin with 'internal-'", name)
	}
	return nil
}

// checkGroupName checks the name of a target group. Source of the texts: ELB0004; field reports for
// that about characters. That about empty names is the emulator's.
func checkGroupName(name string) error {
	switch {
	case name == "":
		return invalid("Target group name cannot be empty")
	case len(name) > maxName:
		return invalid("Target group name '%s' cannot be longer than '%d' characters", name, maxName)
	case !nameCharacters.MatchString(name):
		return invalid("Target group name '%s' can only contain characters that are alphanumeric characters or hyphens(-)", name)
	case strings.HasPrefix(name, "-") || strings.HasSuffix(name, "-"):
		var v constraint.Violations
		v.Add("'"+name+"'", "targetGroupName", "satisfy regular expression pattern: (?!^-)(?!.*-$)^[A-Za-z0-9-]+$")
		return refusal(v)
	}
	return nil
}
