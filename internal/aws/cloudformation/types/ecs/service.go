package ecs

import (
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/handler"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/input"
	"github.com/ecs-emulator/ecs-emulator/internal/base/apiclient"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
)

var serviceMembers = []input.Exception{
	input.Renamed("PlacementStrategies", "PlacementStrategy"), input.Skipped("ForceNewDeployment"), input.Skipped("Tags"),
	input.Skipped("ServiceConnectConfiguration.ContainerConfigurations"), // by containerConfigurations
}

// containerConfigurations are settings of the proxy, each a structure of its own in the SDK.
func containerConfigurations(t *handler.Turn, c *types.ServiceConnectConfiguration) {
	if c == nil || t.Properties.Get("ServiceConnectConfiguration").Get("ContainerConfigurations") == nil {
		return
	}
	for _, of := range t.Properties.Get("ServiceConnectConfiguration").Get("ContainerConfigurations").Items {
		c.ContainerConfigurations = append(c.ContainerConfigurations, &types.ServiceConnectContainerConfigurationMemberLogLevel{
			Value: types.ServiceConnectContainerLogLevel(of.TextOf("LogLevel")),
		})
	}
}

func service() *handler.Type {
	return &handler.Type{
		Name:     "AWS::ECS::Service",
		Naming:   handler.Naming{Property: "ServiceName"},
		Identity: handler.ByToken,
		Find:     findService,
		Create:   createService,
		Read:     readService,
		Update:   updateService,
		Delete: func(t *handler.Turn) error {
			return t.Call(apiclient.ECS("DeleteService"), &sdk.DeleteServiceInput{Cluster: serviceCluster(t), Service: &t.ID, Force: aws.Bool(true)}, nil)
		},
		Gone:    serviceGone,
		Tagging: tagging(byID),
		Busy:    func(_ *handler.Turn, e *apiclient.Error) bool { return strings.Contains(e.Message, "still Draining") },
		Within:  3 * time.Hour, // CFN-111
	}
}

// serviceCluster is the cluster of a service, nil for the default one.
func serviceCluster(t *handler.Turn) *string {
	if name := t.Text("Cluster"); name != "" {
		return &name
	}
	return nil
}

// hasTaskSets reports whether the tasks of a service come of task sets: it has no deployments, and stacks wait for its sets.
func hasTaskSets(t *handler.Turn) bool {
	controller := t.Properties.Get("DeploymentController").TextOf("Type")
	return controller == string(types.DeploymentControllerTypeExternal) || controller == string(types.DeploymentControllerTypeCodeDeploy)
}

func createService(t *handler.Turn) error {
	in := sdk.CreateServiceInput{ServiceName: &t.Name, ClientToken: t.Token(), Tags: tags(t.AllTags())}
	if err := t.Fill(&in, serviceMembers...); err != nil {
		return err
	}
	containerConfigurations(t, in.ServiceConnectConfiguration)
	if in.DesiredCount == nil && in.SchedulingStrategy != types.SchedulingStrategyDaemon {
		in.DesiredCount = aws.Int32(1) // Source: CloudFormation template reference, AWS::ECS::Service
	}
	out := sdk.CreateServiceOutput{Service: &types.Service{}}
	if err := t.Call(apiclient.ECS("CreateService"), &in, &out); err != nil {
		return err
	}
	t.ID = aws.ToString(out.Service.ServiceArn)
	return nil
}

func updateService(t *handler.Turn) error {
	if hasTaskSets(t) {
		return updateSetService(t)
	}
	if err := knowFailure(t); err != nil {
		return err
	}
	in := sdk.UpdateServiceInput{Service: &t.ID}
	if err := t.Fill(&in, append(serviceMembers, input.Others(), input.Skipped("Cluster"))...); err != nil {
		return err
	}
	in.Cluster = serviceCluster(t)
	containerConfigurations(t, in.ServiceConnectConfiguration)
	in.ForceNewDeployment = asksForDeployment(t) || t.Changed("CapacityProviderStrategy") // which ECS only takes with one
	if isGone(t, "ServiceConnectConfiguration") {
		in.ServiceConnectConfiguration = &types.ServiceConnectConfiguration{Enabled: false}
	}
	if isGone(t, "PlatformVersion") {
		in.PlatformVersion = aws.String("LATEST")
	}
	if isGone(t, "DeploymentController") {
		in.DeploymentController = &types.DeploymentController{Type: types.DeploymentControllerTypeEcs}
	}
	reset(t, &in)
	return t.Call(apiclient.ECS("UpdateService"), &in, nil)
}

// asksForDeployment reports whether a template has another nonce, which asks for a deployment of what runs already.
func asksForDeployment(t *handler.Turn) bool {
	return t.Properties.Get("ForceNewDeployment").TextOf("EnableForceNewDeployment") == "true" && t.Changed("ForceNewDeployment")
}

// isGone reports whether a template does not have a property any more.
func isGone(t *handler.Turn, property string) bool {
	return t.Previous.Get(property) != nil && t.Properties.Get(property) == nil
}

// reset gives what a template does not have any more its default, where an empty list does not say it and services of all
// deployment controllers have it.
func reset(t *handler.Turn, in *sdk.UpdateServiceInput) {
	if isGone(t, "EnableExecuteCommand") {
		in.EnableExecuteCommand = aws.Bool(false)
	}
	if isGone(t, "EnableECSManagedTags") {
		in.EnableECSManagedTags = aws.Bool(false)
	}
	if isGone(t, "PropagateTags") {
		in.PropagateTags = types.PropagateTagsNone
	}
}

// describeService returns a service that is not INACTIVE, nil if there is none.
func describeService(t *handler.Turn, ref string) (*types.Service, error) {
	var out sdk.DescribeServicesOutput
	in := sdk.DescribeServicesInput{Cluster: serviceCluster(t), Services: []string{ref}, Include: []types.ServiceField{types.ServiceFieldTags}}
	if err := t.Call(apiclient.ECS("DescribeServices"), &in, &out); err != nil {
		return nil, err
	}
	if len(out.Services) == 0 || aws.ToString(out.Services[0].Status) == "INACTIVE" {
		return nil, nil
	}
	return &out.Services[0], nil
}

func findService(t *handler.Turn) ([]handler.Found, error) {
	s, err := describeService(t, t.Name)
	if s == nil || err != nil {
		return nil, err
	}
	return []handler.Found{{ID: aws.ToString(s.ServiceArn), Tags: readTags(s.Tags)}}, nil
}

func serviceGone(t *handler.Turn) (bool, error) {
	s, err := describeService(t, t.ID)
	return s == nil && err == nil, err
}
