package migration

import (
	"encoding/json"

	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// packHookDetails has the hookDetails of lifecycle hooks be base64, as other bytes are. Each byte was a number
// in a list.
func packHookDetails(rows *store.StoredRows) error {
	return rows.Rewrite("service-deployment", func(row []byte) ([]byte, error) {
		record, err := decoded(row)
		if err != nil {
			return nil, err
		}
		for _, hook := range listOf(record, "hooks") {
			numbers, _ := hook["details"].([]any)
			if numbers == nil {
				continue
			}
			details := make([]byte, 0, len(numbers))
			for _, n := range numbers {
				number, _ := n.(json.Number)
				b, err := number.Int64()
				if err != nil {
					return nil, err
				}
				details = append(details, byte(b))
			}
			hook["details"] = details
		}
		return json.Marshal(record)
	})
}
