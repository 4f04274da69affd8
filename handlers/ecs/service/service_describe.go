package service

import (
	"context"
	"fmt"
	"slices"

	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/kit"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// maxDescribedServices is how many services a call may name. Source: DescribeServices.
const maxDescribedServices = 10

// DescribeServices shows services in any status; those that are unknown are failures
// with the reason MISSING (ECS0088), and more than 10 are refused (ECS0161).
func (a *API) DescribeServices(ctx context.Context, in *sdk.DescribeServicesInput) (*sdk.DescribeServicesOutput, error) {
	switch {
	case len(in.Services) == 0:
		return nil, kit.InvalidParameter("Services cannot be empty.")
	case len(in.Services) > maxDescribedServices:
		return nil, kit.InvalidParameter(fmt.Sprintf("service names can have at most %d items.", maxDescribedServices))
	}
	c, err := a.ReadIn(ctx, in.Cluster)
	if err != nil {
		return nil, err
	}
	out := &sdk.DescribeServicesOutput{Failures: []types.Failure{}, Services: []types.Service{}}
	withTags := slices.Contains(in.Include, types.ServiceFieldTags)
	for _, ref := range in.Services {
		id, err := c.ServiceARN(ref)
		if err != nil {
			return nil, err
		}
		if service := state.FindService(c.Tx, id); service != nil {
			shown := describeService(c.Tx, service, withTags)
			shown.CurrentServiceDeployment = currentServiceDeployment(c.Tx, service)
			out.Services = append(out.Services, *shown)
		} else {
			out.Failures = append(out.Failures, kit.Missing(id))
		}
	}
	return out, nil
}
