package agent

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/emulator/member"
	"github.com/ecs-emulator/ecs-emulator/emulator/state"
	"github.com/ecs-emulator/ecs-emulator/emulator/taskdef"
	"github.com/google/go-cmp/cmp"
)

// actsInTime are members of containers that decide when something happens, and those of
// ports, which the emulator listens to. Other tests show them.
var actsInTime = []string{"dependsOn", "essential", "portMappings", "restartPolicy", "startTimeout", "stopTimeout", "logConfiguration"}

// TestActingMembersReachTheEngine sets each member of a container definition that acts, as
// the tables say, and looks whether the engine is asked for something else.
func TestActingMembersReachTheEngine(t *testing.T) {
	seen := 0
	for _, table := range taskdef.Members {
		if table.Type != reflect.TypeFor[types.ContainerDefinition]() {
			continue
		}
		for _, row := range table.Rows {
			first, _, _ := strings.Cut(strings.ReplaceAll(row.Path, "[]", ""), ".")
			if row.Fate != member.Acts || slices.Contains(actsInTime, first) {
				continue
			}
			seen++
			without, with := &types.ContainerDefinition{}, &types.ContainerDefinition{}
			setMember(reflect.ValueOf(without).Elem(), row.Path, false)
			setMember(reflect.ValueOf(with).Elem(), row.Path, true)
			if cmp.Equal(specOf(without), specOf(with)) {
				t.Errorf("%s changes nothing", row.Path)
			}
		}
	}
	if seen < 30 {
		t.Errorf("only %d members were set", seen)
	}
}

// specOf is what the engine is asked for.
func specOf(d *types.ContainerDefinition) backend.ContainerSpec {
	status := &state.TaskStatus{}
	w := &work{host: &host{}, task: &state.Task{ARN: scope.Task("c", "1"), Spec: &state.TaskSpec{}, Placement: &state.Placement{}}}
	w.view = newView(status, nil, false)
	w.view.definitions = []types.ContainerDefinition{*d}
	return w.containerSpec(0)
}

// setMember makes all that leads to a member, and gives it a value or leaves it out.
func setMember(v reflect.Value, path string, set bool) {
	name, rest, deeper := strings.Cut(path, ".")
	name = strings.TrimSuffix(name, "[]")
	v = v.FieldByName(strings.ToUpper(name[:1]) + name[1:])
	if !deeper {
		if set {
			v.Set(someValue(v.Type()))
		}
		return
	}
	switch v.Kind() {
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		v = v.Index(0)
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		v = v.Elem()
	}
	setMember(v, rest, set)
}

// someValue is one that says something and is no default.
func someValue(t reflect.Type) reflect.Value {
	v := reflect.New(t).Elem()
	switch t.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(t.Elem()))
		v.Elem().Set(someValue(t.Elem()))
	case reflect.Slice:
		v.Set(reflect.Append(v, someValue(t.Elem())))
	case reflect.Map:
		v.Set(reflect.MakeMap(t))
		v.SetMapIndex(someValue(t.Key()), someValue(t.Elem()))
	case reflect.String:
		v.SetString("some")
	case reflect.Bool:
		v.SetBool(true)
	default:
		v.SetInt(7)
	}
	return v
}
