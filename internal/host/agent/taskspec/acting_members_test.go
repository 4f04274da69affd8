package taskspec

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/google/go-cmp/cmp"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/internal/base/member"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/executionresource"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/executionresource/executionresourcetest"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/taskdef"
	"github.com/ecs-emulator/ecs-emulator/internal/host/agent/plan"
	"github.com/ecs-emulator/ecs-emulator/internal/host/containerinstance"
	"github.com/ecs-emulator/ecs-emulator/internal/host/volume"
)

// actsInTime are members of containers that decide when something happens or where, those of
// ports, which the emulator listens to, links, for which the engine is asked first, files, whose
// names have a form, and logins and versions, which go with pulls. Other tests show them.
var actsInTime = []string{"dependsOn", "environmentFiles", "essential", "links", "portMappings", "repositoryCredentials", "resourceRequirements", "restartPolicy", "startTimeout", "stopTimeout", "versionConsistency"}

// TestActingMembersReachTheEngine sets each member of a container definition that acts, as
// the tables say, on Fargate or on container instances, and looks whether the engine is asked
// for something else.
func TestActingMembersReachTheEngine(t *testing.T) {
	seen := 0
	for _, table := range slices.Concat(taskdef.Members, taskdef.InstanceMembers) {
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
			for _, d := range []*types.ContainerDefinition{without, with} {
				if row.Path == "logConfiguration.options" {
					d.LogConfiguration = &types.LogConfiguration{LogDriver: types.LogDriverSyslog}
				}
				if row.Path == "linuxParameters.swappiness" {
					d.LinuxParameters = &types.LinuxParameters{MaxSwap: new(int32)}
				}
				setMember(reflect.ValueOf(d).Elem(), row.Path, d == with)
			}
			if cmp.Equal(specOf(without), specOf(with)) {
				t.Errorf("%s changes nothing", row.Path)
			}
		}
	}
	if seen < 50 {
		t.Errorf("only %d members were set", seen)
	}
}

// TestActingMembersOfVolumesReachTheEngine does the same for volumes.
func TestActingMembersOfVolumesReachTheEngine(t *testing.T) {
	seen := 0
	for _, table := range slices.Concat(taskdef.Members, taskdef.InstanceMembers) {
		if table.Type != reflect.TypeFor[types.Volume]() {
			continue
		}
		for _, row := range table.Rows {
			if row.Fate != member.Acts {
				continue
			}
			seen++
			without, with := &types.Volume{}, &types.Volume{}
			setMember(reflect.ValueOf(without).Elem(), row.Path, false)
			setMember(reflect.ValueOf(with).Elem(), row.Path, true)
			if d := with.DockerVolumeConfiguration; d != nil && d.Scope != "" {
				d.Scope = types.ScopeShared
			}
			if sourceText(without) == sourceText(with) {
				t.Errorf("%s changes nothing", row.Path)
			}
		}
	}
	if seen < 12 {
		t.Errorf("only %d members were set", seen)
	}
}

// volumeTask is a task with a managed volume on Fargate.
func volumeTask() *state.Task {
	return &state.Task{
		ARN: scope.Task("c", "1"), Spec: &state.TaskSpec{
			Family: "web", Revision: 1, ClusterARN: scope.Cluster("c"), Volume: &state.ManagedVolume{Name: "ebs"},
		},
		Placement: &state.Placement{VolumeID: "vol-1"},
	}
}

// sourceText is what the engine is asked for, or why it is not.
func sourceText(v *types.Volume) string {
	source, err := volume.Options{}.Source((&Maker{Task: volumeTask()}).VolumeRequest(v))
	return fmt.Sprintf("%+v %v", source, err)
}

// specOf is what the engine is asked for in bridge mode.
func specOf(d *types.ContainerDefinition) backend.ContainerSpec {
	view := plan.NewView(&state.TaskStatus{Containers: make([]state.Container, 1)}, nil, false)
	view.Definitions = []types.ContainerDefinition{*d}
	view.Volumes = []plan.VolumeState{{}, {Definition: types.Volume{Name: aws.String("some")}, Mount: backend.Mount{Source: "some"}}}
	m := &Maker{View: &view, Task: &state.Task{
		ARN: scope.Task("c", "1"), Spec: &state.TaskSpec{NetworkMode: types.NetworkModeBridge}, Placement: &state.Placement{},
	}}
	source := &executionresourcetest.Source{Echoes: true}
	view.Resources.Of, _ = executionresource.Read(context.Background(), source, m.Task, view.Definitions)
	spec, _ := m.Container(0, containerinstance.Place{Sandbox: "instance", Network: "bridge"})
	return spec
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
		switch {
		case set && name == "dockerSecurityOptions":
			v.Index(0).SetString("no-new-privileges")
		case set && path == "type" && v.Type() == reflect.TypeFor[types.FirelensConfigurationType]():
			v.SetString("fluentd")
		case set && v.Type() == reflect.TypeFor[map[string]string]():
			v.SetMapIndex(reflect.ValueOf("enable-ecs-log-metadata"), reflect.ValueOf("false")) // of a log router
		}
		return
	}
	switch v.Kind() {
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		v = v.Index(0)
	case reflect.Pointer:
		if v.IsNil() {
			v.Set(reflect.New(v.Type().Elem()))
		}
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
