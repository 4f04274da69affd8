package check_test

import (
	"strings"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/internal/app/check"
)

// Terraform has the hookDetails of a lifecycle hook as a text of JSON. That a document is a slice of bytes here makes it
// no list of values: what is no JSON is refused, and what is an object is no map of tags.
func TestHookDetailsOfAPlan(t *testing.T) {
	const plan = `{"format_version": "1.2", "resource_changes": [
		{"mode": "managed", "type": "aws_ecs_task_definition", "address": "aws_ecs_task_definition.t", "change": {"after": {"family": "t", "network_mode": "awsvpc", "cpu": "256", "memory": "512",
			"requires_compatibilities": ["FARGATE"], "container_definitions": "[{\"name\": \"a\", \"image\": \"a\"}]"}}},
		{"mode": "managed", "type": "aws_ecs_service", "address": "aws_ecs_service.s", "change": {"after": {"name": "s", "task_definition": "t:1", "desired_count": 1, "launch_type": "FARGATE",
			"network_configuration": [{"subnets": ["subnet-0ec5e3a1a70000001"]}],
			"deployment_configuration": [{"strategy": "BLUE_GREEN", "lifecycle_hook": [{"hook_target_arn": "arn:aws:lambda:us-east-1:000000000000:function:f",
				"role_arn": "arn:aws:iam::000000000000:role/r", "lifecycle_stages": ["PRE_SCALE_UP"], "hook_details": DETAILS}]}]}}}]}`
	for details, want := range map[string]string{
		`"{\"a\":1}"`: "",
		`"hello"`:     "malformed JSON", // as it was before sdk.Document
		`{"a": 1}`:    "",               // panics: NumField of non-struct type uint8
	} {
		func() {
			defer func() {
				if r := recover(); r != nil {
					t.Errorf("hook_details %s: panic: %v", details, r)
				}
			}()
			var got []string
			for _, f := range (check.Options{}).Files([]check.File{{Name: "plan.json", Text: []byte(strings.Replace(plan, "DETAILS", details, 1))}}) {
				got = append(got, f.Message)
			}
			if all := strings.Join(got, "; "); want == "" && all != "" || want != "" && !strings.Contains(all, want) {
				t.Errorf("hook_details %s: found %q, want %q", details, all, want)
			}
		}()
	}
}
