package taskdef

import (
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

// The members of a task definition and of overrides are in one of three classes:
// what starts tasks gives effect to them, or takes them without effect, or refuses
// them by name, which Unsupported says. The first two stand here, by the structure
// that has them. A structure that is refused as a whole has no line.

// effective members decide what a task is or does, or are what ECS adds.
var effective = map[string]string{
	"TaskDefinition": `containerDefinitions cpu family memory networkMode requiresCompatibilities runtimePlatform volumes
		compatibilities deleteRequestedAt deregisteredAt registeredAt registeredBy requiresAttributes revision status taskDefinitionArn`,
	"Attribute":            `name targetId targetType value`,
	"RuntimePlatform":      `operatingSystemFamily`,
	"Volume":               `host name`,
	"HostVolumeProperties": `sourcePath`,

	"ContainerDefinition": `command cpu dependsOn dockerLabels entryPoint environment essential healthCheck image interactive
		linuxParameters logConfiguration memory memoryReservation mountPoints name portMappings privileged pseudoTerminal
		readonlyRootFilesystem restartPolicy startTimeout stopTimeout systemControls ulimits user volumesFrom workingDirectory`,
	"ContainerDependency":    `condition containerName`,
	"ContainerRestartPolicy": `enabled ignoredExitCodes restartAttemptPeriod`,
	"HealthCheck":            `command interval retries startPeriod timeout`,
	"KernelCapabilities":     `add drop`,
	"KeyValuePair":           `name value`,
	"LinuxParameters":        `capabilities initProcessEnabled maxSwap sharedMemorySize swappiness tmpfs`,
	"MountPoint":             `containerPath readOnly sourceVolume`,
	"PortMapping":            `containerPort hostPort protocol`,
	"SystemControl":          `namespace value`,
	"Tmpfs":                  `containerPath mountOptions size`,
	"Ulimit":                 `hardLimit name softLimit`,
	"VolumeFrom":             `readOnly sourceContainer`,

	"TaskOverride":      `containerOverrides cpu memory`,
	"ContainerOverride": `command cpu environment memory memoryReservation name`,
}

// withoutEffect are members that most definitions have, and those that matter only to
// what the emulator has not.
var withoutEffect = map[string]string{
	"TaskDefinition":                    `ephemeralStorage executionRoleArn placementConstraints taskRoleArn`,
	"TaskOverride":                      `ephemeralStorage executionRoleArn taskRoleArn`,
	"EphemeralStorage":                  `sizeInGiB`,
	"TaskDefinitionPlacementConstraint": `expression type`,    // of container instances
	"RuntimePlatform":                   `cpuArchitecture`,    // the engine has the one that it has
	"ContainerDefinition":               `versionConsistency`, // image tags are not resolved to digests
	"LogConfiguration":                  `options`,            // of CloudWatch Logs
	"PortMapping":                       `appProtocol name`,   // of Service Connect
}

// TestEveryMemberIsClassified fails when the SDK gains a member that nobody has looked
// at: it would be taken without effect, and nobody told.
func TestEveryMemberIsClassified(t *testing.T) {
	c := classes{t: t, seen: map[string]bool{}}
	c.visit(reflect.TypeFor[types.TaskDefinition](), "", nil, func(path []int) (string, bool) {
		def := everydayDefinition()
		set(reflect.ValueOf(def).Elem(), path)
		return Unsupported(def, types.LaunchTypeFargate)
	})
	c.visit(reflect.TypeFor[types.TaskOverride](), "", nil, func(path []int) (string, bool) {
		o := &types.TaskOverride{}
		set(reflect.ValueOf(o).Elem(), path)
		return UnsupportedOverride(o)
	})
	for _, list := range []map[string]string{effective, withoutEffect} {
		for structure, members := range list {
			for member := range strings.FieldsSeq(members) {
				if !c.seen[structure+"."+member] {
					t.Errorf("%s has no member %s, or is refused as a whole", structure, member)
				}
			}
		}
	}
}

type classes struct {
	t    *testing.T
	seen map[string]bool // structure.member
}

// visit looks at the members of a structure. name is its path in messages, path its
// positions of fields; refused sets what a path leads to and returns what it refuses.
func (c classes) visit(structure reflect.Type, name string, path []int, refused func(path []int) (string, bool)) {
	for i := range structure.NumField() {
		field := structure.Field(i)
		if !field.IsExported() {
			continue
		}
		member := strings.ToLower(field.Name[:1]) + field.Name[1:]
		here, full := append(slices.Clip(path), i), strings.TrimPrefix(name+"."+member, ".")
		c.seen[structure.Name()+"."+member] = true
		if listed(effective, structure, member) || listed(withoutEffect, structure, member) {
			if part := element(field.Type); part.Kind() == reflect.Struct && part != reflect.TypeFor[time.Time]() {
				c.visit(part, full, here, refused)
			}
		} else if got, found := refused(here); !found || positions.ReplaceAllString(got, "") != full {
			c.t.Errorf("%s of %s is in no class: it is in neither list, and set, %q is refused", full, structure, got)
		}
	}
}

var positions = regexp.MustCompile(`\[\d+\]`)

func listed(list map[string]string, structure reflect.Type, member string) bool {
	return slices.Contains(strings.Fields(list[structure.Name()]), member)
}

// element is what pointers and lists of a type lead to.
func element(t reflect.Type) reflect.Type {
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice {
		t = t.Elem()
	}
	return t
}

// set gives a value to what a path leads to; of lists, to the first element.
func set(v reflect.Value, path []int) {
	switch v.Kind() {
	case reflect.Pointer:
		if v.IsNil() {
			v.Set(reflect.New(v.Type().Elem()))
		}
		set(v.Elem(), path)
	case reflect.Slice:
		if v.Len() == 0 {
			v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		}
		set(v.Index(0), path)
	case reflect.Struct:
		if len(path) > 0 {
			set(v.Field(path[0]), path[1:])
		}
	case reflect.String:
		v.SetString("x")
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int32:
		v.SetInt(1)
	}
}
