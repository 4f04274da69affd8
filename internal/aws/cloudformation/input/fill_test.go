package input_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/input"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/template/document"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/iam"
	"github.com/ecs-emulator/ecs-emulator/internal/base/wire"
)

func read(t *testing.T, text string) *document.Value {
	t.Helper()
	v, err := document.Read(text)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// TestFill: names in any case, numbers from texts, texts from numbers, keys that are no members, documents as text.
func TestFill(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		in         any
		codec      *wire.Codec
		properties string
		exceptions []input.Exception
		want       string
	}{
		{
			&ecs.RegisterTaskDefinitionInput{}, wire.LowerCamel,
			`
Cpu: 256
RequiresCompatibilities: FARGATE
ContainerDefinitions:
  - {Name: '007', Essential: "True", Memory: "512", DockerLabels: {Com.X: 1, y: 'yes'}, LogConfiguration: {LogDriver: awslogs, Options: {awslogs-group: g}}}
Volumes:
  - {Name: v, EFSVolumeConfiguration: {FilesystemId: fs-1, AuthorizationConfig: {IAM: ENABLED}, TransitEncryptionPort: 2e3}}
ProxyConfiguration: {ContainerName: c, ProxyConfigurationProperties: [{Name: a, Value: b}]}
Tags: [{Key: k, Value: v}]
`,
			[]input.Exception{input.Renamed("ProxyConfiguration.ProxyConfigurationProperties", "Properties"), input.Skipped("Tags")},
			`{"containerDefinitions":[{"cpu":0,"dockerLabels":{"Com.X":"1","y":"yes"},"essential":true,"logConfiguration":{"logDriver":"awslogs","options":{"awslogs-group":"g"}},"memory":512,"name":"007"}],` +
				`"cpu":"256","proxyConfiguration":{"containerName":"c","properties":[{"name":"a","value":"b"}]},"requiresCompatibilities":["FARGATE"],` +
				`"volumes":[{"efsVolumeConfiguration":{"authorizationConfig":{"iam":"ENABLED"},"fileSystemId":"fs-1","transitEncryptionPort":2000},"name":"v"}]}`,
		},
		{
			&iam.CreateRoleInput{}, wire.AsIs, `{"AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [{"Condition": {"Bool": {"a": true}}}]}, "Policies": []}`,
			[]input.Exception{input.Others()},
			`{"AssumeRolePolicyDocument":"{\"Version\":\"2012-10-17\",\"Statement\":[{\"Condition\":{\"Bool\":{\"a\":true}}}]}"}`,
		},
		{
			&ecs.CreateServiceInput{}, wire.LowerCamel, `DeploymentConfiguration: {LifecycleHooks: [{HookDetails: '{"a": 1}'}, {HookDetails: plain}, {HookDetails: {b: 2}}], CanaryConfiguration: {CanaryPercent: "10.5"}}`, nil,
			`{"deploymentConfiguration":{"canaryConfiguration":{"canaryPercent":10.5},"lifecycleHooks":[{"hookDetails":{"a": 1}},{"hookDetails":"plain"},{"hookDetails":{"b":2}}]},"enableECSManagedTags":false,"enableExecuteCommand":false}`,
		},
	} {
		if err := input.Fill(read(t, c.properties), c.in, c.exceptions...); err != nil {
			t.Errorf("%s: %v", c.properties, err)
		}
		if got := string(c.codec.Marshal(c.in)); got != c.want {
			t.Errorf("%s:\n%s, want\n%s", c.properties, got, c.want)
		}
	}
}

// TestProblems: each property that has no place, or a value that does not fit, is named.
func TestProblems(t *testing.T) {
	t.Parallel()
	for properties, want := range map[string]string{
		"Nothing: 1":                               "property Nothing has no place in the request",
		"NetworkConfiguration: {X: 1}":             "property NetworkConfiguration.X has no place in the request",
		"DesiredCount: 1.5":                        "property DesiredCount is not a whole number",
		"DesiredCount: 3000000000":                 "property DesiredCount is not a whole number",
		"EnableExecuteCommand: maybe":              "property EnableExecuteCommand is not true or false",
		"ServiceName: [a]":                         "property ServiceName is not a text",
		"LoadBalancers: {a: 1}":                    "property LoadBalancers is not a list",
		"LoadBalancers: [x]":                       "property LoadBalancers is not an object",
		"LoadBalancers: [{ContainerPort: {a: 1}}]": "property LoadBalancers.ContainerPort is not a single value",
		"A: 1\nB: 2":                               "property A has no place in the request\nproperty B has no place in the request",
	} {
		err := input.Fill(read(t, properties), &ecs.CreateServiceInput{})
		var problem *input.Problem
		if err == nil || err.Error() != want || !errors.As(err, &problem) || !strings.Contains(want, problem.Path) {
			t.Errorf("%s: %v, want %s", properties, err, want)
		}
	}
}

// TestClear: a list that is not a property any more is emptied, which is not the same as left out.
func TestClear(t *testing.T) {
	t.Parallel()
	in := ecs.UpdateServiceInput{}
	before, now := read(t, "LoadBalancers: [{}]\nPlacementStrategies: [{}]\nServiceRegistries: [{}]\nTaskDefinition: a"), read(t, "ServiceRegistries: [{}]")
	input.Clear(before, now, &in, input.Renamed("PlacementStrategies", "PlacementStrategy"))
	if got, want := string(wire.LowerCamel.Marshal(&in)), `{"forceNewDeployment":false,"loadBalancers":[],"placementStrategy":[]}`; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}
