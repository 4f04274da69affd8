package check

import (
	"cmp"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/service"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/wire"
)

// update asks the API to update a service: the one that the files make, or else each that there
// can be. It is refused if all of them refuse it, in the words of the likeliest one.
func (c *checker) update(r *request, without leftOut) *refusal {
	s := r.started(without)
	s.LaunchType = "" // which UpdateService does not have
	body := r.input.appendJSON(nil, without)
	for _, worlds := range [][]world{c.worldsOfFiles(r, s, without), c.worldsOfStandIns(r, s, without)} {
		var told *refusal
		for _, w := range worlds {
			switch refused := c.options.ask(w, r.operation, body); {
			case refused == nil:
				return nil
			case !refused.earlier: // or there is no such service
				told = cmp.Or(told, refused)
			}
		}
		if told != nil {
			return told
		}
	}
	return c.options.ask(world{cluster: r.clusterName(without)}, r.operation, body)
}

// serviceOf is the request that makes the service that another one updates; nil if no file has it.
func (c *checker) serviceOf(r *request) *request {
	if r.operation != updateService {
		return nil
	}
	return c.madeService(r)
}

// madeService is the request that makes the service that another one names; nil if no file has it.
func (c *checker) madeService(r *request) *request {
	cluster := func(r *request) string { return arn.Name(cmp.Or(r.input.string("cluster"), "default")) }
	for _, other := range c.requests {
		if other.operation == "CreateService" && other.input.string("serviceName") == arn.Name(r.input.string("service")) && cluster(other) == cluster(r) {
			return other
		}
	}
	return nil
}

// withServiceOf adds to what a CreateTaskSet finds the service that the files make, else one that takes task sets.
func (c *checker) withServiceOf(r *request, w world) world {
	made := c.madeService(r)
	if made == nil {
		w.earlier = append(w.earlier, call{"CreateService", wire.Marshal(&sdk.CreateServiceInput{
			Cluster: aws.String(cmp.Or(w.cluster, "default")), ServiceName: aws.String(arn.Name(r.input.string("service"))), DesiredCount: aws.Int32(1),
			DeploymentController: &types.DeploymentController{Type: types.DeploymentControllerTypeExternal},
		})})
		return w
	}
	first := made.worldWithDefinition(made.started(nil), w.strategy, nil)
	w.earlier = slices.Concat(first.earlier, []call{{"CreateService", made.input.appendJSON(nil, nil)}}, w.earlier)
	w.providers, w.resources = union(first.providers, w.providers), allOf(first.resources, w.resources)
	return w
}

// worldsOfFiles have the service that the files make. A task definition that they do not have suits
// what the service keeps.
func (c *checker) worldsOfFiles(r *request, s started, without leftOut) (worlds []world) {
	made := c.serviceOf(r)
	if made == nil {
		return nil
	}
	has := made.started(nil)
	if s.NetworkConfiguration == nil {
		s.NetworkConfiguration = has.NetworkConfiguration
	}
	if s.CapacityProviderStrategy == nil {
		s.CapacityProviderStrategy = has.CapacityProviderStrategy
	}
	s.service = s.service.Or(has.service)
	s.ports = s.service.Names().Ports
	if s.VolumeConfigurations == nil {
		s.VolumeConfigurations = has.VolumeConfigurations
	}
	s.LaunchType = has.LaunchType
	for _, strategy := range made.clusterStrategies(has) {
		first, w := made.worldWithDefinition(has, strategy, nil), r.worldWithDefinition(s, strategy, without)
		earlier := append(first.earlier, call{"CreateService", made.input.appendJSON(nil, nil)})
		if named := r.input.member("taskDefinition"); named != nil && !without[named] {
			earlier = append(earlier, w.earlier...)
		}
		w.earlier, w.providers, w.resources = earlier, union(first.providers, w.providers), allOf(first.resources, w.resources)
		worlds = append(worlds, w)
	}
	return worlds
}

// capacity is where the tasks of a stand-in run.
type capacity struct {
	launchType types.LaunchType
	strategy   []types.CapacityProviderStrategyItem
}

