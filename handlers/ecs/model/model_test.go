package model

import (
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"github.com/ecs-emulator/ecs-emulator/internal/base/wire"
)

func TestRefusals(t *testing.T) {
	tags := `{"key":"k"}` + strings.Repeat(`,{"key":"k"}`, 50)
	for _, test := range []struct {
		operation string
		in        any
		body      string
		path      string // "" for an accepted request
		want      string
	}{
		{"StopTask", new(ecs.StopTaskInput), `{"cluster":"c"}`, "task", "InvalidParameterException: task can not be empty."},
		{"StopTask", new(ecs.StopTaskInput), ``, "task", "InvalidParameterException: task can not be empty."},
		{"StopTask", new(ecs.StopTaskInput), `{"task":null}`, "task", "InvalidParameterException: task can not be empty."},
		{"StopTask", new(ecs.StopTaskInput), `{"task":""}`, "task", "InvalidParameterException: task can not be empty."},
		{"StopTask", new(ecs.StopTaskInput), `{"task":"t"}`, "", ""},

		{"ListTasks", new(ecs.ListTasksInput), `{"desiredStatus":"ALL"}`, "desiredStatus",
			"InvalidParameterException: desiredStatus should be one of [RUNNING,PENDING,STOPPED]"},
		{"RunTask", new(ecs.RunTaskInput), `{"taskDefinition":"t","propagateTags":"ALL"}`, "", ""}, // handwritten
		{"RunTask", new(ecs.RunTaskInput), `{"taskDefinition":"t","propagateTags":""}`, "", ""},
		{"RunTask", new(ecs.RunTaskInput), `{"taskDefinition":"t","tags":[{"key":"a","value":"b"},{"key":"k~"}]}`, "tags[1].key",
			"InvalidParameterException: Some tags contain invalid characters. Valid characters: UTF-8 letters, spaces, numbers and _ . / = + - : @."},
		{"RunTask", new(ecs.RunTaskInput), `{"taskDefinition":"t","tags":[{"key":""}]}`, "tags[0].key",
			"InvalidParameterException: key length should be between 1 and 128"},
		{"RunTask", new(ecs.RunTaskInput), `{"taskDefinition":"t","tags":[` + tags + `]}`, "tags",
			"InvalidParameterException: tags can have at most 50 items."},
		{"RunTask", new(ecs.RunTaskInput), `{"taskDefinition":"t","capacityProviderStrategy":[{"capacityProvider":"p","weight":1001}]}`,
			"capacityProviderStrategy[0].weight", "InvalidParameterException: weight should be between 0 and 1000"},
		{"RunTask", new(ecs.RunTaskInput), `{"taskDefinition":"t","launchType":"MOON"}`, "", ""}, // handwritten

		{"RegisterTaskDefinition", new(ecs.RegisterTaskDefinitionInput),
			`{"containerDefinitions":[{},{"ulimits":[{"name":"core","hardLimit":1}]}]}`,
			"containerDefinitions[1].ulimits[0].softLimit", "ClientException: softLimit can not be empty."},
		{"RegisterTaskDefinition", new(ecs.RegisterTaskDefinitionInput),
			`{"containerDefinitions":[{"ulimits":[{"name":"core","hardLimit":0,"softLimit":0}]}]}`, "", ""},
		{"RegisterTaskDefinition", new(ecs.RegisterTaskDefinitionInput),
			`{"requiresCompatibilities":["EC2","MOON"]}`, "requiresCompatibilities",
			"ClientException: requiresCompatibilities should be one of [EC2,FARGATE,EXTERNAL,MANAGED_INSTANCES]"},
		{"RegisterTaskDefinition", new(ecs.RegisterTaskDefinitionInput), `{"tags":[{"key":"k~"}]}`, "tags[0].key",
			"InvalidParameterException: Some tags contain invalid characters. Valid characters: UTF-8 letters, spaces, numbers and _ . / = + - : @."},
		{"RegisterTaskDefinition", new(ecs.RegisterTaskDefinitionInput), `{"family":""}`, "", ""}, // handwritten
		{"RegisterTaskDefinition", new(ecs.RegisterTaskDefinitionInput),
			`{"containerDefinitions":[{"portMappings":[{"containerPort":80,"protocol":"http"}]}]}`, "", ""}, // handwritten
		{"RegisterTaskDefinition", new(ecs.RegisterTaskDefinitionInput), `{"placementConstraints":[{"type":"distinctInstance"}]}`, "", ""}, // handwritten
		{"RegisterTaskDefinition", new(ecs.RegisterTaskDefinitionInput), `{"pidMode":"none","ipcMode":"shared"}`, "", ""},                  // handwritten

		{"CreateDaemon", new(ecs.CreateDaemonInput),
			`{"daemonName":"d","daemonTaskDefinitionArn":"a","capacityProviderArns":[],"deploymentConfiguration":{"drainPercent":100.5}}`,
			"deploymentConfiguration.drainPercent", "InvalidParameterException: drainPercent should be between 0 and 100"},
		{"CreateDaemon", new(ecs.CreateDaemonInput),
			`{"deploymentConfiguration":{"drainPercent":"NaN"},"daemonName":"d","daemonTaskDefinitionArn":"a","capacityProviderArns":[]}`,
			"deploymentConfiguration.drainPercent", "InvalidParameterException: drainPercent should be between 0 and 100"},
		{"PutClusterCapacityProviders", new(ecs.PutClusterCapacityProvidersInput),
			`{"cluster":"c","capacityProviders":[],"defaultCapacityProviderStrategy":[]}`, "", ""},

		{"RegisterTaskDefinition", new(ecs.RegisterTaskDefinitionInput), `{"containerDefinitions":[{"logConfiguration":{"logDriver":"loki"}}]}`, "", ""}, // open
		{"RegisterTaskDefinition", new(ecs.RegisterTaskDefinitionInput), `{"containerDefinitions":[{"logConfiguration":{}}]}`,
			"containerDefinitions[0].logConfiguration.logDriver", "ClientException: logDriver can not be empty."},
	} {
		t.Run(test.operation+test.body[:min(len(test.body), 60)], func(t *testing.T) {
			err := Codec().Unmarshal([]byte(test.body), test.in)
			if test.want == "" {
				if err != nil {
					t.Fatalf("refused: %v", err)
				}
				return
			}
			var v *wire.Violation
			if !errors.As(err, &v) {
				t.Fatalf("got %v, want a violation", err)
			}
			if v.Path != test.path {
				t.Errorf("path %s, want %s", v.Path, test.path)
			}
			if got := Refuse(test.operation, v).Error(); got != test.want {
				t.Errorf("got  %s\nwant %s", got, test.want)
			}
		})
	}
}

