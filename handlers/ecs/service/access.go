package service

import (
	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/kit"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/serviceconnect/endpoint"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// Access says what operations ask. Source: Service Authorization Reference, Amazon ECS. The rows of
// service deployments and revisions are the ones of [kit.OfOwner].
func (a *API) Access() awsapi.Rows {
	one := inCluster(awsapi.On("service/{Cluster|default}/{Service}"))
	deployments := kit.OfOwner("service", "ServiceDeploymentArns", func(in *sdk.DescribeServiceDeploymentsInput) []string { return in.ServiceDeploymentArns })
	return awsapi.Rows{
		"ContinueServiceDeployment": kit.OfOwner("service", "ServiceDeploymentArn", func(in *sdk.ContinueServiceDeploymentInput) []string {
			return list(in.ServiceDeploymentArn)
		}),
		"CreateService":              a.createAccess(),
		"DeleteService":              one,
		"DescribeServices":           inCluster(awsapi.On("service/{Cluster|default}/{Services}")),
		"ListServices":               inCluster(awsapi.On("*")),
		"ListServicesByNamespace":    a.namespaceAccess(),
		"UpdateService":              a.updateAccess(),
		"DescribeServiceDeployments": deployments,
		"DescribeServiceRevisions": kit.OfOwner("service", "ServiceRevisionArns", func(in *sdk.DescribeServiceRevisionsInput) []string {
			return in.ServiceRevisionArns
		}),
		"ListServiceDeployments": one,
		"StopServiceDeployment": kit.OfOwner("service", "ServiceDeploymentArn", func(in *sdk.StopServiceDeploymentInput) []string {
			return list(in.ServiceDeploymentArn)
		}),
	}
}

func inCluster(r awsapi.Row) awsapi.Row { return r.Key("ecs:cluster", kit.ClusterTemplate) }

func list(ref *string) []string {
	if aws.ToString(ref) == "" {
		return nil
	}
	return []string{*ref}
}

// namespaceAccess has the namespace by its ARN, also where the request has its name.
func (a *API) namespaceAccess() awsapi.Row {
	return awsapi.With(awsapi.On("*").May("ecs:namespace"), func(call awsapi.Call, in *sdk.ListServicesByNamespaceInput, wants []awsapi.Access) []awsapi.Access {
		kit.SetKey(wants[0].Keys, "ecs:namespace", a.namespaceARN(call, aws.ToString(in.Namespace)))
		return wants
	})
}

// namespaceARN is the ARN of a namespace; one that is not there keeps the name that the request has.
func (a *API) namespaceARN(call awsapi.Call, ref string) string {
	if found := endpoint.FindNamespace(a.Store.Read(), call.Scope(), ref); found != nil {
		return found.ARN
	}
	return ref
}

// defaultNamespace is the namespace of a cluster's for services that name none.
func (a *API) defaultNamespace(call awsapi.Call, cluster *string) string {
	c := state.Clusters.Get(a.Store.Read(), kit.ClusterOf(call, cluster))
	if c == nil || c.Scope() != call.Scope() || c.ServiceConnectDefaults == nil {
		return ""
	}
	return aws.ToString(c.ServiceConnectDefaults.Namespace)
}
