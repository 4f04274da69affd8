package cluster

import (
	"slices"

	"github.com/ecs-emulator/ecs-emulator/internal/base/member"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs"
)

// CreateClusterTable and UpdateClusterTable say what becomes of the members of clusters.
var (
	CreateClusterTable = member.Of[sdk.CreateClusterInput]("CreateCluster", clusterMembers, member.Act(
		"capacityProviders", "clusterName", "defaultCapacityProviderStrategy[].base", "defaultCapacityProviderStrategy[].capacityProvider",
		"defaultCapacityProviderStrategy[].weight", "tags[].key", "tags[].value",
	))
	UpdateClusterTable = member.Of[sdk.UpdateClusterInput]("UpdateCluster", clusterMembers, member.Act("cluster"))

	CreateClusterMembers = member.NewPlan[sdk.CreateClusterInput](CreateClusterTable)
	UpdateClusterMembers = member.NewPlan[sdk.UpdateClusterInput](UpdateClusterTable)
)

// Why members have no effect.
const (
	notEncrypted = "clusters show it; sessions and their logs are not encrypted"
	noKeys       = "clusters show it; storage is that of the container engine"
)

// clusterMembers are what both operations have.
var clusterMembers = slices.Concat(
	member.Keep("configuration.executeCommandConfiguration.kmsKeyId", notEncrypted),
	member.Keep("configuration.executeCommandConfiguration.logConfiguration.cloudWatchEncryptionEnabled", notEncrypted),
	member.Act(
		"configuration.executeCommandConfiguration.logConfiguration.cloudWatchLogGroupName",
		"configuration.executeCommandConfiguration.logConfiguration.s3BucketName",
	),
	member.Keep("configuration.executeCommandConfiguration.logConfiguration.s3EncryptionEnabled", notEncrypted),
	member.Act("configuration.executeCommandConfiguration.logConfiguration.s3KeyPrefix"),
	member.Act("configuration.executeCommandConfiguration.logging"),
	member.Keep("configuration.managedStorageConfiguration.fargateEphemeralStorageKmsKeyId", noKeys),
	member.Keep("configuration.managedStorageConfiguration.kmsKeyId", noKeys),
	member.Act("serviceConnectDefaults.namespace"),
	member.Act("settings[].name", "settings[].value"),
)
