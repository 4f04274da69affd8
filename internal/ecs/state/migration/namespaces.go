package migration

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// makeNamespaces makes the HTTP namespaces of Cloud Map that clusters have as their default: of a name only an ARN was
// made up, from which the name does not follow, so the id stands for it. ARNs of other services are forgotten.
func makeNamespaces(rows *store.StoredRows) error {
	made := map[string]object{} // by ARN
	err := rows.Rewrite("cluster", func(row []byte) ([]byte, error) {
		cluster, err := decoded(row)
		if err != nil {
			return nil, err
		}
		defaults, _ := cluster["serviceConnectDefaults"].(object)
		whole := text(defaults, "namespace")
		if whole == "" {
			return bytes.Clone(row), nil
		}
		at := strings.LastIndex(whole, ":namespace/")
		if at < 0 || !strings.Contains(whole, ":servicediscovery:") {
			delete(cluster, "serviceConnectDefaults")
			return json.Marshal(cluster)
		}
		id := whole[at+len(":namespace/"):]
		made[whole] = object{"aRN": whole, "name": id, "hTTPName": id, "creatorRequestID": id, "type": "HTTP", "createdAt": cluster["createdAt"]}
		return bytes.Clone(row), nil
	})
	if err != nil {
		return err
	}
	for _, whole := range slices.Sorted(maps.Keys(made)) {
		row, err := json.Marshal(made[whole])
		if err != nil {
			return err
		}
		if err := rows.Put("servicediscovery-namespace", whole, row); err != nil {
			return err
		}
	}
	return nil
}
