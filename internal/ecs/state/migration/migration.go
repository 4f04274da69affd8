// Package migration brings stored rows of older versions up to date. It knows them as they were, and nothing of what the
// rows are now.
package migration

import (
	"encoding/json"

	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// All are the migrations, the first one from format 0. One is added for each change after which older rows would
// be misread; a new member needs none.
var All = []store.Migration{
	placeTasks,
	tellEngineIDs,
	recordServiceDeployments,
	forgetMadeUpNetworks,
	nameKindsOfEvents,
	changesNothing, // events of services, their deployments and lifecycle hooks
	packHookDetails,
	countByZone,
	changesNothing, // events of Auto Scaling groups, and the states in which their instances wait
	changesNothing, // events of faults
	countFargateCPU,
	changesNothing, // Spot Instances and their notices: an older emulator would never end one that has its notice
	changesNothing, // events of instances and of activities
	changesNothing, // events of alarms
	makeNamespaces,
	changesNothing, // the store gives each row a checksum, which older versions do not read
	nameControllers,
}

// changesNothing is for what is new beside the rows that there were. An emulator from before it would misread it, as an
// event of a service for one of a container instance: the number of the format keeps it from reading the file.
func changesNothing(*store.StoredRows) error { return nil }

// nameKindsOfEvents tells events of tasks, which were the only ones, from others.
func nameKindsOfEvents(rows *store.StoredRows) error {
	return rows.Rewrite("task-event", func(row []byte) ([]byte, error) {
		return json.Marshal(map[string]json.RawMessage{"task": row})
	})
}

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
