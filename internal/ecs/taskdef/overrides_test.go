//lint:file-ignore SA1019 the retired inference accelerators are part of the answers

package taskdef

import (
	"reflect"
	"strings"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/wire"
)

// containerOverride is an override of the container "web".
func containerOverride(o types.ContainerOverride) *types.TaskOverride {
	o.Name = ptr("web")
	return &types.TaskOverride{ContainerOverrides: []types.ContainerOverride{o}}
}

func env(pairs ...string) []types.KeyValuePair {
	list := []types.KeyValuePair{}
	for _, pair := range pairs {
		name, value, _ := strings.Cut(pair, "=")
		list = append(list, types.KeyValuePair{Name: &name, Value: &value})
	}
	return list
}

func TestOverridesAreEchoedForEveryContainer(t *testing.T) {
	in := webDefinition()
	addContainer(in, "log")
	def := mustRegister(t, in)
	plain := types.TaskOverride{
		ContainerOverrides:            []types.ContainerOverride{{Name: ptr("web")}, {Name: ptr("log")}},
		InferenceAcceleratorOverrides: []types.InferenceAcceleratorOverride{},
	}
	for name, o := range map[string]*types.TaskOverride{
		"nil": nil, "empty": {},
		"empty lists": containerOverride(types.ContainerOverride{
			Command: []string{}, Environment: []types.KeyValuePair{}, EnvironmentFiles: []types.EnvironmentFile{},
			ResourceRequirements: []types.ResourceRequirement{},
		}),
	} {
		r, err := ApplyOverrides(def, o, types.LaunchTypeEc2)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if !reflect.DeepEqual(r.Override, plain) {
			t.Errorf("%s: shown as %+v, want %+v", name, r.Override, plain)
		}
		if !reflect.DeepEqual(r.Containers, def.ContainerDefinitions) {
			t.Errorf("%s: containers changed", name)
		}
	}
}

func TestOverridesReplaceWhatTheyName(t *testing.T) {
	in := webDefinition()
	first(in).Command = []string{"serve"}
	first(in).Environment = env("A=1", "B=2")
	addContainer(in, "log")
	def := mustRegister(t, in)
	before := wire.Size(def)
	sent := types.ContainerOverride{
		Name: ptr("web"), Command: []string{"migrate", "up"}, Environment: env("C=3", "B=4"),
		Cpu: ptr[int32](10), Memory: ptr[int32](256), MemoryReservation: ptr[int32](64),
		EnvironmentFiles: []types.EnvironmentFile{{Type: "s3", Value: ptr("arn:aws:s3:::b/w.env")}},
	}
	o := &types.TaskOverride{
		ContainerOverrides: []types.ContainerOverride{sent}, Cpu: ptr("1 vCPU"), Memory: ptr("1 GB"),
		TaskRoleArn: ptr("app"), ExecutionRoleArn: ptr(testRole),
	}
	def.TaskDefinitionArn = ptr("arn:aws:ecs:us-east-1:123456789012:task-definition/web:1")
	r, err := ApplyOverrides(def, o, types.LaunchTypeEc2)
	if err != nil {
		t.Fatal(err)
	}
	want := def.ContainerDefinitions[0]
	want.Command, want.Environment = []string{"migrate", "up"}, env("A=1", "B=4", "C=3")
	want.Cpu, want.Memory, want.MemoryReservation = 10, ptr[int32](256), ptr[int32](64)
	want.EnvironmentFiles = sent.EnvironmentFiles
	if !reflect.DeepEqual(r.Containers[0], want) {
		t.Errorf("container %+v, want %+v", r.Containers[0], want)
	}
	if r.CPU != "1024" || r.Memory != "1024" {
		t.Errorf("task size %s, %s", r.CPU, r.Memory)
	}
	if r.TaskRoleArn != "arn:aws:iam::123456789012:role/app" || r.ExecutionRoleArn != testRole {
		t.Errorf("roles %s, %s", r.TaskRoleArn, r.ExecutionRoleArn)
	}
	wantShown := types.TaskOverride{
		ContainerOverrides: []types.ContainerOverride{sent, {Name: ptr("log")}}, Cpu: ptr("1 vCPU"), Memory: ptr("1 GB"),
		TaskRoleArn: ptr("arn:aws:iam::123456789012:role/app"), ExecutionRoleArn: ptr(testRole),
		InferenceAcceleratorOverrides: []types.InferenceAcceleratorOverride{},
	}
	if !reflect.DeepEqual(r.Override, wantShown) {
		t.Errorf("shown as %+v, want %+v", r.Override, wantShown)
	}
	def.TaskDefinitionArn = nil
	if wire.Size(def) != before || *def.ContainerDefinitions[0].Environment[1].Value != "2" {
		t.Error("the definition was changed")
	}
}

