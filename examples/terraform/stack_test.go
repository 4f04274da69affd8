package terraform

import (
	"encoding/json"
	"os"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
)

// TestStacks makes a stack with all that Terraform says of one, and one that imports what it exports. It looks both up, changes them,
// imports one, and removes them.
func TestStacks(t *testing.T) {
	t.Parallel()
	asRoot(t, runStacks)
}

func runStacks(t *testing.T, by *caller) {
	srv := by.start(t)
	p := newProject(t, srv, os.DirFS(modulesFolder+"/stacks"))
	if first := p.change("apply"); first != (changes{Add: 4}) {
		t.Errorf("the first apply made %+v", first)
	}
	p.settled()
	stacks := cloudformation.NewFromConfig(srv.Config())
	policy, err := stacks.GetStackPolicy(t.Context(), &cloudformation.GetStackPolicyInput{StackName: aws.String("platform")})
	if err != nil || aws.ToString(policy.StackPolicyBody) == "" {
		t.Errorf("the stack policy is %+v, %v", policy, err)
	}

	if second := p.change("apply", "-var=release=2"); second != (changes{Change: 1}) {
		t.Errorf("the apply of a change made %+v", second)
	}
	p.settled("-var=release=2")
	groups, err := cloudwatchlogs.NewFromConfig(srv.Config()).DescribeLogGroups(t.Context(), &cloudwatchlogs.DescribeLogGroupsInput{})
	if err != nil || len(groups.LogGroups) != 1 || aws.ToInt32(groups.LogGroups[0].RetentionInDays) != 14 {
		t.Errorf("the log groups are %+v, %v", groups, err)
	}
	found := p.found()
	if found["export"] != found["cluster"] || found["retention"] != "14" || found["release"] != "2" || found["timeout"] != 20.0 || found["secret"] != "****" ||
		found["description"] != "The platform of a shop" || found["role"] != "arn:aws:iam::000000000000:role/deploy" || found["group"] != *groups.LogGroups[0].LogGroupName {
		t.Errorf("the lookups have found %v", found)
	}

	forgotten := p.forgetSome("", map[string]string{"aws_cloudformation_stack.shop": "name"})
	if third := p.change("apply", "-var=release=2"); third != (changes{Import: forgotten}) {
		t.Errorf("an import of %d found %+v", forgotten, third)
	}
	p.imported()
	p.settled("-var=release=2")

	if last := p.change("destroy", "-var=release=2"); last.Remove != 4 {
		t.Errorf("destroy removed %+v", last)
	}
	left, err := stacks.DescribeStacks(t.Context(), &cloudformation.DescribeStacksInput{})
	if err != nil || len(left.Stacks) > 0 {
		t.Errorf("stacks are left: %+v, %v", left, err)
	}
}

// found is the output of that name.
func (p *project) found() (values map[string]any) {
	p.Helper()
	code, text := p.run("output", "-json", "found")
	if err := json.Unmarshal([]byte(text), &values); code != 0 || err != nil {
		p.Fatalf("terraform output: exit status %d, %v:\n%s", code, err, text)
	}
	return values
}
