package initfolder

import (
	"context"
	"path/filepath"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"

	"github.com/ecs-emulator/ecs-emulator/internal/apiclient"
	"github.com/ecs-emulator/ecs-emulator/internal/wire"
)

func (f *Folder) makeCluster(ctx context.Context, d definition) error {
	var in ecs.CreateClusterInput
	if err := wire.Unmarshal(d.body, &in); err != nil {
		return err
	}
	return f.call(ctx, apiclient.ECS("CreateCluster"), &in, nil)
}

// makeService creates a service, unless there is one of its name.
func (f *Folder) makeService(ctx context.Context, d definition) error {
	var in ecs.CreateServiceInput
	if err := wire.Unmarshal(d.body, &in); err != nil {
		return err
	}
	if in.ServiceName == nil {
		name, _, _ := strings.Cut(filepath.Base(d.path), ".")
		in.ServiceName = &name
	}
	var found ecs.DescribeServicesOutput
	err := f.call(ctx, apiclient.ECS("DescribeServices"), &ecs.DescribeServicesInput{Cluster: in.Cluster, Services: []string{*in.ServiceName}}, &found)
	if err := unless(err, "ClusterNotFoundException"); err != nil {
		return err
	}
	if len(found.Services) == 1 && aws.ToString(found.Services[0].Status) == "ACTIVE" {
		return nil
	}
	return f.call(ctx, apiclient.ECS("CreateService"), &in, nil)
}
