package capacityprovider

import (
	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/kit"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/iam"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs"
)

// Access says what operations ask. Source: Service Authorization Reference, Amazon ECS.
func (a *API) Access() awsapi.Rows {
	provider := managedKeys(awsapi.On("capacity-provider/{Name}"))
	return awsapi.Rows{
		"CreateCapacityProvider": awsapi.With(shown(a.WithTags(provider)), func(call awsapi.Call, in *sdk.CreateCapacityProviderInput, wants []awsapi.Access) []awsapi.Access {
			wants = inCluster(wants, call, in.Cluster)
			if m := in.ManagedInstancesProvider; m != nil {
				wants = append(wants, kit.Passes(iam.ECS, m.InfrastructureRoleArn)...)
			}
			return wants
		}),
		"UpdateCapacityProvider": awsapi.With(shown(provider), func(call awsapi.Call, in *sdk.UpdateCapacityProviderInput, wants []awsapi.Access) []awsapi.Access {
			wants = inCluster(wants, call, in.Cluster)
			if m := in.ManagedInstancesProvider; m != nil {
				wants = append(wants, kit.Passes(iam.ECS, m.InfrastructureRoleArn)...)
			}
			return wants
		}),
		"DeleteCapacityProvider": awsapi.With(awsapi.On("capacity-provider/{CapacityProvider}").Shows(changesCluster),
			func(call awsapi.Call, in *sdk.DeleteCapacityProviderInput, wants []awsapi.Access) []awsapi.Access {
				return inCluster(wants, call, in.Cluster)
			}),
		"DescribeCapacityProviders": awsapi.On("capacity-provider/{CapacityProviders}"),
	}
}

const changesCluster = "ecs:PutClusterCapacityProviders on cluster/{Cluster}, with a cluster"

func shown(r awsapi.Row) awsapi.Row {
	return r.Shows(changesCluster, "iam:PassRole on the infrastructure role").May("iam:PassedToService")
}

// managedKeys are the keys that requests about managed instances give.
func managedKeys(r awsapi.Row) awsapi.Row {
	return r.Key("ecs:instance-metadata-tags-propagation", "{ManagedInstancesProvider.InstanceLaunchTemplate.InstanceMetadataTagsPropagation}").
		Key("ecs:propagate-tags", "{ManagedInstancesProvider.PropagateTags}")
}

// inCluster adds what a request asks that changes the providers of a cluster.
func inCluster(wants []awsapi.Access, call awsapi.Call, cluster *string) []awsapi.Access {
	if aws.ToString(cluster) == "" {
		return wants
	}
	return append(wants, awsapi.Access{Action: "ecs:PutClusterCapacityProviders", Resource: kit.ClusterOf(call, cluster)})
}
