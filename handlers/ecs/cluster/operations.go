// Package cluster answers the ECS operations about clusters, their capacity providers, and
// account settings.
package cluster

import (
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/kit"
)

// API answers these operations.
type API struct {
	kit.Base
}

func New(b kit.Base) *API { return &API{Base: b} }

func (a *API) Operations() []awsapi.Operation {
	return []awsapi.Operation{
		awsapi.Partial("CreateCluster", "of the configuration, where sessions of ECS Exec are logged acts, without encryption", a.CreateCluster),
		awsapi.Works("DeleteCluster", "INACTIVE clusters are kept until the name is used again", a.DeleteCluster),
		awsapi.Works("DescribeClusters", "tasks, services and container instances are counted apart for each launch type", a.DescribeClusters),
		awsapi.Works("ListClusters", "those that are not INACTIVE, in pages", a.ListClusters),
		awsapi.Partial("UpdateCluster", "of the configuration, where sessions of ECS Exec are logged acts, without encryption", a.UpdateCluster),
		awsapi.Works("UpdateClusterSettings", "from the next minute on", a.UpdateClusterSettings),
		awsapi.Works("PutClusterCapacityProviders", "container instances belong to their providers at once", a.PutClusterCapacityProviders),
		awsapi.Works("DeleteAccountSetting", "forgets a principal's own value; the default counts again", a.DeleteAccountSetting),
		awsapi.Works("ListAccountSettings", "of the caller, where no principal is named: its user or role, or else the root user", a.ListAccountSettings),
		awsapi.Partial("PutAccountSetting", "stored and answered; only containerInsights has an effect: new clusters have it; long ARN formats can't be turned off", a.PutAccountSetting),
		awsapi.Partial("PutAccountSettingDefault", "as PutAccountSetting", a.PutAccountSettingDefault),
	}
}