func TestOnlyTheFirstViolationCounts(t *testing.T) {
	body := `{"placementConstraints":[{"type":"near"}],"propagateTags":"ALL"}`
	var v *wire.Violation
	if err := Codec().Unmarshal([]byte(body), new(ecs.RunTaskInput)); !errors.As(err, &v) || v.Path != "placementConstraints[0].type" {
		t.Errorf("got %v", err)
	}
}

func TestMalformedTextWinsOverViolations(t *testing.T) {
	var syntax *wire.SyntaxError
	if err := Codec().Unmarshal([]byte(`{"propagateTags":"ALL",`), new(ecs.RunTaskInput)); !errors.As(err, &syntax) {
		t.Errorf("got %v", err)
	}
}

func TestEnumerationsOfListsAndScalars(t *testing.T) {
	if got := enum(reflect.TypeFor[types.LaunchType]()); !slices.Contains(got, "FARGATE") {
		t.Errorf("LaunchType: %v", got)
	}
	if got := enum(reflect.TypeFor[string]()); got != nil {
		t.Errorf("string: %v", got)
	}
}

func BenchmarkCodec(b *testing.B) {
	body := []byte(`{"cluster":"c","taskDefinition":"t:1","count":10,"launchType":"FARGATE","propagateTags":"SERVICE",` +
		`"tags":[{"key":"team","value":"shop"}],"networkConfiguration":{"awsvpcConfiguration":{"subnets":["subnet-1"]}}}`)
	for name, codec := range map[string]*wire.Codec{"validated": Codec(), "plain": wire.LowerCamel} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if err := codec.Unmarshal(body, new(ecs.RunTaskInput)); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
