package appspec_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/codedeploy/appspec"
	ecstypes "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
)

const whole = `version: 0.0
Resources:
  - TargetService:
      Type: AWS::ECS::Service
      Properties:
        TaskDefinition: "arn:aws:ecs:us-east-1:123456789012:task-definition/web:2"
        LoadBalancerInfo:
          ContainerName: "app"
          ContainerPort: 8080
        PlatformVersion: "LATEST"
        NetworkConfiguration:
          AwsvpcConfiguration:
            Subnets: ["subnet-1", "subnet-2"]
            SecurityGroups: ["sg-1"]
            AssignPublicIp: ENABLED
        CapacityProviderStrategy:
          - CapacityProvider: FARGATE_SPOT
            Base: 1
            Weight: 2
Hooks:
  - BeforeInstall: "check"
  - AfterAllowTestTraffic: "arn:aws:lambda:us-east-1:123456789012:function:test"
`

func TestRead(t *testing.T) {
	spot := "FARGATE_SPOT"
	want := &appspec.Spec{
		TaskDefinition: "arn:aws:ecs:us-east-1:123456789012:task-definition/web:2", Container: "app", Port: 8080, PlatformVersion: "LATEST",
		Network: &ecstypes.NetworkConfiguration{AwsvpcConfiguration: &ecstypes.AwsVpcConfiguration{
			Subnets: []string{"subnet-1", "subnet-2"}, SecurityGroups: []string{"sg-1"}, AssignPublicIp: ecstypes.AssignPublicIpEnabled,
		}},
		Strategy: []ecstypes.CapacityProviderStrategyItem{{CapacityProvider: &spot, Base: 1, Weight: 2}},
		Hooks:    map[string]string{"BeforeInstall": "check", "AfterAllowTestTraffic": "arn:aws:lambda:us-east-1:123456789012:function:test"},
	}
	for name, content := range map[string]string{"YAML": whole, "a byte order mark": "\ufeff" + whole, "Windows": strings.ReplaceAll(whole, "\n", "\r\n"),
		"another name": strings.Replace(whole, "TargetService", "web", 1)} {
		got, err := appspec.Read(content)
		if err != nil || !cmp.Equal(got, want) {
			t.Errorf("%s: %v, %s", name, err, cmp.Diff(got, want))
		}
	}
}

// Clients send JSON as well, with names in any case, and numbers in quotes.
func TestReadJSON(t *testing.T) {
	got, err := appspec.Read("\ufeff" + `{"version":0,"resources":[{"targetService":{"type":"AWS::ECS::Service","properties":{"taskDefinition":"web:1",
		"loadBalancerInfo":{"containerName":"app","containerPort":"80"},"platformVersion":null}}}],"hooks":null}`)
	if want := (&appspec.Spec{TaskDefinition: "web:1", Container: "app", Port: 80}); err != nil || !cmp.Equal(got, want) {
		t.Errorf("%v, %s", err, cmp.Diff(got, want))
	}
}

