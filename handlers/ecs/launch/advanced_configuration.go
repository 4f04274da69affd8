package launch

import (
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/kit"
	elbv2 "github.com/ecs-emulator/ecs-emulator/internal/aws/elasticloadbalancingv2"
	"github.com/ecs-emulator/ecs-emulator/internal/base/lazyregexp"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// checkAdvancedConfigurations is what the request alone tells of where traffic can be shifted.
//
// Source: ECS developer guide, troubleshooting of blue/green deployments. The words for members
// that are missing, and for a testListenerRule of another form, are made by analogy.
func checkAdvancedConfigurations(balancers []types.LoadBalancer) error {
	if !slices.ContainsFunc(balancers, func(b types.LoadBalancer) bool { return b.AdvancedConfiguration != nil }) {
		return nil
	}
	groups := map[string]bool{}
	for _, b := range balancers {
		groups[aws.ToString(b.TargetGroupArn)] = true
	}
	for _, b := range balancers {
		switch {
		case aws.ToString(b.TargetGroupArn) == "":
			return kit.InvalidParameter("advancedConfiguration field is not allowed with ELBv1 loadBalancers")
		case b.AdvancedConfiguration == nil:
			return kit.InvalidParameter("Either all or none of the provided loadBalancers must have advancedConfiguration defined")
		}
		if err := checkAdvancedConfiguration(b.AdvancedConfiguration); err != nil {
			return err
		}
		alternate := *b.AdvancedConfiguration.AlternateTargetGroupArn
		if groups[alternate] {
			return kit.InvalidParameter("Duplicate targetGroupArn found: " + alternate)
		}
		groups[alternate] = true
	}
	return checkRulesOfBothKinds(balancers)
}

// listenerRule is the ARN of a rule of an application load balancer, or of a listener of a network load
// balancer.
var listenerRule = lazyregexp.New(`^arn:[^:]+:elasticloadbalancing:[^:]*:[^:]*:(listener-rule/app(/[^/]+){4}|listener/net(/[^/]+){3})$`)

func checkAdvancedConfiguration(c *types.AdvancedConfiguration) error {
	for _, needed := range []struct {
		name  string
		value *string
	}{
		{"alternateTargetGroupArn", c.AlternateTargetGroupArn},
		{"productionListenerRule", c.ProductionListenerRule},
		{"roleArn", c.RoleArn},
	} {
		if aws.ToString(needed.value) == "" {
			return kit.InvalidParameter(needed.name + " is required in advancedConfiguration.")
		}
	}
	for _, rule := range []struct {
		name  string
		value *string
	}{
		{"productionListenerRule", c.ProductionListenerRule},
		{"testListenerRule", c.TestListenerRule},
	} {
		if value := aws.ToString(rule.value); value != "" && !listenerRule.MatchString(value) {
			return kit.InvalidParameter(rule.name + " has an invalid ARN format. Must be RuleArn for ALB or ListenerArn for NLB. Got: " + value)
		}
	}
	return nil
}

// checkRulesOfBothKinds refuses rules that lead to production and to what is tested.
func checkRulesOfBothKinds(balancers []types.LoadBalancer) error {
	var production, both []string
	for _, b := range balancers {
		production = append(production, *b.AdvancedConfiguration.ProductionListenerRule)
	}
	for _, b := range balancers {
		if test := aws.ToString(b.AdvancedConfiguration.TestListenerRule); slices.Contains(production, test) && !slices.Contains(both, test) {
			both = append(both, test)
		}
	}
	if len(both) > 0 {
		return kit.InvalidParameter("The following rules cannot be used as both production and test listener rules: " + strings.Join(both, ", "))
	}
	return nil
}

// BothGroups are the ARNs of the target groups between which a load balancer shifts traffic; one where
// it shifts none.
func BothGroups(b types.LoadBalancer) []string {
	if b.AdvancedConfiguration == nil {
		return []string{aws.ToString(b.TargetGroupArn)}
	}
	return []string{aws.ToString(b.TargetGroupArn), aws.ToString(b.AdvancedConfiguration.AlternateTargetGroupArn)}
}

// checkTestRule wants a test rule where the rule for production leads to one of the groups only: nothing
// would lead to the other one. That a rule is missing is found out by the deployment, as on AWS.
func checkTestRule(tx *store.Tx, b types.LoadBalancer) error {
	c := b.AdvancedConfiguration
	if c == nil || aws.ToString(c.TestListenerRule) != "" || !strings.Contains(*c.ProductionListenerRule, ":listener-rule/app/") {
		return nil
	}
	rule := elbv2.FindRule(tx, *c.ProductionListenerRule)
	if rule == nil {
		return nil
	}
	for _, group := range BothGroups(b) {
		users := elbv2.GroupUsers(tx, group)
		if !slices.Contains(users, rule.ARN) && !(rule.Default() && slices.Contains(users, rule.Listener)) {
			return kit.InvalidParameter("For Application LoadBalancer, testListenerRule is required when productionListenerRule is not associated with both targetGroup and alternateTargetGroup")
		}
	}
	return nil
}
