package policy_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ecs-emulator/ecs-emulator/internal/base/policy"
)

func span(startLine, startColumn, endLine, endColumn int) policy.Span {
	return policy.Span{Start: policy.Position{Line: startLine, Column: startColumn}, End: policy.Position{Line: endLine, Column: endColumn}}
}

// All but the last two were recorded (simulation.json of AC48).
func TestSpans(t *testing.T) {
	const pretty = "{\n  \"Version\": \"2012-10-17\",\n  \"Statement\": [\n    {\n      \"Effect\": \"Allow\",\n      \"Action\": \"s3:GetObject\",\n" +
		"      \"Resource\": \"*\"\n    }\n  ]\n}"
	for text, want := range map[string][]policy.Span{
		`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:GetObject","Resource":"*","Sid":"First"},` +
			`{"Effect":"Allow","Action":"s3:GetObject","Resource":"*","Sid":"Second"}]}`: {span(1, 38, 1, 109), span(1, 109, 1, 182)},
		pretty: {span(3, 17, 8, 6)},
		" \r\n" + strings.ReplaceAll(pretty, "\n", "\r\n") + "\r\n ":                                                            {span(4, 17, 9, 6)},
		strings.ReplaceAll(pretty, "\n", "\r"):                                                                                  {span(3, 17, 8, 6)},
		`{"Statement": {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}}`:                                         {span(1, 16, 1, 77)},
		"{\n  \"Statement\": {\n    \"Effect\": \"Allow\",\n    \"Action\": \"s3:GetObject\",\n    \"Resource\": \"*\"\n  }\n}": {span(2, 17, 6, 4)},
		`{"Id": "café", "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}]}`:                         {span(1, 30, 1, 92)},
		`{"Statement":[],"Statement":{},"Version":"2012-10-17"}`:                                                                {span(1, 30, 1, 31)},
		`{"Statement":[{]}`: nil,
	} {
		if diff := cmp.Diff(want, policy.Spans(text)); diff != "" {
			t.Errorf("%s:\n%s", text, diff)
		}
	}
}
