package cluster

import (
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/kit"
)

// Access says what operations ask. Source: Service Authorization Reference, Amazon ECS.
func (a *API) Access() awsapi.Rows {
	cluster, setting := awsapi.On(kit.ClusterTemplate), awsapi.On("*").Key("ecs:account-setting", "{Name}")
	const kmsKey, kmsKeyID = "ecs:fargate-ephemeral-storage-kms-key", "{Configuration.ManagedStorageConfiguration.FargateEphemeralStorageKmsKeyId}"
	return awsapi.Rows{
		"CreateCluster": a.WithTags(awsapi.On("cluster/{ClusterName|default}")).
			Keys("ecs:capacity-provider", "capacity-provider/{CapacityProviders}").Key(kmsKey, kmsKeyID).
			Shows("iam:CreateServiceLinkedRole on the role that is linked to ECS, where there is none"),
		"DeleteCluster":               cluster,
		"DescribeClusters":            awsapi.On("cluster/{Clusters|default}"),
		"ListClusters":                awsapi.On("*"),
		"UpdateCluster":               cluster.Key(kmsKey, kmsKeyID),
		"UpdateClusterSettings":       cluster,
		"PutClusterCapacityProviders": cluster.Keys("ecs:capacity-provider", "capacity-provider/{CapacityProviders}"),
		"DeleteAccountSetting":        setting,
		"ListAccountSettings":         awsapi.On("*"),
		"PutAccountSetting":           setting,
		"PutAccountSettingDefault":    setting,
	}
}
