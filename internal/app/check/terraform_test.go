package check_test

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/internal/app/check"
)

// A service is checked with the task definition that has its key, be that of for_each or of a module.
func TestInstancesOfAPlan(t *testing.T) {
	const resources = `{"format_version": "1.2", "resource_changes": [
		{"mode": "managed", "type": "aws_ecs_task_definition", "address": "AaBdef", "change": {"after": {"family": "a", "network_mode": "awsvpc", "cpu": "256", "memory": "512",
			"requires_compatibilities": ["FARGATE"], "container_definitions": "[{\"name\": \"a\", \"image\": \"a\"}]"}}},
		{"mode": "managed", "type": "aws_ecs_task_definition", "address": "AbBdef", "change": {"after": {"family": "b",
			"container_definitions": "[{\"name\": \"a\", \"image\": \"a\", \"memory\": 64}]"}}},
		{"mode": "managed", "type": "aws_ecs_service", "address": "AaBservice", "change": {"after": {"name": "a", "desired_count": 1, "launch_type": "FARGATE",
			"network_configuration": [{"subnets": ["subnet-0ec5e3a1a70000001"]}]}, "after_unknown": {"task_definition": true}}},
		{"mode": "managed", "type": "aws_ecs_service", "address": "AbBservice", "change": {"after": {"name": "b", "desired_count": 1,
			"network_configuration": [{"subnets": ["subnet-0ec5e3a1a70000001"]}]}, "after_unknown": {"task_definition": true}}}
		], "configuration": {"root_module": `
	const service = `{"resources": [{"address": "aws_ecs_service.s", "expressions": {"task_definition": {"references": ["aws_ecs_task_definition.s", "each.key"]}}}]}`
	for _, c := range []struct{ before, behind, configuration string }{
		{"", `[\"KEY\"]`, service},
		{`module.m[\"KEY.]\"].`, "", `{"module_calls": {"m": {"module": ` + service + `}}}`},
	} {
		plan := resources + c.configuration + "}}"
		for _, key := range []string{"a", "b"} {
			for short, long := range map[string]string{"def": "aws_ecs_task_definition.s", "service": "aws_ecs_service.s"} {
				plan = strings.ReplaceAll(plan, `"A`+key+"B"+short+`"`, `"`+strings.ReplaceAll(c.before+long+c.behind, "KEY", key)+`"`)
			}
		}
		var refused []string
		for _, f := range (check.Options{}).Files([]check.File{{Name: "plan.json", Text: []byte(plan)}}) {
			refused = append(refused, f.Resource+" "+f.Member)
		}
		if len(refused) != 1 || !strings.HasSuffix(refused[0], " networkConfiguration") || !strings.Contains(refused[0], `["b`) {
			t.Errorf("refused %q of\n%s", refused, plan)
		}
	}
}

// The plans of testdata are made by Terraform of the configurations that are beside them, without
// what check does not read.
func refusedOf(t *testing.T, path string) (refused []string) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range (check.Options{}).Files([]check.File{{Name: path, Text: text}}) {
		if f.Effect != check.NoEffect {
			refused = append(refused, strings.TrimSpace(f.Resource+" "+f.Member+" "+f.Message))
		}
	}
	slices.Sort(refused)
	return refused
}

