package migration

import (
	"bytes"
	"encoding/json"
	"iter"

	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// object is a row as it is stored.
type object = map[string]any

func rewriteTasks(rows *store.StoredRows, table string, change func(task object)) error {
	return rows.Rewrite(table, func(row []byte) ([]byte, error) {
		task, err := decoded(row)
		if err != nil {
			return nil, err
		}
		change(task)
		return json.Marshal(task)
	})
}

func decoded(row []byte) (object, error) {
	decoded := object{}
	numbers := json.NewDecoder(bytes.NewReader(row))
	numbers.UseNumber()
	return decoded, numbers.Decode(&decoded)
}

func containersOf(task object) iter.Seq[object] {
	return func(yield func(object) bool) {
		status, _ := task["status"].(object)
		containers, _ := status["containers"].([]any)
		for _, each := range containers {
			if container, _ := each.(object); container != nil && !yield(container) {
				return
			}
		}
	}
}

func listOf(row object, member string) (list []object) {
	values, _ := row[member].([]any)
	for _, value := range values {
		if each, _ := value.(object); each != nil {
			list = append(list, each)
		}
	}
	return list
}

func text(row object, member string) string {
	value, _ := row[member].(string)
	return value
}
