package input

import (
	"reflect"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/template/document"
)

// Clear empties the lists of an input whose properties were there before and are not there any more: an operation that changes
// something keeps what its request does not have.
func Clear(previous, properties *document.Value, in any, exceptions ...Exception) {
	if previous == nil {
		return
	}
	names := map[string]string{}
	for _, e := range exceptions {
		names[e.path] = e.to
	}
	for _, m := range previous.Members {
		name, excepted := names[m.Name]
		if !excepted {
			name = m.Name
		}
		if name == "" || properties.Get(m.Name) != nil {
			continue
		}
		if field := fieldOf(reflect.ValueOf(in).Elem(), name); field.IsValid() && field.Kind() == reflect.Slice {
			field.Set(reflect.MakeSlice(field.Type(), 0, 0))
		}
	}
}
