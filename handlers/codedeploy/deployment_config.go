package codedeploy

import (
	"cmp"
	"context"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/codedeploy"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/codedeploy"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/codedeploy/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

func (a *API) CreateDeploymentConfig(ctx context.Context, in *sdk.CreateDeploymentConfigInput) (*sdk.CreateDeploymentConfigOutput, error) {
	if err := checkName("deploymentConfigName", in.DeploymentConfigName); err != nil {
		return nil, err
	}
	if strings.HasPrefix(*in.DeploymentConfigName, codedeploy.Own) {
		return nil, refuse("InvalidDeploymentConfigNameException", "Names that begin with %s are AWS's own.", codedeploy.Own)
	}
	made := &codedeploy.Configuration{
		Scope: awsapi.CallScope(ctx), Name: *in.DeploymentConfigName, ID: arn.NewUUID(), CreatedAt: a.time(),
		Platform: cmp.Or(in.ComputePlatform, types.ComputePlatformServer), Traffic: in.TrafficRoutingConfig, Hosts: in.MinimumHealthyHosts, Zones: in.ZonalConfig,
	}
	if err := checkConfiguration(made); err != nil {
		return nil, err
	}
	return &sdk.CreateDeploymentConfigOutput{DeploymentConfigId: &made.ID}, a.Store.Update(func(tx *store.Tx) error {
		if codedeploy.Configurations.Find(tx, made.Scope, made.Name) != nil {
			return refuse("DeploymentConfigAlreadyExistsException", "A deployment configuration with the name '%s' already exists.", made.Name)
		}
		codedeploy.Configurations.Put(tx, made)
		return nil
	})
}

// checkConfiguration refuses a configuration that its platform does not have, and fills in what it does not say. Source: CodeDeploy
// API reference, CreateDeploymentConfig. The texts are the emulator's.
func checkConfiguration(c *codedeploy.Configuration) error {
	if c.Platform == types.ComputePlatformServer {
		return checkHosts(c)
	}
	switch {
	case c.Hosts != nil:
		return refuse("InvalidMinimumHealthyHostValueException", "minimumHealthyHosts is of the compute platform Server only.")
	case c.Zones != nil:
		return refuse("InvalidZonalDeploymentConfigurationException", "zonalConfig is of the compute platform Server only.")
	case c.Traffic == nil || c.Traffic.Type == "":
		c.Traffic = codedeploy.AtOnce()
	}
	return checkTraffic(c.Traffic)
}

func checkHosts(c *codedeploy.Configuration) error {
	invalid := func(format string, args ...any) error {
		return refuse("InvalidMinimumHealthyHostValueException", format, args...)
	}
	switch {
	case c.Traffic != nil:
		return refuse("InvalidTrafficRoutingConfigurationException", "trafficRoutingConfig is of the compute platforms ECS and Lambda only.")
	case c.Hosts == nil || c.Hosts.Type == "":
		return invalid("minimumHealthyHosts must be specified with a type and a value.")
	case c.Hosts.Value < 0:
		return invalid("The value %d of minimumHealthyHosts must not be negative.", c.Hosts.Value)
	case c.Hosts.Type == types.MinimumHealthyHostsTypeFleetPercent && c.Hosts.Value >= 100:
		return invalid("The value %d of FLEET_PERCENT must be less than 100.", c.Hosts.Value)
	}
	return nil
}

// mostMinutes is the longest time between two shifts, and the longest wait: two days. Source: CodeDeploy user guide, quotas.
const mostMinutes = 2880

// checkTraffic refuses percentages that shift nothing or all, and times that are too long.
func checkTraffic(t *types.TrafficRoutingConfig) error {
	invalid := func(format string, args ...any) error {
		return refuse("InvalidTrafficRoutingConfigurationException", format, args...)
	}
	var percentage, interval int32
	switch canary, linear := t.TimeBasedCanary, t.TimeBasedLinear; {
	case canary != nil && t.Type != types.TrafficRoutingTypeTimeBasedCanary, linear != nil && t.Type != types.TrafficRoutingTypeTimeBasedLinear:
		return invalid("Traffic routing of type %s has no other settings than its own.", t.Type)
	case t.Type == types.TrafficRoutingTypeAllAtOnce:
		return nil
	case canary != nil:
		percentage, interval = canary.CanaryPercentage, canary.CanaryInterval
	case linear != nil:
		percentage, interval = linear.LinearPercentage, linear.LinearInterval
	default:
		return invalid("Traffic routing of type %s needs a percentage and an interval.", t.Type)
	}
	switch {
	case percentage < 1 || percentage > 99:
		return invalid("The percentage %d must be from 1 to 99.", percentage)
	case interval < 1 || interval > mostMinutes:
		return invalid("The interval %d must be from 1 to %d minutes.", interval, mostMinutes)
	}
	return nil
}

func (a *API) GetDeploymentConfig(ctx context.Context, in *sdk.GetDeploymentConfigInput) (*sdk.GetDeploymentConfigOutput, error) {
	if err := checkName("deploymentConfigName", in.DeploymentConfigName); err != nil {
		return nil, err
	}
	c := codedeploy.FindConfiguration(a.Store.Read(), awsapi.CallScope(ctx), *in.DeploymentConfigName)
	if c == nil {
		return nil, noConfiguration(*in.DeploymentConfigName)
	}
	return &sdk.GetDeploymentConfigOutput{DeploymentConfigInfo: &types.DeploymentConfigInfo{
		DeploymentConfigId: awsapi.Optional(c.ID), DeploymentConfigName: &c.Name, ComputePlatform: c.Platform, CreateTime: awsapi.OptionalTime(c.CreatedAt),
		TrafficRoutingConfig: c.Traffic, MinimumHealthyHosts: c.Hosts, ZonalConfig: c.Zones,
	}}, nil
}

func (a *API) ListDeploymentConfigs(ctx context.Context, in *sdk.ListDeploymentConfigsInput) (*sdk.ListDeploymentConfigsOutput, error) {
	all := codedeploy.AllConfigurations(a.Store.Read(), awsapi.CallScope(ctx))
	names, next, err := listed(all, func(c *codedeploy.Configuration) string { return c.Name }, in.NextToken)
	return &sdk.ListDeploymentConfigsOutput{DeploymentConfigsList: names, NextToken: next}, err
}

// DeleteDeploymentConfig has no error for a configuration that is not there.
func (a *API) DeleteDeploymentConfig(ctx context.Context, in *sdk.DeleteDeploymentConfigInput) (*sdk.DeleteDeploymentConfigOutput, error) {
	if err := checkName("deploymentConfigName", in.DeploymentConfigName); err != nil {
		return nil, err
	}
	scope, name := awsapi.CallScope(ctx), *in.DeploymentConfigName
	if strings.HasPrefix(name, codedeploy.Own) {
		return nil, refuse("InvalidOperationException", "The deployment configuration '%s' is AWS's own and cannot be deleted.", name)
	}
	return &sdk.DeleteDeploymentConfigOutput{}, a.Store.Update(func(tx *store.Tx) error {
		c := codedeploy.Configurations.Find(tx, scope, name)
		if c == nil {
			return nil
		}
		for _, g := range codedeploy.GroupsOf(tx, scope) {
			if aws.ToString(g.Info.DeploymentConfigName) == name {
				return refuse("DeploymentConfigInUseException", "The deployment configuration '%s' is in use by the deployment group '%s'.", name, g.Name)
			}
		}
		codedeploy.Configurations.Delete(tx, c)
		return nil
	})
}
