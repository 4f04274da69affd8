package migration

import (
	"encoding/json"
	"slices"

	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// nameControllers has each service name its deployment controller, which was ECS alone, and have a deployment that is PRIMARY:
// services of before said of none that it is, and meant the newest one.
func nameControllers(rows *store.StoredRows) error {
	return rows.Rewrite("service", func(row []byte) ([]byte, error) {
		service, err := decoded(row)
		if err != nil {
			return nil, err
		}
		if text(service, "deploymentController") == "" {
			service["deploymentController"] = "ECS"
		}
		deployments := listOf(service, "deployments")
		isPrimary := func(d object) bool { return d["primary"] == true }
		if len(deployments) > 0 && !slices.ContainsFunc(deployments, isPrimary) {
			deployments[0]["primary"] = true
		}
		return json.Marshal(service)
	})
}
