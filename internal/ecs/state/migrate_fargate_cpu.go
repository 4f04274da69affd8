package state

import (
	"bytes"
	"encoding/json"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// countFargateCPU counts what tasks have of Fargate: clusters had no such counts.
func countFargateCPU(rows *store.StoredRows) error {
	used := map[string]*FargateCPU{} // by ARN of the cluster
	err := rows.Rewrite("task", func(row []byte) ([]byte, error) {
		task, err := decoded(row)
		if err != nil {
			return nil, err
		}
		spec, _ := task["spec"].(object)
		status, _ := task["status"].(object)
		place, _ := task["placement"].(object)
		if cluster := text(spec, "clusterARN"); text(status, "lastStatus") != "STOPPED" {
			if used[cluster] == nil {
				used[cluster] = &FargateCPU{}
			}
			used[cluster].add(types.LaunchType(text(spec, "launchType")), text(place, "capacityProvider"), text(spec, "cPU"), 1)
		}
		return bytes.Clone(row), nil
	})
	if err != nil {
		return err
	}
	return rows.Rewrite("cluster-summary", func(row []byte) ([]byte, error) {
		summary, err := decoded(row)
		if err != nil {
			return nil, err
		}
		if u := used[text(summary, "aRN")]; u != nil {
			summary["fargateCPU"] = object{"onDemand": u.OnDemand, "spot": u.Spot}
		}
		return json.Marshal(summary)
	})
}
