package stackpolicy_test

import (
	"testing"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/stackpolicy"
)

// TestDenials. Source of the policies: CloudFormation user guide, prevent updates to stack resources, rewritten.
func TestDenials(t *testing.T) {
	t.Parallel()
	const (
		allow    = `{"Effect":"Allow","Action":"Update:*","Principal":"*","Resource":"*"}`
		database = `{"Effect":"Deny","Action":"Update:*","Principal":"*","Resource":"LogicalResourceId/Production*"}`
		replace  = `{"Effect":"Deny","Action":["Update:Replace","Update:Delete"],"Principal":{"AWS":"*"},"Resource":"*","Condition":{"StringLike":{"ResourceType":["AWS::EC2::*"]}}}`
		others   = `{"Effect":"Allow","NotAction":"Update:Delete","Principal":"*","NotResource":"LogicalResourceId/A"}`
	)
	for _, test := range []struct{ policy, action, id, kind, want string }{
		{`{}`, stackpolicy.Delete, "A", "T", ""},
		{`{"Statement":[` + allow + `]}`, stackpolicy.Modify, "A", "T", ""},
		{`{"Statement":[` + allow + `,` + database + `]}`, stackpolicy.Modify, "ProductionDB", "T", "Action denied by stack policy: Statement [#2] does not allow [Update:*] for resource [ProductionDB]"},
		{`{"Statement":[` + allow + `,` + database + `]}`, stackpolicy.Replace, "TestDB", "T", ""},
		{`{"Statement":[` + replace + `,` + allow + `]}`, stackpolicy.Replace, "I", "AWS::EC2::Instance", "Action denied by stack policy: Statement [#1] does not allow [Update:Replace, Update:Delete] for resource [I]"},
		{`{"Statement":[` + replace + `,` + allow + `]}`, stackpolicy.Modify, "I", "AWS::EC2::Instance", ""},
		{`{"Statement":[` + replace + `,` + allow + `]}`, stackpolicy.Replace, "I", "AWS::ECS::Cluster", ""},
		{`{"Statement":` + database + `}`, stackpolicy.Modify, "X", "T", "Action denied by stack policy: no statement allows [Update:Modify] for resource [X]"},
		{`{"Statement":` + others + `}`, stackpolicy.Modify, "B", "T", ""},
		{`{"Statement":` + others + `}`, stackpolicy.Delete, "B", "T", "Action denied by stack policy: no statement allows [Update:Delete] for resource [B]"},
		{`{"Statement":` + others + `}`, stackpolicy.Modify, "A", "T", "Action denied by stack policy: no statement allows [Update:Modify] for resource [A]"},
	} {
		p, err := stackpolicy.Read(test.policy)
		if err != nil {
			t.Errorf("%s: %v", test.policy, err)
			continue
		}
		if got := p.Denial(test.action, test.id, test.kind); got != test.want {
			t.Errorf("%s %s of %s: %q, want %q", test.policy, test.action, test.id, got, test.want)
		}
	}
}

// TestPoliciesThatAreRefused: CFN-96.
func TestPoliciesThatAreRefused(t *testing.T) {
	t.Parallel()
	for _, body := range []string{
		``, `[]`, `{"Statement":[`, `{"Statement":[{"Effect":"Allow","Action":"Update:*","Principal":{"AWS":"arn:aws:iam::1:root"},"Resource":"*"}]}`,
		`{"Statement":[{"Effect":"Allow","Action":"Delete:*","Principal":"*","Resource":"*"}]}`,
		`{"Statement":[{"Effect":"Allow","Action":"Update:*","Resource":"*"}]}`,
		`{"Statement":[{"Effect":"Allow","Action":"Update:*","Principal":"*"}]}`,
		`{"Statement":[{"Effect":"Maybe","Action":"Update:*","Principal":"*","Resource":"*"}]}`,
		`{"Statement":[{"Effect":"Allow","Action":"Update:*","Principal":"*","Resource":"A"}]}`,
		`{"Statement":[{"Effect":"Allow","Action":"Update:*","Principal":"*","Resource":"*","Condition":{"Bool":{"ResourceType":"true"}}}]}`,
	} {
		if _, err := stackpolicy.Read(body); err == nil || err.Error() != "Error validating stack policy: Invalid stack policy" {
			t.Errorf("%s: %v", body, err)
		}
	}
}
