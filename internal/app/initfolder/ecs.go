package initfolder

import (
	"context"
	"path/filepath"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/internal/base/apiclient"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/wire"
)

// operation is one of ECS, with the errors that the model has of those here: the start ends with them as AWS's SDK says
// them.
func operation(name string) apiclient.Operation {
	return apiclient.ECS(name, "AccessDeniedException", "ClientException", "ClusterNotFoundException", "GatewayNotFoundException", "InvalidParameterException",
		"LimitExceededException", "NamespaceNotFoundException", "PlatformTaskDefinitionIncompatibilityException",
		"PlatformUnknownException", "ServerException", "ServiceNotActiveException", "ServiceNotFoundException", "UnsupportedFeatureException")
}

func (f *Folder) makeCluster(ctx context.Context, d definition) error {
	var in ecs.CreateClusterInput
	if err := wire.Unmarshal(d.body, &in); err != nil {
		return err
	}
	return f.call(ctx, operation("CreateCluster"), &in, nil)
}

// makeGateway creates a gateway, unless there is one of its name.
func (f *Folder) makeGateway(ctx context.Context, d definition) error {
	var in ecs.CreateGatewayInput
	if err := wire.Unmarshal(d.body, &in); err != nil {
		return err
	}
	if in.Name == nil {
		in.Name = d.name()
	}
	var found ecs.DescribeGatewayOutput
	if err := f.callUnless(ctx, operation("DescribeGateway"), &ecs.DescribeGatewayInput{Gateway: in.Name}, &found, "GatewayNotFoundException"); err != nil {
		return err
	}
	if found.Gateway != nil {
		return nil
	}
	return f.call(ctx, operation("CreateGateway"), &in, nil)
}

// makeAssociation associates a gateway with a cluster, which it may be already.
func (f *Folder) makeAssociation(ctx context.Context, d definition) error {
	var in ecs.AssociateGatewayWithClusterInput
	if err := wire.Unmarshal(d.body, &in); err != nil {
		return err
	}
	return f.call(ctx, operation("AssociateGatewayWithCluster"), &in, nil)
}

// makeService creates a service, unless there is one of its name.
func (f *Folder) makeService(ctx context.Context, d definition) error {
	var in ecs.CreateServiceInput
	if err := wire.Unmarshal(d.body, &in); err != nil {
		return err
	}
	if in.ServiceName == nil {
		in.ServiceName = d.name()
	}
	var found ecs.DescribeServicesOutput
	describe := &ecs.DescribeServicesInput{Cluster: in.Cluster, Services: []string{*in.ServiceName}}
	if err := f.callUnless(ctx, operation("DescribeServices"), describe, &found, "ClusterNotFoundException"); err != nil {
		return err
	}
	if len(found.Services) == 1 && aws.ToString(found.Services[0].Status) == "ACTIVE" {
		return nil
	}
	return f.call(ctx, operation("CreateService"), &in, nil)
}

// makeTaskSet creates a task set, unless its service has one of its externalId, which may be left to the file's name.
func (f *Folder) makeTaskSet(ctx context.Context, d definition) error {
	var in ecs.CreateTaskSetInput
	if err := wire.Unmarshal(d.body, &in); err != nil {
		return err
	}
	if in.ExternalId == nil {
		in.ExternalId = d.name()
	}
	var found ecs.DescribeServicesOutput
	describe := &ecs.DescribeServicesInput{Cluster: in.Cluster, Services: []string{aws.ToString(in.Service)}}
	if err := f.callUnless(ctx, operation("DescribeServices"), describe, &found, "ClusterNotFoundException"); err != nil {
		return err
	}
	if len(found.Services) == 1 && slices.ContainsFunc(found.Services[0].TaskSets, func(t types.TaskSet) bool { return aws.ToString(t.ExternalId) == *in.ExternalId }) {
		return nil
	}
	return f.call(ctx, operation("CreateTaskSet"), &in, nil)
}

// name is what a file is called, up to the first full stop.
func (d definition) name() *string {
	name, _, _ := strings.Cut(filepath.Base(d.path), ".")
	return &name
}
