package state

import (
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// migrations bring state files of older formats up to date, the first one from
// format 0. One is added for each change after which older rows would be misread; a
// new member needs none.
var migrations = []store.Migration{
	placeTasks,
	tellEngineIDs,
	recordServiceDeployments,
	forgetMadeUpNetworks,
	nameKindsOfEvents,
	tellMoreKindsOfEvents,
	packHookDetails,
	countByZone,
	tellLifecycleActions,
	tellOfFaults,
	countFargateCPU,
	tellSpotNotices,
	tellInstances,
	tellAlarms,
	makeNamespaces,
	sealRows,
}

// sealRows changes no row: the store gives each a checksum, which older versions do not read.
func sealRows(*store.StoredRows) error { return nil }

// placeTasks moves where a task runs out of its spec, and cuts the ARNs of containers
// to their ids.
func placeTasks(rows *store.StoredRows) error {
	return rewriteTasks(rows, "task", func(task object) {
		spec, _ := task["spec"].(object)
		placement := object{}
		for from, to := range map[string]string{
			"capacityProviderName": "capacityProvider", "subnetID": "subnetID", "zone": "zone", "attachmentID": "attachmentID",
		} {
			if value, has := spec[from]; has {
				placement[to] = value
				delete(spec, from)
			}
		}
		task["placement"] = placement
		for container := range containersOf(task) {
			whole, _ := container["aRN"].(string)
			container["iD"] = arn.Name(whole)
			delete(container, "aRN")
		}
	})
}

// tellEngineIDs moves the engine's ids out of the runtimeIds, which get Fargate's form.
func tellEngineIDs(rows *store.StoredRows) error {
	for _, table := range []string{"task", "task-event"} {
		err := rewriteTasks(rows, table, func(task object) {
			whole, _ := task["aRN"].(string)
			for container := range containersOf(task) {
				id, _ := container["runtimeID"].(string)
				if id == "" {
					continue
				}
				name, _ := container["name"].(string)
				container["engineID"], container["runtimeID"] = id, arn.RuntimeID(arn.Name(whole), name)
			}
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// forgetMadeUpNetworks drops the subnets and groups that were stored on first use; now
// they follow from their ids.
func forgetMadeUpNetworks(rows *store.StoredRows) error {
	for _, table := range []string{"vpc", "subnet", "security-group"} {
		if err := rows.Drop(table); err != nil {
			return err
		}
	}
	return nil
}
