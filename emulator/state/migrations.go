package state

import (
	"bytes"
	"encoding/json"

	"github.com/ecs-emulator/ecs-emulator/emulator/arn"
	"github.com/ecs-emulator/ecs-emulator/emulator/store"
)

// migrations bring state files of older formats up to date, the first one from
// format 0. One is added for each change after which older rows would be misread; a
// new member needs none.
var migrations = []store.Migration{
	placeTasks,
}

// placeTasks moves where a task runs out of its spec, and cuts the ARNs of containers
// to their ids.
func placeTasks(rows *store.StoredRows) error {
	type object = map[string]any
	return rows.Rewrite("task", func(row []byte) ([]byte, error) {
		task := object{}
		numbers := json.NewDecoder(bytes.NewReader(row))
		numbers.UseNumber()
		if err := numbers.Decode(&task); err != nil {
			return nil, err
		}
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
		status, _ := task["status"].(object)
		containers, _ := status["containers"].([]any)
		for _, each := range containers {
			container, _ := each.(object)
			whole, _ := container["aRN"].(string)
			container["iD"] = arn.Name(whole)
			delete(container, "aRN")
		}
		return json.Marshal(task)
	})
}
