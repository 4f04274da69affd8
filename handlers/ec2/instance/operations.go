// Package instance answers the EC2 actions about instances, their types and images, launch
// templates and network interfaces.
package instance

import (
	"context"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/ec2/kit"
)

// API answers these actions.
type API struct {
	kit.Base
	settle func(ctx context.Context) error
}

func New(b kit.Base, settle func(ctx context.Context) error) *API {
	return &API{Base: b, settle: settle}
}

func (a *API) Operations() []awsapi.Operation {
	return []awsapi.Operation{
		awsapi.Partial("CancelSpotInstanceRequests", "their instances run on", kit.DryRunFirst(a.CancelSpotInstanceRequests)),
		awsapi.Works("CreateLaunchTemplate", "the data answered as given", a.CreateLaunchTemplate),
		awsapi.Works("CreateLaunchTemplateVersion", "from nothing or another version", a.CreateLaunchTemplateVersion),
		awsapi.Works("DeleteLaunchTemplate", "with its versions", a.DeleteLaunchTemplate),
		awsapi.Works("DeleteLaunchTemplateVersions", "all but the default one", a.DeleteLaunchTemplateVersions),
		awsapi.Partial("DescribeImages", "the ECS-optimized ones of Linux and Bottlerocket, and plain Amazon Linux: one release of each", kit.DryRun(a.DescribeImages)),
		awsapi.Partial("DescribeInstanceAttribute", "without attributes of volumes, kernels and enclaves", kit.DryRun(a.DescribeInstanceAttribute)),
		awsapi.Partial("DescribeInstanceStatus", "running instances are healthy at once; no events", kit.DryRun(a.DescribeInstanceStatus)),
		awsapi.Partial("DescribeInstanceTypes", "types that ECS users were seen to use, and types of --capacity; the hardware that placement uses and that AWS documents in tables", kit.DryRun(a.DescribeInstanceTypes)),
		awsapi.Partial("DescribeInstances", "without volumes; public addresses lead nowhere", kit.DryRun(a.DescribeInstances)),
		awsapi.Partial("DescribeLaunchTemplateVersions", "aliases of images are not resolved", kit.DryRun(a.DescribeLaunchTemplateVersions)),
		awsapi.Works("DescribeLaunchTemplates", "by name, in pages", kit.DryRun(a.DescribeLaunchTemplates)),
		awsapi.Partial("DescribeNetworkInterfaces", "interfaces of instances, tasks, NAT gateways and endpoints; all at once", kit.DryRun(a.DescribeNetworkInterfaces)),
		awsapi.Partial("DescribeSpotInstanceRequests", "requests of RunInstances and of Auto Scaling groups, fulfilled at once; as long as their instances are shown", kit.DryRun(a.DescribeSpotInstanceRequests)),
		awsapi.Works("ModifyLaunchTemplate", "the default version", a.ModifyLaunchTemplate),
		awsapi.Works("RebootInstances", "tasks end as when their containers exit; the agent comes back", a.RebootInstances),
		awsapi.Partial("RunInstances", "user data is not run, but read for what it tells the container agent; images that are not ECS-optimized are assumed to exist; "+
			"while the engine is away, the answer has no address; IPv6, several network interfaces, placement groups, hosts, hibernation and enclaves are refused; Spot Instances are one-time, have no price and end by faults; "+
			"block devices, key, credits, CPU options and tags of volumes are without effect", a.RunInstances),
		awsapi.Partial("StartInstances", "the container instance is back", a.StartInstances),
		awsapi.Partial("StopInstances", "without hibernation", a.StopInstances),
		awsapi.Works("TerminateInstances", "shown for an hour", a.TerminateInstances),
	}
}
