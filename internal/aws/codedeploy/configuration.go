package codedeploy

import (
	"strings"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/codedeploy/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// Configurations are the deployment configurations that users have made, by their names. AWS's own are no rows: see
// [FindConfiguration].
var Configurations = store.NewScoped("codedeploy-deployment-config", configurationARN, (*Configuration).ARN)

// Configuration says how traffic shifts, or how many instances stay healthy. Handlers write it, once.
type Configuration struct {
	Scope     arn.Scope
	Name, ID  string
	Platform  types.ComputePlatform
	Traffic   *types.TrafficRoutingConfig
	Hosts     *types.MinimumHealthyHosts // on servers
	Zones     *types.ZonalConfig         // on servers
	CreatedAt time.Time                  // the zero time for AWS's own
	Tags      []types.Tag
}

func (c *Configuration) ARN() string { return configurationARN(c.Scope, c.Name) }

func configurationARN(s arn.Scope, name string) string { return prefix(s) + "deploymentconfig:" + name }

// Own is what the names of AWS's own configurations begin with.
const Own = "CodeDeployDefault."

// AllAtOnce is the configuration of groups that name none. Source: CodeDeploy API reference, CreateDeploymentGroup.
const (
	ECSAllAtOnce     = Own + "ECSAllAtOnce"
	LambdaAllAtOnce  = Own + "LambdaAllAtOnce"
	ServerOneAtATime = Own + "OneAtATime"
)

// own are AWS's own configurations (CD0013), also for the other platforms, which groups and lists may name.
// Source: CodeDeploy user guide, working with deployment configurations.
var own = []*Configuration{
	server("AllAtOnce", types.MinimumHealthyHostsTypeHostCount, 0),
	server("HalfAtATime", types.MinimumHealthyHostsTypeFleetPercent, 50),
	server("OneAtATime", types.MinimumHealthyHostsTypeHostCount, 1),
	shifting("ECSAllAtOnce", types.ComputePlatformEcs, AtOnce()),
	shifting("ECSCanary10Percent15Minutes", types.ComputePlatformEcs, canary(15)),
	shifting("ECSCanary10Percent5Minutes", types.ComputePlatformEcs, canary(5)),
	shifting("ECSLinear10PercentEvery1Minutes", types.ComputePlatformEcs, linear(1)),
	shifting("ECSLinear10PercentEvery3Minutes", types.ComputePlatformEcs, linear(3)),
	shifting("LambdaAllAtOnce", types.ComputePlatformLambda, AtOnce()),
	shifting("LambdaCanary10Percent10Minutes", types.ComputePlatformLambda, canary(10)),
	shifting("LambdaCanary10Percent15Minutes", types.ComputePlatformLambda, canary(15)),
	shifting("LambdaCanary10Percent30Minutes", types.ComputePlatformLambda, canary(30)),
	shifting("LambdaCanary10Percent5Minutes", types.ComputePlatformLambda, canary(5)),
	shifting("LambdaLinear10PercentEvery10Minutes", types.ComputePlatformLambda, linear(10)),
	shifting("LambdaLinear10PercentEvery1Minute", types.ComputePlatformLambda, linear(1)),
	shifting("LambdaLinear10PercentEvery2Minutes", types.ComputePlatformLambda, linear(2)),
	shifting("LambdaLinear10PercentEvery3Minutes", types.ComputePlatformLambda, linear(3)),
}

func server(name string, kind types.MinimumHealthyHostsType, value int32) *Configuration {
	return &Configuration{Name: Own + name, Platform: types.ComputePlatformServer, Hosts: &types.MinimumHealthyHosts{Type: kind, Value: value}}
}

func shifting(name string, platform types.ComputePlatform, traffic *types.TrafficRoutingConfig) *Configuration {
	return &Configuration{Name: Own + name, Platform: platform, Traffic: traffic}
}

// AtOnce is the traffic routing of a configuration that says nothing of it.
func AtOnce() *types.TrafficRoutingConfig {
	return &types.TrafficRoutingConfig{Type: types.TrafficRoutingTypeAllAtOnce}
}

// tenth is what AWS's own configurations shift at once, in percent.
const tenth = 10

func canary(interval int32) *types.TrafficRoutingConfig {
	return &types.TrafficRoutingConfig{
		Type: types.TrafficRoutingTypeTimeBasedCanary, TimeBasedCanary: &types.TimeBasedCanary{CanaryPercentage: tenth, CanaryInterval: interval},
	}
}

func linear(interval int32) *types.TrafficRoutingConfig {
	return &types.TrafficRoutingConfig{
		Type: types.TrafficRoutingTypeTimeBasedLinear, TimeBasedLinear: &types.TimeBasedLinear{LinearPercentage: tenth, LinearInterval: interval},
	}
}

// FindConfiguration returns a configuration by its name, AWS's own included, or nil.
func FindConfiguration(tx *store.Tx, s arn.Scope, name string) *Configuration {
	if !strings.HasPrefix(name, Own) {
		return Configurations.Find(tx, s, name)
	}
	for _, c := range own {
		if c.Name == name {
			return c.in(s)
		}
	}
	return nil
}

// AllConfigurations are all that a scope has, AWS's own first.
func AllConfigurations(tx *store.Tx, s arn.Scope) []*Configuration {
	var all []*Configuration
	for _, c := range own {
		all = append(all, c.in(s))
	}
	return append(all, Configurations.List(tx, s)...)
}

// in is one of AWS's own as a scope has it.
func (c *Configuration) in(s arn.Scope) *Configuration {
	there := *c
	there.Scope = s
	return &there
}
