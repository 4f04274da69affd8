package taskdef

import "testing"

func TestParseRef(t *testing.T) {
	for ref, want := range map[string]Ref{
		"web":            {Family: "web"},
		"web:3":          {Family: "web", Revision: 3},
		"web:2147483647": {Family: "web", Revision: 2147483647},
		"arn:aws:ecs:us-east-1:123456789012:task-definition/web:3": {
			Family: "web", Revision: 3, Partition: "aws", Region: "us-east-1", Account: "123456789012",
		},
		"arn:aws-cn:ecs:cn-north-1:123456789012:task-definition/web": {
			Family: "web", Partition: "aws-cn", Region: "cn-north-1", Account: "123456789012",
		},
	} {
		got, err := ParseRef(ref)
		if err != nil || got != want {
			t.Errorf("%s: %+v, %v; want %+v", ref, got, err, want)
		}
	}
}

func TestParseRefRefusals(t *testing.T) {
	const separators = "Invalid identifier: Unexpected number of separators"
	for ref, message := range map[string]string{
		"":                       "Task Definition can not be blank.",
		"web:":                   "Invalid task definition: Invalid revision number.",
		"web:x":                  "Invalid task definition: Invalid revision number.",
		"web:0":                  "Invalid task definition: Invalid revision number.",
		"web:-1":                 "Invalid task definition: Invalid revision number.",
		"web:+1":                 "Invalid task definition: Invalid revision number.",
		"web:2147483648":         "Invalid task definition: Invalid revision number.",
		"web:1:2":                separators,
		"team/web":               separators,
		"arn:aws:ecs:us-east-1:": separators,
		"arn:aws:ecs:us-east-1:123456789012:task-definition/a/b": separators,
		"arn:aws:ecs:us-east-1:123456789012:cluster/web":         separators,
		"arn:aws:s3:us-east-1:123456789012:task-definition/web":  separators,
	} {
		_, err := ParseRef(ref)
		wantInvalidParameter(t, err, message)
	}
}

func TestRequireRevision(t *testing.T) {
	wantInvalidParameter(t, Ref{Family: "web"}.RequireRevision(), "Revision is missing")
	if err := (Ref{Family: "web", Revision: 1}).RequireRevision(); err != nil {
		t.Error(err)
	}
}
