package launch

import (
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/kit"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
)

// maxLoadBalancers is how many load balancers a service can have. Source: ECS API reference, CreateService.
const maxLoadBalancers = 5

// CheckLoadBalancers is what a request alone tells of load balancers.
func CheckLoadBalancers(balancers []types.LoadBalancer) error {
	if len(balancers) > maxLoadBalancers {
		return kit.InvalidParameter(fmt.Sprintf("load balancers can have at most %d items.", maxLoadBalancers))
	}
	classic := 0
	seen := map[string]bool{}
	for _, b := range balancers {
		group := aws.ToString(b.TargetGroupArn)
		switch {
		case group != "" && aws.ToString(b.LoadBalancerName) != "":
			return kit.InvalidParameter("loadBalancerName and targetGroupArn cannot both be specified. " +
				"You must specify either a loadBalancerName or a targetGroupArn in all loadBalancer entries")
		case group == "":
			classic++
		case seen[group]:
			return kit.InvalidParameter("Duplicate targetGroupArn found: " + group)
		}
		seen[group] = true
	}
	if classic > 0 && classic < len(balancers) {
		return kit.InvalidParameter("All loadBalancers must be strictly either ELBv1 (defining loadBalancerName) or ELBv2 (defining targetGroupArn)")
	}
	return checkAdvancedConfigurations(balancers)
}

// CheckSetLoadBalancers is CheckLoadBalancers for one task set. Source: ECS0332.5; the words are by analogy.
func CheckSetLoadBalancers(balancers []types.LoadBalancer) error {
	if len(balancers) > 1 {
		return kit.InvalidParameter("load balancers can have at most 1 items.")
	}
	for _, b := range balancers {
		if b.AdvancedConfiguration != nil {
			return kit.InvalidParameter("loadBalancers.advancedConfiguration is only supported with the ECS deployment controller.")
		}
	}
	return CheckLoadBalancers(balancers)
}