func TestWhatIsRefused(t *testing.T) {
	without := func(line string) string { return strings.Replace(whole, line, "", 1) }
	with := func(was, is string) string { return strings.Replace(whole, was, is, 1) }
	deep := strings.Repeat("[", 100_000)
	for name, c := range map[string]struct{ content, reason string }{
		"nothing":             {"", "is empty"},
		"no structure":        {"version", "not well-formed yaml"},
		"a tab":               {with("  - Target", "\t- Target"), "not well-formed yaml. The template cannot be parsed. (line 3)"},
		"half JSON":           {`{"version": 0.0,`, "not well-formed json"},
		"a list":              {`[]`, "not well-formed json"},
		"too deep":            {deep, "not well-formed json"},
		"too deep in YAML":    {"a: " + deep, "not well-formed yaml"},
		"too long":            {whole + strings.Repeat("#", 1_000_000), "1000000 bytes"},
		"an alias":            {with(`"check"`, "&a check") + "  - AfterInstall: *a\n", "an alias"},
		"aliases that grow":   {"a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\n", "an alias"},
		"a function":          {with(`"LATEST"`, "!Ref Version"), "PlatformVersion must be a text"},
		"another version":     {with("0.0", "1"), "must be 0.0"},
		"no version":          {without("version: 0.0\n"), "must be 0.0"},
		"no resources":        {"version: 0.0\n", "list Resources"},
		"two":                 {with("Hooks:", "  - TargetService:\nHooks:"), "2 resources"},
		"two of one":          {with("Hooks:", "    Other: {}\nHooks:"), "one TargetService"},
		"a text":              {"version: 0.0\nResources: [web]\n", "one TargetService"},
		"nothing in it":       {"version: 0.0\nResources: [web: ]\n", "members of TargetService are missing"},
		"another type":        {with("AWS::ECS::Service", "AWS::Lambda::Function"), "AWS::ECS::Service"},
		"no task definition":  {with(`TaskDefinition: "arn:aws:ecs:us-east-1:123456789012:task-definition/web:2"`, `TaskDefinition: ""`), "TaskDefinition is missing"},
		"no container":        {without("          ContainerName: \"app\"\n"), "ContainerName is missing"},
		"no port":             {without("          ContainerPort: 8080\n"), "ContainerPort"},
		"a port too high":     {with("8080", "65536"), "ContainerPort must be a whole number from 1 to 65535"},
		"no whole port":       {with("8080", "80.5"), "ContainerPort"},
		"no subnets":          {without("            Subnets: [\"subnet-1\", \"subnet-2\"]\n"), "needs Subnets"},
		"subnets in a map":    {with(`["subnet-1", "subnet-2"]`, "{a: b}"), "Subnets must be a list"},
		"a public IP":         {with("ENABLED", "yes"), "AssignPublicIp"},
		"a weight too high":   {with("Weight: 2", "Weight: 1001"), "Weight"},
		"an unknown member":   {with("PlatformVersion", "PlatfromVersion"), "PlatfromVersion"},
		"a member twice":      {with("        PlatformVersion", "        platformversion: LATEST\n        PlatformVersion"), "twice"},
		"a hook of no event":  {with("BeforeInstall", "Install"), `"Install"`},
		"a hook twice":        {with("AfterAllowTestTraffic", "BeforeInstall"), "BeforeInstall twice"},
		"a hook without name": {with(`"check"`, `""`), "BeforeInstall is missing"},
		"hooks in a map":      {with("  - BeforeInstall: \"check\"\n  - AfterAllowTestTraffic", "  AfterAllowTestTraffic"), "Hooks must be a list"},
	} {
		spec, err := appspec.Read(c.content)
		var refused *appspec.Error
		if spec != nil || !errors.As(err, &refused) || !strings.Contains(refused.Reason, c.reason) || !strings.HasPrefix(err.Error(), "The deployment failed because the AppSpec file ") {
			t.Errorf("%s: %v, want %s", name, err, c.reason)
		}
	}
}

// Reading any text ends with a whole specification or with a reason.
func FuzzRead(f *testing.F) {
	for _, seed := range []string{whole, `{"version":0.0,"Resources":[{"TargetService":{"Type":"AWS::ECS::Service"}}]}`, "a: &a [*a]", "\ufeff", "%YAML 1.1\n---\n- !!binary x", "? {a: b}\n: c"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, content string) {
		spec, err := appspec.Read(content)
		var refused *appspec.Error
		switch {
		case err == nil && (spec == nil || spec.TaskDefinition == "" || spec.Container == "" || spec.Port < 1):
			t.Errorf("%q is read as %+v", content, spec)
		case err != nil && (!errors.As(err, &refused) || spec != nil):
			t.Errorf("%q: %+v, %v", content, spec, err)
		}
	})
}

func TestSum(t *testing.T) {
	if got := appspec.Sum(""); got != "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" {
		t.Error(got)
	}
}
