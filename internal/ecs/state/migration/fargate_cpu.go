package migration

import (
	"bytes"
	"encoding/json"
	"strconv"

	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// countFargateCPU counts what tasks have of Fargate: clusters had no such counts.
func countFargateCPU(rows *store.StoredRows) error {
	type units struct{ onDemand, spot int }
	used := map[string]*units{} // by ARN of the cluster
	err := rows.Rewrite("task", func(row []byte) ([]byte, error) {
		task, err := decoded(row)
		if err != nil {
			return nil, err
		}
		spec, _ := task["spec"].(object)
		status, _ := task["status"].(object)
		place, _ := task["placement"].(object)
		if text(status, "lastStatus") != "STOPPED" && text(spec, "launchType") == "FARGATE" {
			cluster := text(spec, "clusterARN")
			if used[cluster] == nil {
				used[cluster] = &units{}
			}
			cpu, _ := strconv.Atoi(text(spec, "cPU"))
			if text(place, "capacityProvider") == "FARGATE_SPOT" {
				used[cluster].spot += cpu
			} else {
				used[cluster].onDemand += cpu
			}
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
			summary["fargateCPU"] = object{"onDemand": u.onDemand, "spot": u.spot}
		}
		return json.Marshal(summary)
	})
}