// A service is checked with the definition to which its expression leads: through modules, data
// sources, keys and several references, but not where a plan does not tell which it is.
func TestReferencesOfAPlan(t *testing.T) {
	want := []string{
		`aws_ecs_service.index`, `aws_ecs_service.instances["a.b"]`, `aws_ecs_service.key["a.b"]`, `aws_ecs_service.one`,
		`aws_ecs_service.output`, `aws_ecs_service.outputs["a.b"]`, `aws_ecs_service.outputs["c"]`, `aws_ecs_service.revision`,
		`aws_ecs_service.through`, `aws_ecs_service.unknown`, `module.each["a.b"].aws_ecs_service.own`,
		`module.in["x"].aws_ecs_service.own`, `module.out[0].aws_ecs_service.own`,
	}
	for i := range want {
		want[i] += " networkConfiguration Network Configuration is not valid for the given networkMode of this task definition."
	}
	if got := refusedOf(t, "testdata/references/plan.json"); !slices.Equal(got, want) {
		t.Errorf("refused\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// What is unknown until the plan is applied suits, and the rest is checked all the same.
func TestUnknownsOfAPlan(t *testing.T) {
	if got := refusedOf(t, "testdata/unknown/plan.json"); len(got) > 0 {
		t.Errorf("refused\n%s", strings.Join(got, "\n"))
	}
	want := []string{
		`aws_ecs_task_definition.job["big"] cpu No Fargate configuration exists for given values: 1024 CPU, 1024 memory. See the Amazon ECS documentation for the valid values.`,
		`aws_ecs_task_definition.job["nightly"] requiresCompatibilities[0] Fargate only supports network mode ‘awsvpc’.`,
		`aws_ecs_task_definition.static["b"] containerDefinitions[0].stopTimeout Tasks using the Fargate launch type must have a container stop timeout of less than 120 seconds.`,
	}
	if got := refusedOf(t, "testdata/jobs/plan.json"); !slices.Equal(got, want) {
		t.Errorf("refused\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// Services behind one load balancer, from a module: one whose definition has no such size, one on a port that
// no container has, one with a target group for container instances.
func TestPlanOfServicesOfAModule(t *testing.T) {
	want := []string{
		`module.svc["api"].aws_ecs_service.s loadBalancers[0].targetGroupArn The provided target group arn:aws:elasticloadbalancing:us-east-1:000000000000:targetgroup/api/0 has target type instance, which is incompatible with the awsvpc network mode specified in the task definition.`,
		`module.svc["bad"].aws_ecs_task_definition.d cpu No Fargate configuration exists for given values: 256 CPU, 4096 memory. See the Amazon ECS documentation for the valid values.`,
		`module.svc["web"].aws_ecs_service.s loadBalancers[0].containerPort The container web-app did not have a container port 8081 defined.`,
	}
	if got := refusedOf(t, "testdata/balanced/plan.json"); !slices.Equal(got, want) {
		t.Errorf("refused\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// Services on container instances, with a capacity provider of an Auto Scaling group: they are not taken
// for services on Fargate.
func TestPlanOfServicesOnInstances(t *testing.T) {
	want := []string{
		`aws_ecs_service.daemon placementStrategy[0] The daemon scheduling strategy does not support placement strategies. Remove the placement strategy and try again`,
		`aws_ecs_task_definition.app volumes[0].host.sourcePath ecs-emulator gives tasks no files of the container engine's host: volume 'data' is /data. Start the emulator with --allow-host-path and that path, or a folder that it is in.`,
	}
	if got := refusedOf(t, "testdata/instances/plan.json"); !slices.Equal(got, want) {
		t.Errorf("refused\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// A state is checked as a plan is, with the resources of its modules.
func TestState(t *testing.T) {
	const definition = `{"address": "aws_ecs_task_definition.a", "mode": "managed", "type": "aws_ecs_task_definition",
		"values": {"family": "a", "container_definitions": "[{\"name\": \"a\", \"image\": \"a\", \"memory\": 64, \"stopTimeout\": 1}]"}}`
	for text, want := range map[string][]string{
		`{"format_version": "1.0"}`: nil, // of an empty state
		`{"format_version": "1.0", "terraform_version": "1.11.4", "values": {"root_module": {"resources": [` + definition + `]}}}`: {
			"aws_ecs_task_definition.a containerDefinitions[0].stopTimeout"},
		`{"format_version": "1.0", "values": {"root_module": {"child_modules": [{"address": "module.m", "resources": [` +
			strings.ReplaceAll(definition, `"aws_ecs_task_definition.a"`, `"module.m.aws_ecs_task_definition.a"`) + `]}]}}}`: {
			"module.m.aws_ecs_task_definition.a containerDefinitions[0].stopTimeout"},
		`{"format_version": "1.0", "values": {"root_module": {"resources": [{"address": "a", "mode": "managed", "type": "aws_ecs_service",
			"values": {"name": "a", "task_definition": "a:1", "iam_role": "/aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS",
			"network_configuration": [{"subnets": ["subnet-0ec5ecbcd279096d1"]}]}}]}}}`: nil,
		`{"version": 4, "terraform_version": "1.11.4", "serial": 1, "lineage": "a", "outputs": {}, "resources": []}`: {""},
	} {
		var refused []string
		for _, f := range (check.Options{}).Files([]check.File{{Name: "state.json", Text: []byte(text)}}) {
			refused = append(refused, strings.TrimSpace(f.Resource+" "+f.Member))
			if f.Effect == check.Unreadable && !strings.Contains(f.Message, "terraform show -json") {
				t.Errorf("of Terraform's own file: %s", f.Message)
			}
		}
		if !slices.Equal(refused, want) {
			t.Errorf("refused %q, want %q of\n%s", refused, want, text)
		}
	}
}
