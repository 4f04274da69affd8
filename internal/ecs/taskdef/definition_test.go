package taskdef

import (
	"errors"
	"strings"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
)

var testEnv = Env{
	Partition: "aws", Account: "123456789012", InRegistry: func(image string) bool { return strings.HasPrefix(image, "127.0.0.1:4577/") },
}

const testRole = "arn:aws:iam::123456789012:role/exec"

func ptr[T any](v T) *T { return &v }

// webDefinition is the smallest useful definition: one container with one port.
func webDefinition() *ecs.RegisterTaskDefinitionInput {
	return &ecs.RegisterTaskDefinitionInput{
		Family: ptr("web"),
		ContainerDefinitions: []types.ContainerDefinition{{
			Name:         ptr("web"),
			Image:        ptr("nginx:alpine"),
			Memory:       ptr[int32](128),
			PortMappings: []types.PortMapping{{ContainerPort: ptr[int32](80)}},
		}},
	}
}

// fargateDefinition is a definition as most people register them.
func fargateDefinition() *ecs.RegisterTaskDefinitionInput {
	return &ecs.RegisterTaskDefinitionInput{
		Family:                  ptr("web"),
		Cpu:                     ptr("256"),
		Memory:                  ptr("512"),
		NetworkMode:             types.NetworkModeAwsvpc,
		RequiresCompatibilities: []types.Compatibility{types.CompatibilityFargate},
		ExecutionRoleArn:        ptr(testRole),
		ContainerDefinitions: []types.ContainerDefinition{{
			Name:         ptr("web"),
			Image:        ptr("123456789012.dkr.ecr.us-east-1.amazonaws.com/web:1"),
			PortMappings: []types.PortMapping{{ContainerPort: ptr[int32](80)}},
			Environment: []types.KeyValuePair{
				{Name: ptr("STAGE"), Value: ptr("test")},
				{Name: ptr("LEVEL"), Value: ptr("info")},
			},
			LogConfiguration: &types.LogConfiguration{
				LogDriver: types.LogDriverAwslogs,
				Options: map[string]string{
					"awslogs-group":         "/ecs/web",
					"awslogs-region":        "us-east-1",
					"awslogs-stream-prefix": "ecs",
					"awslogs-create-group":  "true",
				},
			},
		}},
	}
}

// first is the first container of a request.
func first(in *ecs.RegisterTaskDefinitionInput) *types.ContainerDefinition {
	return &in.ContainerDefinitions[0]
}

// addContainer appends a container that is valid beside any other.
func addContainer(in *ecs.RegisterTaskDefinitionInput, name string) *types.ContainerDefinition {
	in.ContainerDefinitions = append(in.ContainerDefinitions, types.ContainerDefinition{
		Name: ptr(name), Image: ptr("busybox"), Memory: ptr[int32](64),
	})
	return &in.ContainerDefinitions[len(in.ContainerDefinitions)-1]
}

func mustRegister(t *testing.T, in *ecs.RegisterTaskDefinitionInput) *types.TaskDefinition {
	t.Helper()
	def, err := Register(in, testEnv)
	if err != nil {
		t.Fatalf("register: %v", err)
	}
	return def
}

// wantClientException fails unless err is a ClientException with these words.
func wantClientException(t *testing.T, err error, message string) {
	t.Helper()
	var e *types.ClientException
	if !errors.As(err, &e) {
		t.Fatalf("error %v, want ClientException %q", err, message)
	}
	if e.ErrorMessage() != message {
		t.Fatalf("message %q, want %q", e.ErrorMessage(), message)
	}
}

// wantInvalidParameter fails unless err is an InvalidParameterException with these
// words.
func wantInvalidParameter(t *testing.T, err error, message string) {
	t.Helper()
	var e *types.InvalidParameterException
	if !errors.As(err, &e) {
		t.Fatalf("error %v, want InvalidParameterException %q", err, message)
	}
	if e.ErrorMessage() != message {
		t.Fatalf("message %q, want %q", e.ErrorMessage(), message)
	}
}

// refusal is a change to a valid definition and what ECS says to it.
type refusal struct {
	name    string
	change  func(*ecs.RegisterTaskDefinitionInput)
	message string
}

// testRefusals registers base with each change.
func testRefusals(t *testing.T, base func() *ecs.RegisterTaskDefinitionInput, refusals []refusal) {
	t.Helper()
	mustRegister(t, base())
	for _, r := range refusals {
		t.Run(r.name, func(t *testing.T) {
			in := base()
			r.change(in)
			_, err := Register(in, testEnv)
			wantClientException(t, err, r.message)
		})
	}
}

// testAccepted registers base with each change, which must be taken.
func testAccepted(t *testing.T, base func() *ecs.RegisterTaskDefinitionInput, changes map[string]func(*ecs.RegisterTaskDefinitionInput)) {
	t.Helper()
	for name, change := range changes {
		t.Run(name, func(t *testing.T) {
			in := base()
			change(in)
			mustRegister(t, in)
		})
	}
}
