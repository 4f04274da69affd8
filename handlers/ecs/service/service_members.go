package service

import (
	"reflect"
	"slices"

	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/launch"
	"github.com/ecs-emulator/ecs-emulator/internal/base/member"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs"
)

func ofCreate(in *sdk.CreateServiceInput) Request {
	return Request{
		in.LoadBalancers, in.GatewayConnectors, in.ServiceRegistries, in.HealthCheckGracePeriodSeconds, &in.EnableExecuteCommand, in.VolumeConfigurations,
		in.ServiceConnectConfiguration, in.VpcLatticeConfigurations, in.DeploymentConfiguration, in.AvailabilityZoneRebalancing,
	}
}

func ofUpdate(in *sdk.UpdateServiceInput) Request {
	return Request{
		in.LoadBalancers, in.GatewayConnectors, in.ServiceRegistries, in.HealthCheckGracePeriodSeconds, in.EnableExecuteCommand, in.VolumeConfigurations,
		in.ServiceConnectConfiguration, in.VpcLatticeConfigurations, in.DeploymentConfiguration, in.AvailabilityZoneRebalancing,
	}
}

// serviceMembers are members that both requests have, in the order in which they are resolved. CreateService, UpdateService and
// what describes a service go through them. Gateways fit or not by subnets that are there, so their connectors come after the network.
var serviceMembers = []serviceMember{
	loadBalancers{}, serviceRegistries{}, healthCheckGracePeriod{}, executeCommand{}, networkConfiguration{}, gatewayConnectors{}, volumeConfigurations{},
	serviceConnect{}, vpcLattice{}, deploymentConfiguration{}, deploymentAlarms{}, zoneRebalancing{},
}

func (r Request) Names() (all Named) {
	for _, m := range serviceMembers {
		named := m.names(r)
		all.Resources, all.Ports = append(all.Resources, named.Resources...), append(all.Ports, named.Ports...)
	}
	return all
}

// Or takes from another request what this one leaves out.
func (r Request) Or(other Request) Request {
	mine, others := reflect.ValueOf(&r).Elem(), reflect.ValueOf(other)
	for i := range mine.NumField() {
		if mine.Field(i).IsZero() {
			mine.Field(i).Set(others.Field(i))
		}
	}
	return r
}

func (in *resolving) resolve() error {
	for _, m := range serviceMembers {
		if err := m.resolve(in); err != nil {
			return err
		}
	}
	return nil
}

func (r Request) check() error {
	for _, m := range serviceMembers {
		if err := m.check(r); err != nil {
			return err
		}
	}
	return nil
}

// sharedRows are what both operations have.
func sharedRows() []member.Row {
	shared := slices.Concat(
		member.Act("cluster"),
		member.Act("desiredCount", "enableECSManagedTags"),
		member.Act("monitoring.metricConfigurations[].metricNames", "monitoring.metricConfigurations[].resolutionSeconds"),
		member.Act(
			"placementConstraints[].expression", "placementConstraints[].type", "placementStrategy[].field", "placementStrategy[].type",
			"propagateTags", "taskDefinition",
		),
	)
	for _, m := range serviceMembers {
		shared = append(shared, m.rows()...)
	}
	return shared
}

// CreateServiceTable and UpdateServiceTable say what becomes of the members of services.
var (
	CreateServiceTable = member.Of[sdk.CreateServiceInput]("CreateService", sharedRows(), launch.CapacityMembers, launch.LaunchTypeMembers,
		member.Act("clientToken", "deploymentController.type", "schedulingStrategy", "serviceName", "tags[].key", "tags[].value"),
		member.ActInPart("role", "it has to trust ECS, unless unknown roles are taken; what its policies allow is not looked at"),
	)
	UpdateServiceTable = member.Of[sdk.UpdateServiceInput]("UpdateService", sharedRows(), launch.CapacityMembers,
		member.Act("deploymentController.type", "forceNewDeployment", "service"),
	)
	CreateServiceMembers = member.NewPlan[sdk.CreateServiceInput](CreateServiceTable, launch.NetworkTable, DeploymentTable, launch.ServiceVolumeTable)
	UpdateServiceMembers = member.NewPlan[sdk.UpdateServiceInput](UpdateServiceTable, launch.NetworkTable, DeploymentTable, launch.ServiceVolumeTable)
)