func TestOverridesOfAFargateTask(t *testing.T) {
	in := fargateDefinition()
	in.EphemeralStorage = &types.EphemeralStorage{SizeInGiB: 30}
	def := mustRegister(t, in)
	r, err := ApplyOverrides(def, &types.TaskOverride{Cpu: ptr("512"), Memory: ptr("1024")}, types.LaunchTypeFargate)
	if err != nil || r.CPU != "512" || r.Memory != "1024" || r.EphemeralStorageGiB != 30 {
		t.Errorf("resolved %+v, %v", r, err)
	}
	r, err = ApplyOverrides(def, &types.TaskOverride{EphemeralStorage: &types.EphemeralStorage{SizeInGiB: 40}}, types.LaunchTypeFargate)
	if err != nil || r.EphemeralStorageGiB != 40 || r.Override.EphemeralStorage.SizeInGiB != 40 {
		t.Errorf("resolved %+v, %v", r, err)
	}
	if _, err = ApplyOverrides(def, &types.TaskOverride{Cpu: ptr("300")}, types.LaunchTypeEc2); err != nil {
		t.Errorf("Fargate's sizes are asked of an EC2 task: %v", err)
	}
}

func TestOverrideRefusals(t *testing.T) {
	const fargate, ec2 = types.LaunchTypeFargate, types.LaunchTypeEc2
	def := mustRegister(t, fargateDefinition())
	file := types.EnvironmentFile{Type: "s3", Value: ptr("web.env")}
	for _, c := range []struct {
		name       string
		override   *types.TaskOverride
		launchType types.LaunchType
		message    string
	}{
		{"unknown container", &types.TaskOverride{ContainerOverrides: []types.ContainerOverride{{Name: ptr("db")}}}, ec2,
			"Override for container named db is not a container in the TaskDefinition."},
		{"no name", &types.TaskOverride{ContainerOverrides: []types.ContainerOverride{{Command: []string{"true"}}}}, ec2, "name cannot be blank."},
		{"variable without a name", containerOverride(types.ContainerOverride{Environment: []types.KeyValuePair{{Value: ptr("v")}}}), ec2,
			"Environment variable name cannot be null or blank."},
		{"too long", containerOverride(types.ContainerOverride{Command: []string{strings.Repeat("x", 8192)}}), ec2,
			"Container Overrides length must be at most 8192"},
		{"fargate size", &types.TaskOverride{Cpu: ptr("512")}, fargate,
			"No Fargate configuration exists for given values: 512 CPU, 512 memory. See the Amazon ECS documentation for the valid values."},
		{"empty cpu", &types.TaskOverride{Cpu: ptr("")}, ec2, "Invalid 'cpu' setting for task."},
		{"cpu", &types.TaskOverride{Cpu: ptr("much")}, ec2,
			"Invalid 'cpu' setting for task."},
		{"memory", &types.TaskOverride{Memory: ptr("much")}, ec2,
			"Invalid 'memory' setting for task."},
		{"reservation above memory", containerOverride(types.ContainerOverride{Memory: ptr[int32](64), MemoryReservation: ptr[int32](65)}), ec2,
			"Invalid setting for container 'web'. 'memory' must be greater than or equal to 'memoryReservation'."},
		{"memory above the task's", containerOverride(types.ContainerOverride{Memory: ptr[int32](513)}), ec2,
			"The 'memory' setting for container 'web' is greater than for the task."},
		{"cpu above the task's", containerOverride(types.ContainerOverride{Cpu: ptr[int32](257)}), ec2,
			"The sum of all container 'cpu' values cannot be greater than the value of the task 'cpu'."},
		{"environment file", containerOverride(types.ContainerOverride{EnvironmentFiles: []types.EnvironmentFile{file}}), ec2, "Invalid arn syntax."},
		{"storage on EC2", &types.TaskOverride{EphemeralStorage: &types.EphemeralStorage{SizeInGiB: 30}}, ec2,
			"Tasks using the EC2 launch type do not support EphemeralStorage."},
		{"little storage", &types.TaskOverride{EphemeralStorage: &types.EphemeralStorage{SizeInGiB: 20}}, fargate, "EphemeralStorage size should be at least 21"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := ApplyOverrides(def, c.override, c.launchType)
			wantInvalidParameter(t, err, c.message)
		})
	}
	_, err := ApplyOverrides(def, &types.TaskOverride{TaskRoleArn: ptr("no/role")}, ec2)
	wantClientException(t, err, "Role is not valid")
}

func TestEmptyRolesOverrideNothing(t *testing.T) {
	in := fargateDefinition()
	in.TaskRoleArn = ptr("arn:aws:iam::123456789012:role/web")
	r, err := ApplyOverrides(mustRegister(t, in), &types.TaskOverride{TaskRoleArn: ptr(""), ExecutionRoleArn: ptr("")}, types.LaunchTypeFargate)
	if err != nil || r.TaskRoleArn != *in.TaskRoleArn || r.Override.TaskRoleArn != nil || r.Override.ExecutionRoleArn != nil {
		t.Errorf("resolved %+v, %v", r, err)
	}
}

// The limit of 8192 counts the JSON of the override, not only the values.
func TestOverrideLengthCountsJSON(t *testing.T) {
	def := mustRegister(t, webDefinition())
	const frame = `{"containerOverrides":[{"command":[""],"name":"web"}]}`
	o := containerOverride(types.ContainerOverride{Command: []string{strings.Repeat("x", 8192-len(frame))}})
	if _, err := ApplyOverrides(def, o, types.LaunchTypeEc2); err != nil {
		t.Error(err)
	}
	o.ContainerOverrides[0].Command[0] += "x"
	_, err := ApplyOverrides(def, o, types.LaunchTypeEc2)
	wantInvalidParameter(t, err, "Container Overrides length must be at most 8192")
}
