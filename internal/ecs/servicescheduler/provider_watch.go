package servicescheduler

import (
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/capacityprovider"
)

// providerChange wakes with the ARN of a capacity provider that has got managed scaling: its tasks may wait
// from now on.
func providerChange(before, after *capacityprovider.Provider) []string {
	if before == nil || before.Awaited() || !after.Awaited() {
		return nil
	}
	return []string{after.ARN}
}

// concernedByProvider are the services that lack room in the clusters with a capacity provider.
func (c *Controller) concernedByProvider(id string) (services []string) {
	tx := c.Store.Read()
	p := capacityprovider.Providers.Find(tx, arn.ScopeOf(id), arn.Name(id))
	if p == nil {
		return nil
	}
	for _, cluster := range capacityprovider.ClustersWith(tx, p) {
		services = append(services, c.concernedByRoom(cluster.ARN)...)
	}
	return services
}
