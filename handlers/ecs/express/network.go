package express

import (
	"slices"

	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/kit"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2/ec2network"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/express"
)

// network is where a new service runs: in the default subnets of the account, if the request names none.
func (a *API) network(tx *store.Tx, scope arn.Scope, asked *types.ExpressGatewayServiceNetworkConfiguration) (express.Network, error) {
	var vpc types.AwsVpcConfiguration
	if asked != nil {
		vpc.Subnets, vpc.SecurityGroups = asked.Subnets, asked.SecurityGroups
	}
	if len(vpc.Subnets) == 0 {
		for _, s := range ec2network.DefaultSubnets(tx, scope) {
			vpc.Subnets = append(vpc.Subnets, s.ID)
		}
	}
	if len(vpc.Subnets) == 0 {
		return express.Network{}, kit.InvalidParameter("subnets can not be empty.")
	}
	found, err := a.launches.Network(tx, scope, &vpc)
	if err != nil {
		return express.Network{}, err
	}
	n := express.Network{Public: true, Subnets: slices.Compact(slices.Sorted(slices.Values(vpc.Subnets)))}
	if v := ec2network.FindVPC(tx, scope, found.Subnets[0].VPC); v != nil {
		n.VPC, n.CIDR = v.ID, v.CIDR
	}
	for _, s := range found.Subnets {
		n.Public = n.Public && ec2.LeadsToInternet(tx, s)
	}
	return n, nil
}

// checkNetwork refuses other subnets than those that a service has, and security groups that are not there. Source: none for the
// subnets, as the load balancer is of them: a choice.
func (a *API) checkNetwork(tx *store.Tx, s *express.Service, asked *types.ExpressGatewayServiceNetworkConfiguration) error {
	if asked == nil {
		return nil
	}
	if wanted := slices.Compact(slices.Sorted(slices.Values(asked.Subnets))); len(wanted) > 0 && !slices.Equal(wanted, s.Network.Subnets) {
		return kit.Unsupported("networkConfiguration.subnets of UpdateExpressGatewayService other than the service's")
	}
	_, err := a.launches.Network(tx, s.Scope, &types.AwsVpcConfiguration{Subnets: s.Network.Subnets, SecurityGroups: asked.SecurityGroups})
	return err
}