// capacities are those that a service can have, the likeliest first. A strategy can be that which
// the service has already; then no deployment has to be forced.
func capacities(s started, launchType types.LaunchType) []capacity {
	ec2, fargate, external := capacity{launchType: types.LaunchTypeEc2}, capacity{launchType: types.LaunchTypeFargate}, capacity{launchType: types.LaunchTypeExternal}
	vpc := s.NetworkConfiguration
	publicIP := vpc != nil && vpc.AwsvpcConfiguration != nil && vpc.AwsvpcConfiguration.AssignPublicIp == types.AssignPublicIpEnabled
	switch {
	case len(s.CapacityProviderStrategy) > 0:
		return []capacity{{strategy: s.CapacityProviderStrategy}, fargate, ec2, external}
	case s.PlatformVersion != "" || publicIP || launchType == types.LaunchTypeFargate:
		return []capacity{fargate, ec2, external}
	}
	return []capacity{ec2, fargate, external}
}

// worldsOfStandIns have a service that is made up, with the task definition that the request names.
//
// Services differ in where their tasks run. Beside that a stand-in has a load balancer if it can, which can shift traffic, and
// the strategy to which the request's configuration belongs; it is not rebalanced, needs no healthy task, and has the REPLICA
// strategy: what a service takes that is otherwise, it takes as well.
func (c *checker) worldsOfStandIns(r *request, s started, without leftOut) (worlds []world) {
	for _, on := range capacities(s, c.defaultLaunchType()) {
		s.LaunchType = on.launchType
		w := r.worldWithDefinition(s, nil, without)
		def := new(sdk.RegisterTaskDefinitionInput)
		if err := wire.Unmarshal(w.earlier[0].input, def); err != nil {
			continue // the API tells it of the definition
		}
		in := &sdk.CreateServiceInput{
			Cluster: aws.String(cmp.Or(w.cluster, "default")), ServiceName: aws.String(arn.Name(r.input.string("service"))),
			TaskDefinition: def.Family, DesiredCount: aws.Int32(0), LaunchType: on.launchType, CapacityProviderStrategy: on.strategy,
			AvailabilityZoneRebalancing: types.AvailabilityZoneRebalancingDisabled,
			NetworkConfiguration:        networkFor(def), VolumeConfigurations: volumesFor(def),
		}
		if b := balancerFor(def); b != nil && on.launchType != types.LaunchTypeExternal {
			in.LoadBalancers = []types.LoadBalancer{*b}
			w.resources = allOf(w.resources, service.Request{LoadBalancers: in.LoadBalancers}.Names().Resources)
			in.DeploymentConfiguration = strategyFor(s)
		}
		in.DeploymentConfiguration = cmp.Or(in.DeploymentConfiguration, new(types.DeploymentConfiguration))
		in.DeploymentConfiguration.MinimumHealthyPercent = aws.Int32(0)
		w.earlier = append(w.earlier, call{"CreateService", wire.Marshal(in)})
		worlds = append(worlds, w)
	}
	return worlds
}

// strategyFor is the strategy that the configuration of a request belongs to; nil if it does not tell.
func strategyFor(s started) *types.DeploymentConfiguration {
	switch c := s.service.DeploymentConfiguration; {
	case c != nil && c.CanaryConfiguration != nil:
		return &types.DeploymentConfiguration{Strategy: types.DeploymentStrategyCanary}
	case c != nil && c.LinearConfiguration != nil:
		return &types.DeploymentConfiguration{Strategy: types.DeploymentStrategyLinear}
	}
	return nil
}

// union is the names of both, in order. Nothing has an empty name.
func union(some, more []string) []string {
	all := slices.DeleteFunc(slices.Concat(some, more), func(name string) bool { return name == "" })
	slices.Sort(all)
	return slices.Compact(all)
}

// inScope is the ARN of a service as it is where requests are made; a name is itself.
func inScope(service string) string {
	if a, ok := arn.Parse(service); ok && a.Service == "ecs" {
		return scope.Prefix() + a.Type + "/" + strings.Join(a.Resource, "/")
	}
	return service
}
