package service

import (
	"slices"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/kit"
	"github.com/ecs-emulator/ecs-emulator/internal/base/policy"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
)

// createAccess is what CreateService asks.
func (a *API) createAccess() awsapi.Row {
	row := a.WithTags(launches(awsapi.On("service/{Cluster|default}/{ServiceName}")))
	return awsapi.With(row, func(call awsapi.Call, in *sdk.CreateServiceInput, wants []awsapi.Access) []awsapi.Access {
		for _, w := range wants { // of which the one for tags has keys of its own
			setPublicIP(w.Keys, in.NetworkConfiguration)
			a.setKeys(w.Keys, call, ofCreate(in), in.TaskDefinition, in.Cluster)
			a.SetProviders(w.Keys, call, in.Cluster, in.LaunchType, in.CapacityProviderStrategy)
		}
		kit.AskOtherAccounts(call, wants)
		return wants
	})
}

// updateAccess is what UpdateService asks: it has the keys of what the request changes.
func (a *API) updateAccess() awsapi.Row {
	row := launches(awsapi.On("service/{Cluster|default}/{Service}"))
	return awsapi.With(row, func(call awsapi.Call, in *sdk.UpdateServiceInput, wants []awsapi.Access) []awsapi.Access {
		setPublicIP(wants[0].Keys, in.NetworkConfiguration)
		a.setKeys(wants[0].Keys, call, ofUpdate(in), in.TaskDefinition, in.Cluster)
		if len(in.CapacityProviderStrategy) > 0 {
			a.SetProviders(wants[0].Keys, call, in.Cluster, "", in.CapacityProviderStrategy)
		}
		kit.AskOtherAccounts(call, wants)
		return wants
	})
}

// launches has the keys of requests that say how the tasks of a service run.
func launches(r awsapi.Row) awsapi.Row {
	return inCluster(r).Shows("iam:PassRole on the roles of load balancers, lifecycle hooks, volumes and VPC Lattice").Key("ecs:propagate-tags", "{PropagateTags}").
		Key("ecs:enable-ecs-managed-tags", "{EnableECSManagedTags}").Key("ecs:enable-execute-command", "{EnableExecuteCommand}").
		Keys("ecs:subnet", "{NetworkConfiguration.AwsvpcConfiguration.Subnets}").
		May("ecs:auto-assign-public-ip", "ecs:capacity-provider", "ecs:enable-ebs-volumes", "ecs:enable-service-connect", "ecs:enable-vpc-lattice",
			"ecs:namespace", "ecs:task-cpu", "ecs:task-definition", "ecs:task-memory")
}

// setKeys sets what no template tells of a request. The task definition is looked up, as its newest revision and its size are
// what ECS sets (AC64).
func (a *API) setKeys(keys awsapi.Keys, call awsapi.Call, r Request, taskDefinition, cluster *string) {
	if ref := aws.ToString(taskDefinition); ref != "" {
		resource, found := a.NamedDefinition(call, ref)
		keys["ecs:task-definition"] = policy.Is(resource)
		if found != nil {
			def := found.Definition()
			kit.SetSize(keys, def.Cpu, def.Memory)
		}
	}
	kit.SetTrue(keys, "ecs:enable-ebs-volumes", slices.ContainsFunc(r.VolumeConfigurations, func(v types.ServiceVolumeConfiguration) bool {
		return v.ManagedEBSVolume != nil
	}))
	kit.SetTrue(keys, "ecs:enable-vpc-lattice", len(r.VpcLatticeConfigurations) > 0)
	if c := r.ServiceConnectConfiguration; c != nil {
		keys["ecs:enable-service-connect"] = policy.Is(strconv.FormatBool(c.Enabled))
		if namespace := a.namespaceOf(call, c, cluster); namespace != "" {
			keys["ecs:namespace"] = policy.Is(namespace)
		}
	}
}

func setPublicIP(keys awsapi.Keys, n *types.NetworkConfiguration) {
	if n != nil && n.AwsvpcConfiguration != nil && n.AwsvpcConfiguration.AssignPublicIp != "" {
		assigns := n.AwsvpcConfiguration.AssignPublicIp == types.AssignPublicIpEnabled
		keys["ecs:auto-assign-public-ip"] = policy.Is(strconv.FormatBool(assigns))
	}
}

// namespaceOf is the namespace of a service's Service Connect: the cluster's where it names none (ECS0300).
func (a *API) namespaceOf(call awsapi.Call, c *types.ServiceConnectConfiguration, cluster *string) string {
	switch ref := aws.ToString(c.Namespace); {
	case ref != "":
		return a.namespaceARN(call, ref)
	case c.Enabled:
		return a.defaultNamespace(call, cluster)
	}
	return ""
}
