package ecs

import (
	"net/http"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/model"
)

// TargetPrefix is the service in the X-Amz-Target header of ECS requests.
const TargetPrefix = "AmazonEC2ContainerServiceV20141113"

// Handler returns the front end of the ECS API.
func (a *API) Handler(o awsapi.Options) http.Handler {
	operations := a.operations()
	for name := range notImplemented {
		operations[name] = awsapi.NotImplemented(name)
	}
	return awsapi.JSON{
		Service: "ecs", TargetPrefix: TargetPrefix, Operations: operations, Options: o,
		Codec: model.Codec(), Refuse: model.Refuse,
	}.Handler()
}

// operations is the dispatch table of what is built; the other operations of the
// SDK stand in notImplemented. It is written out, with types, because reflection
// over the SDK's client would make the linker keep all of it. An operation added
// here gets a line in the ledger.
func (a *API) operations() map[string]awsapi.Operation {
	return map[string]awsapi.Operation{
		"CreateCluster":         awsapi.Op(a.CreateCluster),
		"DeleteCluster":         awsapi.Op(a.DeleteCluster),
		"DescribeClusters":      awsapi.Op(a.DescribeClusters),
		"ListClusters":          awsapi.Op(a.ListClusters),
		"UpdateCluster":         awsapi.Op(a.UpdateCluster),
		"UpdateClusterSettings": awsapi.Op(a.UpdateClusterSettings),

		"DescribeCapacityProviders":   awsapi.Op(a.DescribeCapacityProviders),
		"PutClusterCapacityProviders": awsapi.Op(a.PutClusterCapacityProviders),

		"DeleteAccountSetting":     awsapi.Op(a.DeleteAccountSetting),
		"ListAccountSettings":      awsapi.Op(a.ListAccountSettings),
		"PutAccountSetting":        awsapi.Op(a.PutAccountSetting),
		"PutAccountSettingDefault": awsapi.Op(a.PutAccountSettingDefault),

		"ListTagsForResource": awsapi.Op(a.ListTagsForResource),
		"TagResource":         awsapi.Op(a.TagResource),
		"UntagResource":       awsapi.Op(a.UntagResource),

		"DeleteTaskDefinitions":      awsapi.Op(a.DeleteTaskDefinitions),
		"DeregisterTaskDefinition":   awsapi.Op(a.DeregisterTaskDefinition),
		"DescribeTaskDefinition":     awsapi.Op(a.DescribeTaskDefinition),
		"ListTaskDefinitionFamilies": awsapi.Op(a.ListTaskDefinitionFamilies),
		"ListTaskDefinitions":        awsapi.Op(a.ListTaskDefinitions),
		"RegisterTaskDefinition":     awsapi.Op(a.RegisterTaskDefinition),

		"DescribeTasks": awsapi.Op(a.DescribeTasks),
		"ListTasks":     awsapi.Op(a.ListTasks),
		"RunTask":       awsapi.Op(a.RunTask),
		"StopTask":      awsapi.Op(a.StopTask),

		"CreateService":           awsapi.Op(a.CreateService),
		"DeleteService":           awsapi.Op(a.DeleteService),
		"DescribeServices":        awsapi.Op(a.DescribeServices),
		"ListServices":            awsapi.Op(a.ListServices),
		"ListServicesByNamespace": awsapi.Op(a.ListServicesByNamespace),
		"UpdateService":           awsapi.Op(a.UpdateService),
	}
}
