package arntemplate_test

import (
	"reflect"
	"strings"
	"testing"
	"unsafe"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/arntemplate"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
)

// Texts that are most of a request stay in its memory. Of a larger request they have memory of their own, which what is kept of a
// call holds on to.
func TestMemoryOfTexts(t *testing.T) {
	type input struct{ Tasks []string }
	scope := arn.Scope{Region: "us-east-1", Account: "111122223333"}
	task := arntemplate.Read("task/default/{Tasks}", "ecs", reflect.TypeFor[input]())
	in := &input{Tasks: []string{scope.Task("shop", strings.Repeat("a", 32)), scope.Task("shop", strings.Repeat("b", 32))}}
	for bytes, shared := range map[int]bool{250: true, 2500: false} {
		for i, text := range task.ExpandOf(bytes, scope, reflect.ValueOf(in)) {
			if text != in.Tasks[i] || (unsafe.StringData(text) == unsafe.StringData(in.Tasks[i])) != shared {
				t.Errorf("of a request of %d bytes %s shares its memory: %v, want %v", bytes, text, !shared, shared)
			}
		}
	}
}
