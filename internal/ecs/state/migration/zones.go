package migration

import (
	"bytes"
	"encoding/json"

	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// countByZone counts the tasks of services anew by where they were placed: the counts had no zones.
func countByZone(rows *store.StoredRows) error {
	type place struct{ deployment, subnet, zone, provider string }
	placed := map[string]map[place]int{} // by ARN of the service
	err := rows.Rewrite("task", func(row []byte) ([]byte, error) {
		task, err := decoded(row)
		if err != nil {
			return nil, err
		}
		spec, _ := task["spec"].(object)
		status, _ := task["status"].(object)
		if service := text(spec, "serviceARN"); service != "" && task["stop"] == nil && text(status, "lastStatus") != "STOPPED" {
			at, _ := task["placement"].(object)
			if placed[service] == nil {
				placed[service] = map[place]int{}
			}
			placed[service][place{text(spec, "deploymentID"), text(at, "subnetID"), text(at, "zone"), text(at, "capacityProvider")}]++
		}
		return bytes.Clone(row), nil
	})
	if err != nil {
		return err
	}
	return rows.Rewrite("service-summary", func(row []byte) ([]byte, error) {
		summary, err := decoded(row)
		if err != nil {
			return nil, err
		}
		list := []object{}
		for p, n := range placed[text(summary, "serviceARN")] {
			list = append(list, object{
				"deploymentID": p.deployment, "subnetID": p.subnet, "zone": p.zone, "capacityProvider": p.provider, "active": n,
			})
		}
		summary["placed"] = list
		return json.Marshal(summary)
	})
}
