package check_test

import (
	"strings"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/internal/check"
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
	const service = `{"resources": [{"address": "aws_ecs_service.s", "expressions": {"task_definition": {"references": ["aws_ecs_task_definition.s"]}}}]}`
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
